// What the browser keeps of a person. Storage may be full or forbidden: then it is kept for this page only.

/** A store of JSON values below "offers:<person>:<name>". `area` is sessionStorage (this tab) or localStorage (all). */
export class Memory {
  constructor(area, person, name) {
    this.area = area;
    this.prefix = `offers:${person}:${name}`;
  }

  read(key = "") {
    try {
      return JSON.parse(this.area.getItem(this.prefix + key));
    } catch {
      return null;
    }
  }

  write(value, key = "") {
    try {
      this.area.setItem(this.prefix + key, JSON.stringify(value));
    } catch {
      // Full or forbidden: the page goes on without.
    }
  }

  remove(key = "") {
    try {
      this.area.removeItem(this.prefix + key);
    } catch {
      // As above.
    }
  }

  /** The parts of the keys after the prefix. */
  keys() {
    try {
      return Object.keys(this.area)
        .filter((key) => key.startsWith(this.prefix))
        .map((key) => key.slice(this.prefix.length));
    } catch {
      return [];
    }
  }
}

/** Nothing that was typed or ticked in this tab stays behind. */
export function forgetTab() {
  try {
    sessionStorage.clear();
  } catch {
    // As above.
  }
}
