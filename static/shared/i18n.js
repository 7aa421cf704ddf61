// Words of scripts, from Django's catalogue (/jsi18n/, loaded before every module). Marked as gettext("…") so that
// makemessages -d djangojs finds them.

const { gettext: translated, ngettext: counted, pgettext: inContext, interpolate: filled } = window;

export const language = document.documentElement.lang || "en";

export const gettext = translated ?? ((words) => words);

export const ngettext = counted ?? ((one, many, count) => (count === 1 ? one : many));

export const pgettext = inContext ?? ((_context, words) => words);

/** `words` with %(name)s filled in from `values`. */
export const interpolate = (words, values) =>
  filled ? filled(words, values, true) : words.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
