// The language of a person is theirs on every device; the form alone would change it in this browser only.

import { Controller } from "@hotwired/stimulus";
import { api } from "shared/api.js";

export class LanguageController extends Controller {
  async keep(event) {
    if (this.kept) return;
    event.preventDefault();
    const { submitter } = event;
    await api("PATCH", "/me", { body: { preferences: { language: submitter.value } } }).catch(() => {});
    this.kept = true;
    this.element.requestSubmit(submitter);
  }
}
