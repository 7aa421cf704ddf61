// Light, dark, or as the system has it. The choice is a cookie, so that the server paints the first frame right.

import { Controller } from "@hotwired/stimulus";

const YEAR = 365 * 24 * 60 * 60;

const chosen = () => document.documentElement.dataset.theme ?? "system";

export function setTheme(theme) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const [value, age] = theme === "system" ? ["", 0] : [theme, YEAR];
  // biome-ignore lint/suspicious/noDocumentCookie: it is read while the page is drawn, in every browser.
  document.cookie = `theme=${value}; path=/; max-age=${age}; SameSite=Lax${secure}`;
}

export class ThemeController extends Controller {
  static targets = ["choice"];

  connect() {
    this.element.hidden = false;
    this.show();
  }

  choose({ params }) {
    setTheme(params.choice);
    this.show();
  }

  /** Only two are told apart at a glance: the other one than what is seen now. */
  next() {
    const dark = chosen() === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen() === "dark";
    setTheme(dark ? "light" : "dark");
  }

  show() {
    for (const choice of this.choiceTargets)
      choice.setAttribute("aria-pressed", choice.dataset.themeChoiceParam === chosen());
  }
}
