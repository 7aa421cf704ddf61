// Every office page: htmx, the shared controllers, the live connection, the keys that go anywhere.

import htmx from "htmx";
import { application } from "shared/application.js";
import { watchForms } from "shared/forms.js";
import { gettext } from "shared/i18n.js";
import { shortcut } from "shared/keyboard.js";
import { KeysController } from "shared/keys.js";
import { goLive } from "shared/live.js";

watchForms();

shortcut("g n", gettext("Now"), () => location.assign("/"));
shortcut("g t", gettext("Trucks"), () => location.assign("/trucks/"));
shortcut("g o", gettext("Offers"), () => location.assign("/offers/"));
shortcut("/", gettext("Search"), () => document.querySelector("input[type=search]")?.focus());

application.register("keys", KeysController);
goLive(application, { signIn: "/sign-in" });

export { htmx };
