// Names and words of people beside words of ours, which may be written in the other direction.

import { h } from "shared/dom.js";

const TURNING =
  "\\p{Script=Arabic}\\p{Script=Hebrew}\\p{Script=Syriac}\\p{Script=Thaana}\\p{Script=Nko}\\p{Script=Adlam}";
const turns = new RegExp(`[${TURNING}]`, "u");
// From one such letter to the last before a letter of ours.
const runs = new RegExp(`[${TURNING}](?:[^${TURNING}\\p{L}]*[${TURNING}])*`, "gu");
const controls = /[\u202a-\u202e\u2066-\u2069]/g;

/** Where only plain text is possible: the words between U+2068 and U+2069, when they have letters that run from right to left. */
export function isolated(words) {
  const text = String(words);
  if (!turns.test(text) || /^\u2068[^\u2068\u2069]*\u2069$/.test(text)) return text;
  return `\u2068${text.replace(controls, "")}\u2069`;
}

/** Words of a person as an element with a direction of its own. */
export const bdi = (words) => h("bdi", {}, words);

/** `words` as children for `h`, with %(name)s filled in from `values`; each value has a direction of its own. */
export function spelled(words, values) {
  return words.split(/%\((\w+)\)s/).map((part, index) => (index % 2 ? bdi(values[part]) : part));
}

/** A text that has names in it which it does not mark, as children for `h`: what runs from right to left stands for itself. */
export function apart(text) {
  const parts = [];
  let end = 0;
  for (const { 0: run, index } of text.matchAll(runs)) {
    parts.push(text.slice(end, index), bdi(run));
    end = index + run.length;
  }
  return [...parts, text.slice(end)].filter(Boolean);
}
