// Every office page: htmx, the shared controllers, the live connection, the keys that go anywhere.

import htmx from "htmx";
import { csrfToken } from "shared/api.js";
import { application } from "shared/application.js";
import { gettext } from "shared/i18n.js";
import { shortcut } from "shared/keyboard.js";
import { KeysController } from "shared/keys.js";
import { goLive } from "shared/live.js";
import { toast } from "shared/toasts.js";

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.verb === "get") return;
  delete detail.parameters.csrfmiddlewaretoken; // as old as the page, and Django would look at it first
  detail.headers["X-CSRFToken"] = csrfToken();
});
// A form that was refused comes back with its words as 422: it is shown like any other answer.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status === 422) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});
document.addEventListener("htmx:sendError", () => {
  toast({
    title: gettext("No connection"),
    words: gettext("Nothing was changed. Try again when the light says Connected."),
    picture: "i-cloud-off",
  });
});
document.addEventListener("htmx:responseError", ({ detail }) => {
  const code = detail.xhr.getResponseHeader("X-Request-ID") ?? String(detail.xhr.status);
  toast({ title: gettext("That did not work"), words: code, picture: "i-alert" });
});

shortcut("g n", gettext("Now"), () => location.assign("/"));
shortcut("g t", gettext("Trucks"), () => location.assign("/trucks/"));
shortcut("g o", gettext("Offers"), () => location.assign("/offers/"));
shortcut("/", gettext("Search"), () => document.querySelector("input[type=search]")?.focus());

application.register("keys", KeysController);
goLive(application, { signIn: "/sign-in" });

export { htmx };
