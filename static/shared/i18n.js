// Words of scripts, from Django's catalogue (/jsi18n/, loaded before every module). Marked as gettext("…") so that
// makemessages -d djangojs finds them.

import { isolated } from "shared/bidi.js";

const { gettext: translated, ngettext: counted, pgettext: inContext } = window;

export const language = document.documentElement.lang || "en";

export const gettext = translated ?? ((words) => words);

export const ngettext = counted ?? ((one, many, count) => (count === 1 ? one : many));

export const pgettext = inContext ?? ((_context, words) => words);

/** `words` with %(name)s filled in from `values`. What is filled in has a direction of its own: the rest keeps its order. */
export const interpolate = (words, values) => words.replace(/%\((\w+)\)s/g, (_, name) => isolated(values[name]));
