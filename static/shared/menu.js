// A <details> that is a menu: closes with Escape, by a press elsewhere, and when the focus leaves it.

import { Controller } from "@hotwired/stimulus";

export class MenuController extends Controller {
  connect() {
    this.elsewhere = (event) => {
      if (!this.element.contains(event.target)) this.close();
    };
    this.key = (event) => {
      if (event.key !== "Escape" || !this.element.open) return;
      event.stopPropagation();
      this.close();
      this.element.querySelector("summary").focus();
    };
    this.left = (event) => {
      if (event.relatedTarget && !this.element.contains(event.relatedTarget)) this.close();
    };
    document.addEventListener("pointerdown", this.elsewhere);
    this.element.addEventListener("keydown", this.key);
    this.element.addEventListener("focusout", this.left);
  }

  disconnect() {
    document.removeEventListener("pointerdown", this.elsewhere);
    this.element.removeEventListener("keydown", this.key);
    this.element.removeEventListener("focusout", this.left);
  }

  close() {
    this.element.open = false;
  }
}
