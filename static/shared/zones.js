// Zones of a page that are brought up to date in place: what has not changed keeps its element, its focus and its place.
//
//   const zones = new Zones({ target: "desk-live", ids: ["desk-cards", …], came() {…} });
//   zones.soon();      // several calls within a moment are one request; one is under way at a time
//
// The page's own address is asked with `HX-Target: target` and answers the zones, which are known by their ids. In a zone that
// the pointer or the keyboard's focus is in, only elements with an id and [data-still] are renewed where they are: nothing
// changes places under somebody's hand, and what is gone can be pressed no more. The rest follows when they have left.

import htmx from "htmx";
import { Idiomorph } from "idiomorph";

const SOON = 200;

export class Zones {
  #timer = 0;
  #busy = false;
  #again = false;
  #held = new Set();

  constructor({ target, ids, came = () => {}, gone = () => location.assign(location.pathname), failed = () => {} }) {
    Object.assign(this, { target, ids, came, gone, failed });
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.renew(), SOON);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#again = false;
    this.stopped = true;
  }

  async renew() {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    const address = location.href;
    try {
      const response = await fetch(address, {
        headers: { "HX-Request": "true", "HX-Target": this.target, "HX-Current-URL": address },
        credentials: "same-origin",
        cache: "no-store",
      });
      const elsewhere = response.headers.get("HX-Redirect");
      if (elsewhere) location.assign(elsewhere);
      else if (response.status === 404) this.gone();
      else if (!response.ok) this.failed(response.status);
      else if (location.href !== address || this.stopped) this.#again = !this.stopped;
      else this.show(await response.text());
    } catch {
      this.failed(0);
    } finally {
      this.#busy = false;
      if (this.#again) {
        this.#again = false;
        this.soon();
      }
    }
  }

  show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const id of this.ids) {
      const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
      if (old && now) this.#morph(old, now);
    }
    this.came(fresh);
  }

  #morph(old, now) {
    const rows = old.querySelectorAll("[data-still][id]");
    if (rows.length && (old.matches(":hover") || old.querySelector(":focus-visible"))) {
      for (const still of rows) {
        const same = now.querySelector(`#${CSS.escape(still.id)}`);
        if (same) morph(still, same);
        else still.inert = true;
      }
      this.#hold(old);
    } else {
      morph(old, now);
    }
    htmx.process(document.getElementById(old.id));
  }

  #hold(zone) {
    if (this.#held.has(zone.id)) return;
    this.#held.add(zone.id);
    const left = (event) => {
      if (event.type === "focusout" && zone.contains(event.relatedTarget)) return;
      for (const name of ["pointerleave", "focusout"]) zone.removeEventListener(name, left);
      this.#held.delete(zone.id);
      this.soon();
    };
    for (const name of ["pointerleave", "focusout"]) zone.addEventListener(name, left);
  }
}

const OURS = ["open", "tabindex", "aria-busy"]; // attributes that the page's own scripts set

function morph(old, now) {
  Idiomorph.morph(old, now, {
    callbacks: {
      beforeAttributeUpdated: (name) => !OURS.includes(name),
      beforeNodeMorphed: (from, to) => {
        if (from.nodeType !== Node.ELEMENT_NODE || to.nodeType !== Node.ELEMENT_NODE) return true;
        // A form stays the same request until it has been answered, however often what is around it is renewed.
        if (from.name === "request_key") return false;
        // Ages and time left are written by the page's clock; only what they count from comes from the server.
        if (from.tagName === "TIME" && from.dateTime === to.dateTime) return false;
        if (from.dataset.controller !== "left" || to.dataset.controller !== "left") return true;
        from.dataset.leftUntilValue = to.dataset.leftUntilValue;
        return false;
      },
    },
  });
}
