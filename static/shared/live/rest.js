// The commands of the socket by REST, for networks that block WebSockets. What has no counterpart there does nothing.

import { api } from "shared/api.js";
import { refused } from "shared/live/asks.js";

const chat = ({ offer_id, driver_id }) => `/offers/${offer_id}/chat/${driver_id}`;

const COMMANDS = {
  send_message: ({ message, client_id, ...pair }) => api("POST", chat(pair), { body: { message, client_id } }),
  mark_message_read: ({ message_id }) => message_id && api("PUT", `/chat/${message_id}/read`),
  // Waits for a WebSocket: that something was delivered is told in no other way.
  mark_message_delivered: () => Promise.reject(refused({ code: "unavailable" }, true)),
  driver_proposal: ({ proposal_id, ...body }) => api("PUT", `/proposals/${proposal_id}/respond`, { body }),
  offer_status_change: ({ offer_id, ...body }) => api("PATCH", `/offers/${offer_id}`, { body }),
  get_offer_details: ({ offer_id }) => api("GET", `/offers/${offer_id}`),
  get_stats: () => api("GET", "/stats"),
  get_activity: () => api("GET", "/activity"),
  join_offer_chat: async ({ after, ...pair }) => {
    const page = await api("GET", chat(pair), { query: { after } });
    return {
      conversation: null,
      messages: page.results,
      last_seq: page.results.at(-1)?.seq ?? after ?? 0,
      has_more: Boolean(page.next),
    };
  },
};

export async function byRest(type, fields) {
  return (await COMMANDS[type]?.(fields)) ?? {};
}

/** One turn of /api/events, waiting up to `wait` seconds: { epoch, head, recovered, events }. */
export function pollEvents(cursor, wait, signal) {
  return api("GET", "/events", { query: { epoch: cursor?.epoch, after: cursor?.seq, wait }, signal });
}
