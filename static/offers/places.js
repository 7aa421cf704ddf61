// Places as one types: a field with data-controller="places" fills its datalist from /api/places.

import { Controller } from "@hotwired/stimulus";
import { api } from "shared/api.js";
import { h } from "shared/dom.js";

const WAIT_MS = 150;
const LEAST = 2;

export class PlacesController extends Controller {
  static values = { list: String };

  connect() {
    this.ask = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), WAIT_MS);
    };
    this.element.addEventListener("input", this.ask);
  }

  disconnect() {
    clearTimeout(this.timer);
    this.element.removeEventListener("input", this.ask);
  }

  async look() {
    const text = this.element.value.trim();
    if (text.length < LEAST) return;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const { results } = await api("GET", "/places", { query: { q: text, limit: 8 }, signal: this.asking.signal });
      const list = document.getElementById(this.listValue);
      list.replaceChildren(...results.map((place) => h("option", { value: place.label })));
    } catch {
      // Without suggestions the field is still a field.
    }
  }
}
