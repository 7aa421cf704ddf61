// The reference: a chat about offers on Express, Socket.IO, its Redis adapter and mysql2, made the way that stack's own
// documentation advises where it speaks of performance. One durable INSERT a message; then both sides have it, and the
// sender has the acknowledgement.

import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import express from "express";
import jwt from "jsonwebtoken";
import mysql from "mysql2/promise";
import { createClient } from "redis";
import { Server } from "socket.io";

const { DATABASE_URL, REDIS_URL, JWT_KEY, PORT } = process.env;
const POOL = Number(process.env.POOL ?? 32);
const MESSAGE_MAX_LENGTH = 4000;
const DESKS = "desks";
const DESKS_EVERY_MS = 1000;

const pool = mysql.createPool({
  uri: DATABASE_URL,
  connectionLimit: POOL,
  maxIdle: POOL,
  queueLimit: 0,
  enableKeepAlive: true,
});
const publisher = createClient({ url: REDIS_URL });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const app = express();
app.disable("x-powered-by");
app.get("/healthz", (_request, response) => response.send("ok"));

const http = createServer(app);
const io = new Server(http, {
  adapter: createAdapter(publisher, subscriber),
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
  maxHttpBufferSize: 64 * 1024,
});

io.engine.on("connection", (connection) => {
  connection.request = null; // The documentation's advice: the first request is not kept in memory.
});

io.use((socket, next) => {
  try {
    const claims = jwt.verify(socket.handshake.auth.token, JWT_KEY, { algorithms: ["HS256"] });
    socket.data.user = { type: claims.user_type, id: claims.user_id, name: claims.name, role: claims.role };
    next();
  } catch {
    next(new Error("not_authenticated"));
  }
});

const roomOf = (offerId, driverId) => `chat:${offerId}:${driverId}`;
const isId = (value) => Number.isSafeInteger(value) && value > 0;
const touched = new Set(); // Offers in which something was said: managers' desks are told once a second.

async function mayJoin(user, offerId, driverId) {
  if (user.role === "manager") return true;
  const [rows] = await pool.execute("SELECT dispatcher_id FROM chats WHERE offer_id = ? AND driver_id = ?", [
    offerId,
    driverId,
  ]);
  if (rows.length === 0) return false;
  return user.type === "driver" ? user.id === driverId : user.id === Number(rows[0].dispatcher_id);
}

async function join(socket, { offer_id: offerId, driver_id: driverId }) {
  if (!isId(offerId) || !isId(driverId) || !(await mayJoin(socket.data.user, offerId, driverId))) {
    return { error: { code: "not_found" } };
  }
  await socket.join(roomOf(offerId, driverId));
  return { data: {} };
}

async function send(socket, { offer_id: offerId, driver_id: driverId, message, client_id: clientId }) {
  const room = roomOf(offerId, driverId);
  if (!socket.rooms.has(room)) return { error: { code: "not_found" } };
  if (typeof message !== "string" || !message.trim() || message.length > MESSAGE_MAX_LENGTH) {
    return { error: { code: "validation_error" } };
  }
  if (typeof clientId !== "string" || !clientId || clientId.length > 64) return { error: { code: "validation_error" } };
  const sender = socket.data.user;
  const createdAt = new Date();
  let id;
  try {
    const [result] = await pool.execute(
      "INSERT INTO chat_messages (offer_id, driver_id, sender_type, sender_id, message, client_id, created_at) " +
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
      [offerId, driverId, sender.type, sender.id, message, clientId, createdAt],
    );
    id = result.insertId;
  } catch (error) {
    if (error.code !== "ER_DUP_ENTRY") throw error;
    const [rows] = await pool.execute(
      "SELECT id FROM chat_messages WHERE sender_type = ? AND sender_id = ? AND client_id = ?",
      [sender.type, sender.id, clientId],
    );
    return { data: { id: rows[0].id } }; // It was sent before.
  }
  const shown = {
    id,
    offer_id: offerId,
    driver_id: driverId,
    sender,
    message,
    message_type: "text",
    client_id: clientId,
    created_at: createdAt,
  };
  io.to(room).emit("new_message", shown);
  touched.add(offerId);
  return { data: shown };
}

function answering(socket, command) {
  return async (fields, acknowledge) => {
    if (typeof acknowledge !== "function") return;
    try {
      acknowledge(await command(socket, fields ?? {}));
    } catch (error) {
      console.error(error);
      acknowledge({ error: { code: "unavailable" } });
    }
  };
}

io.on("connection", (socket) => {
  if (socket.data.user.role === "manager") socket.join(DESKS);
  socket.on("join_offer_chat", answering(socket, join));
  socket.on("send_message", answering(socket, send));
});

setInterval(() => {
  for (const offerId of touched) io.to(DESKS).emit("offer_touched", { offer_id: offerId });
  touched.clear();
}, DESKS_EVERY_MS).unref();

process.on("SIGTERM", () => process.exit(0));
http.listen(Number(PORT), "127.0.0.1", 2048);
