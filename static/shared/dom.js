// Making elements. Text goes in as text nodes only, so that no message of anybody's becomes markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * h("p", { class: "note", "data-tone": "bad", hidden: false, onclick: retry }, "words", element)
 *
 * Attributes that are false, null or undefined are left out; functions become listeners of the event after "on".
 * Children are nodes, texts, arrays of them, or nothing.
 */
export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same for elements of SVG. */
export function s(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** A picture from the sprite: icon("i-check", { size: "s", label: "Sent", state: "sent" }). */
export function icon(name, { size, label, state } = {}) {
  const presence = name.startsWith("pr-");
  const classes = ["i", size && `i--${size}`, presence && "pr", state && "st"].filter(Boolean).join(" ");
  return s(
    "svg",
    {
      class: classes,
      role: label ? "img" : null,
      "aria-label": label,
      "aria-hidden": label ? null : "true",
      "data-st": state,
      "data-pr": presence ? name.slice(3) : null,
    },
    s("use", { href: `#${name}` }),
  );
}

/** Puts `words` into `element` only when they differ: what has not changed is not read aloud again. */
export function say(element, words) {
  if (element && element.textContent !== words) element.textContent = words;
}

export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** The copy of a <template id="…">'s first element. */
export function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}
