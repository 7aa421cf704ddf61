// What needs me now: the queue and what stands beside it follow what happens.

import { Controller } from "@hotwired/stimulus";
import { AnsweringController } from "offers/answering.js";
import { showTurns, tellNews } from "offers/news.js";
import { OfferActionsController } from "offers/offer_actions.js";
import { application } from "shared/application.js";
import { socket } from "shared/socket.js";
import { Zones } from "shared/zones.js";

const MOVES = [
  "offer_created",
  "offer_updated",
  "offer_status_changed",
  "offer_touched",
  "proposal_updated",
  "unread_changed",
  "refetch",
  "ready", // only then this person is counted among those who are here
];
const TIMES = 30_000; // what is about to end comes by the clock, without an event

class NowController extends Controller {
  connect() {
    this.gone = new AbortController();
    this.zones = new Zones({ target: "now-live", ids: ["now-queue", "now-side"], came: () => this.#came() });
    const { signal } = this.gone;
    for (const name of MOVES) socket.addEventListener(name, () => this.zones.soon(), { signal });
    addEventListener("offer-changed", () => this.zones.renew(), { signal });
    this.clock = setInterval(() => document.hidden || this.zones.soon(), TIMES);
    this.stopNews = tellNews(() => true);
  }

  disconnect() {
    this.gone.abort();
    this.zones.stop();
    this.stopNews();
    clearInterval(this.clock);
  }

  #came() {
    showTurns(document.getElementById("now-queue").dataset.turns);
  }
}

application.register("answering", AnsweringController);
application.register("now", NowController);
application.register("offer-actions", OfferActionsController);
