// The phone's screens: fetched as parts of one page, so that the live connection stays open from screen to screen, and
// brought up to date in place. What was shown once shows at once when one comes back, also without a signal.
//
//   const screens = new Screens({ shown(moved) {…}, missing() {…} });
//   await screens.go("/driver/?offer=12");   // a step that the phone's back button takes back
//   screens.soon();                          // several calls within a moment are one request

const PARTS = ["driver-back", "driver-heading", "driver-top", "driver-page", "driver-tabs"];
const WITHIN = ["driver-turn"]; // what is renewed of a screen that is kept: a chat keeps itself up to date
const SOON = 120;
const KEPT = 30;

export class Screens {
  #texts = new Map();
  #scrolls = new Map();
  #as = new WeakMap(); // element → how it came, to know what has changed
  #timer = 0;
  #turn = 0;
  #busy = false;
  #again = false;
  #pressed = false;

  /** `shown(moved)` after every change; `missing()` when a screen cannot be had now. `at` is when it was last read. */
  constructor({ shown, missing }) {
    Object.assign(this, { shown, missing, at: Date.now(), address: location.href });
    history.scrollRestoration = "manual";
    addEventListener("popstate", () => this.#move(location.href));
    const release = () => {
      this.#pressed = false;
      if (this.#again) this.soon();
    };
    addEventListener("pointerdown", () => (this.#pressed = true), { capture: true });
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, release, { capture: true });
  }

  async go(address) {
    const target = new URL(address, location.href).href;
    if (target === location.href) return this.renew();
    await this.#move(target, () => history.pushState(null, "", target));
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.renew(), SOON);
  }

  /** Reads this screen again. Nothing moves under a finger: then it waits until that is lifted. */
  async renew() {
    if (this.#busy || this.#pressed) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    this.#again = false;
    const { address } = this;
    const turn = this.#turn;
    try {
      const text = await this.#read(address);
      if (text === null) return;
      const isElsewhere = turn !== this.#turn || address !== this.address; // one arrives only when it has been read
      if (isElsewhere || this.#pressed) this.#again = true;
      else this.#show(text, false);
    } catch {
      // No signal: what is shown stays, and the band says from when it is.
    } finally {
      this.#busy = false;
      if (this.#again && !this.#pressed) this.soon();
    }
  }

  /** Reads a screen beforehand, for where there is no signal. */
  async keep(address) {
    const target = new URL(address, location.href).href;
    if (!this.#texts.has(target)) await this.#read(target).catch(() => {});
  }

  /** What was read about an offer beforehand is no longer so. */
  forget(offer) {
    for (const address of this.#texts.keys()) {
      if (address !== this.address && new URL(address).searchParams.get("offer") === String(offer))
        this.#texts.delete(address);
    }
  }

  async #move(target, arrive = () => {}) {
    const turn = ++this.#turn;
    this.#scrolls.set(this.address, scroller()?.scrollTop ?? 0);
    const kept = this.#texts.get(target);
    const page = document.getElementById("driver-page");
    if (kept) {
      arrive();
      this.address = target;
      this.#show(kept, true);
    } else {
      page.setAttribute("aria-busy", "true");
    }
    try {
      const text = await this.#read(target);
      if (text === null || turn !== this.#turn) return;
      if (!kept) arrive();
      this.address = target;
      this.#show(text, !kept);
    } catch {
      if (!kept && turn === this.#turn) {
        if (location.href !== this.address) history.replaceState(null, "", this.address);
        this.missing();
      }
    } finally {
      page.removeAttribute("aria-busy");
    }
  }

  async #read(address) {
    const response = await fetch(address, {
      headers: { "HX-Request": "true", "HX-Target": "driver", "HX-Current-URL": address },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(15_000),
    });
    const elsewhere = response.headers.get("HX-Redirect");
    if (elsewhere) location.assign(elsewhere);
    else if (response.status === 404) location.assign(location.pathname);
    else if (!response.ok) throw new Error(String(response.status));
    if (elsewhere || !response.ok) return null;
    const text = await response.text();
    this.#texts.delete(address);
    this.#texts.set(address, text);
    if (this.#texts.size > KEPT) this.#texts.delete(this.#texts.keys().next().value);
    return text;
  }

  #show(text, moved) {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    const focused = document.activeElement?.id;
    const top = scroller()?.scrollTop ?? 0;
    const page = document.getElementById("driver-page");
    const stays = !moved && page.dataset.keep && page.dataset.keep === fresh.getElementById("driver-page").dataset.keep;
    for (const id of stays ? [...PARTS.filter((each) => each !== "driver-page"), ...WITHIN] : PARTS) {
      this.#renewPart(document.getElementById(id), fresh.getElementById(id), moved);
    }
    document.title = fresh.title;
    if (moved) {
      scroller()?.scrollTo(0, this.#scrolls.get(this.address) ?? 0);
      document.getElementById("main").focus({ preventScroll: true });
    } else {
      scroller()?.scrollTo(0, top);
      if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    }
    this.at = Date.now();
    this.shown(moved);
  }

  /** Replaces what has changed; a card that came as it is now stays as it is. */
  #renewPart(old, now, moved) {
    const plain = now.cloneNode(true);
    if (!moved && this.#as.get(old)?.isEqualNode(plain)) return;
    for (const name of ["data-screen", "data-keep"]) {
      if (now.hasAttribute(name)) old.setAttribute(name, now.getAttribute(name));
      else old.removeAttribute(name);
    }
    for (const part of now.querySelectorAll("[data-part]")) {
      const same = document.getElementById(part.id);
      const asItCame = part.cloneNode(true);
      if (!moved && same && this.#as.get(same)?.isEqualNode(asItCame)) part.replaceWith(same);
      else this.#as.set(part, asItCame);
    }
    old.replaceChildren(...now.childNodes);
    this.#as.set(old, plain);
  }
}

const scroller = () => document.querySelector("#driver-page [data-scroll]");
