// Text without half characters. A browser counts an emoji as two, and a cut in its middle (by a length limit or a
// preview) leaves half of one, which a server does not take as text.

const HALF = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** The text without the halves of characters that have been cut in two. */
export function whole(text) {
  return text.replace(HALF, "");
}

/** At most `length` of the text's places, ending with a whole character. */
export function cut(text, length) {
  return whole(text.slice(0, length));
}

/** JSON that any server reads: its texts are whole. */
export function json(value) {
  return JSON.stringify(value, (_name, each) => (typeof each === "string" ? whole(each) : each));
}
