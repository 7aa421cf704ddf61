// The one Stimulus application of a page, with the controllers that every page has. A page adds its own:
//   import { application } from "shared/application.js";
//   application.register("chat", ChatController);

import { Application } from "@hotwired/stimulus";
import { DialogController } from "shared/dialog.js";
import { RovingController } from "shared/keyboard.js";
import { MenuController } from "shared/menu.js";
import { SoundsController } from "shared/sounds.js";
import { ThemeController } from "shared/theme.js";
import { LeftController, keepAges } from "shared/time.js";
import { ToastsController } from "shared/toasts.js";

export const application = Application.start();

application.register("dialog", DialogController);
application.register("left", LeftController);
application.register("menu", MenuController);
application.register("roving", RovingController);
application.register("sounds", SoundsController);
application.register("theme", ThemeController);
application.register("toasts", ToastsController);
keepAges();
