// What every signed-in page does with the socket: the light, presence dots, leaving.

import { Controller } from "@hotwired/stimulus";
import { gettext, interpolate, ngettext } from "shared/i18n.js";
import { say } from "shared/dom.js";
import { LanguageController } from "shared/language.js";
import { forgetTab } from "shared/live/memory.js";
import { socket } from "shared/socket.js";
import { everySecond, moment, setServerTime } from "shared/time.js";
import { toast } from "shared/toasts.js";

const ASKED = 30_000; // ms that the question about an old message stays
const asked = new Set();
const LOOKS = {
  connecting: ["", "retry"],
  live: ["", "online"],
  polling: ["", "online"],
  retrying: ["conn--retry", "retry"],
  offline: ["conn--off", "cut"],
  ended: ["conn--off", "cut"],
};

/** The connection light: a shape and words, with how many messages wait. */
export class LightController extends Controller {
  static targets = ["shape", "word"];

  connect() {
    this.draw = () => this.show();
    socket.addEventListener("state", this.draw);
    socket.addEventListener("outbox", this.draw);
    this.stop = everySecond(this.draw);
    this.show();
  }

  disconnect() {
    socket.removeEventListener("state", this.draw);
    socket.removeEventListener("outbox", this.draw);
    this.stop();
  }

  show() {
    const [look, shape] = LOOKS[socket.state] ?? LOOKS.connecting;
    this.element.classList.toggle("conn--retry", look === "conn--retry");
    this.element.classList.toggle("conn--off", look === "conn--off");
    this.shapeTarget.dataset.pr = shape;
    this.shapeTarget.querySelector("use").setAttribute("href", `#pr-${shape}`);
    say(this.wordTarget, this.words());
  }

  words() {
    const count = socket.waiting;
    switch (socket.state) {
      case "live":
        return gettext("Connected");
      case "polling":
        return gettext("Connected, slower");
      case "retrying": {
        const seconds = Math.max(0, Math.ceil((socket.retryAt - Date.now()) / 1000));
        return seconds ? interpolate(gettext("Reconnecting in %(seconds)s s"), { seconds }) : gettext("Reconnecting");
      }
      case "offline":
        return count
          ? interpolate(ngettext("Offline: %(count)s message waiting", "Offline: %(count)s messages waiting", count), {
              count,
            })
          : gettext("Offline");
      case "ended":
        return gettext("Signed out");
      default:
        return gettext("Connecting");
    }
  }
}

/** Forgets what this browser keeps of the person before the form signs out. */
export class SignOutController extends Controller {
  forget() {
    socket.forget();
    forgetTab();
  }
}

function showPresence({ detail: { actor, online } }) {
  const shape = online ? "online" : "offline";
  for (const dot of document.querySelectorAll(`[data-presence="${actor.type}:${actor.id}"]`)) {
    dot.dataset.pr = shape;
    dot.setAttribute("aria-label", online ? gettext("Online") : gettext("Offline"));
    dot.querySelector("use").setAttribute("href", `#pr-${shape}`);
  }
}

/** A message that waited too long goes only when its writer says so; here they are told where it lies. */
function askAboutOld({ detail: { state, client_id, offer_id, driver_id, created_at } }) {
  if (state !== "old" || asked.has(client_id)) return;
  asked.add(client_id);
  const isDriver = socket.person.startsWith("driver");
  const href = isDriver ? `/driver/?offer=${offer_id}&chat=1` : `/offers/?offer=${offer_id}&driver=${driver_id}`;
  toast({
    title: gettext("A message of yours may not have arrived"),
    words: interpolate(gettext("Written %(time)s. Send it still?"), { time: moment(created_at) }),
    picture: "i-clock",
    action: { label: gettext("Open"), href },
    stay: ASKED,
  });
}

/** Connects, and keeps on every page what is the same everywhere. `signIn` is where one goes whose sign-in has ended. */
export function goLive(application, { signIn }) {
  application.register("language", LanguageController);
  application.register("light", LightController);
  application.register("sign-out", SignOutController);
  socket.addEventListener("presence_changed", showPresence);
  socket.addEventListener("outbox", askAboutOld);
  socket.addEventListener("ready", ({ detail }) => setServerTime(detail.server_time));
  socket.addEventListener("pong", ({ detail }) => setServerTime(detail.server_time));
  socket.addEventListener("ended", ({ detail }) => {
    if (detail.reason !== "protocol")
      location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
  });
  socket.connect();
}
