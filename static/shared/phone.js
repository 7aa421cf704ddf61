// Every page of the driver: the shared controllers and the live connection. No htmx: a phone on two bars loads less.

import { application } from "shared/application.js";
import { goLive } from "shared/live.js";

goLive(application, { signIn: document.body.dataset.signIn ?? "/sign-in" });
