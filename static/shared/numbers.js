// Numbers as people type them: one reading, or none. kernel/numbers.py reads the same spellings in the same
// way; tests/offers_project/spellings/numbers.tsv says which.

const DASHES = /[\p{Pd}\u2043\u2212\u02d7\u2796]/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they stand where a blank does.
const BLANKS = /[\s\u2800\u115f\u1160\u3164\uffa0\u0085\u001c-\u001f]/u;
// biome-ignore lint/suspicious/noMisleadingCharacterClass: each is meant alone, the combining ones too.
const WITHOUT_WIDTH = /[\p{Cf}\p{Cc}\p{Cs}\p{Co}\p{Cn}\u034f\u17b4\u17b5\ufe00-\ufe0f\u180b-\u180d]/u;
const APOSTROPHES = /[\u2018\u2019\u02bc\u02bb\u0060\u00b4\u2032]/gu;

const POINT = /^(?<whole>\d{0,15})(?:\.(?<part>\d{1,6}))?$/;
const COMMA = /^(?<whole>\d{1,15}),(?<part>\d{1,2})$/;
const GROUPED = [
  /^(?<whole>[1-9]\d{0,2}(?:,\d{3})+)(?:\.(?<part>\d{1,6}))?$/,
  /^(?<whole>[1-9]\d{0,2}(?:\.\d{3})+),(?<part>\d{1,2})$/,
  /^(?<whole>[1-9]\d{0,2}(?:\.\d{3}){2,})(?<part>)$/,
  /^(?<whole>[1-9]\d{0,2}(?: \d{3})+)(?:[.,](?<part>\d{1,2}))?$/,
  /^(?<whole>[1-9]\d{0,2}(?:'\d{3})+)(?:[.,](?<part>\d{1,2}))?$/,
];
const TWO_WAYS = /^(?:[1-9]\d{0,2}\.\d{3}|\d{3} \d{3})$/;

/** The number as a plain decimal string, "1250.50"; null for what is none, or what two people would read as two. */
export function numberFrom(typed, beside = []) {
  const text = String(typed);
  if (/\p{No}/u.test(text)) return null; // NFKC makes 850² 8502
  const written = without(
    readable(text).replaceAll("\u066b", ".").replaceAll("\u066c", "'").replace(APOSTROPHES, "'"),
    beside,
  );
  if (TWO_WAYS.test(written)) return null;
  for (const pattern of [POINT, COMMA, ...GROUPED]) {
    const { whole = "", part = "" } = pattern.exec(written)?.groups ?? {};
    if (!whole && !part) continue;
    const digits = whole.replace(/\D/g, "").replace(/^0+(?=\d)/, "") || "0";
    return part ? `${digits}.${part}` : digits;
  }
  return null;
}

/** One form for each sign that people do not tell apart, as kernel/text.py has it. */
export function readable(text) {
  return [...text.normalize("NFKC")].map(readableLetter).join("").trim().replace(/ +/g, " ");
}

function readableLetter(letter) {
  if (letter === "\ufeff") return ""; // it has no width, and \s takes it for a blank
  if (BLANKS.test(letter)) return " ";
  if (WITHOUT_WIDTH.test(letter)) return "";
  if (DASHES.test(letter)) return "-";
  return /\p{Nd}/u.test(letter) ? String(digit(letter)) : letter;
}

/** Digits of a script stand in one row, from zero to nine. */
function digit(letter) {
  const point = letter.codePointAt(0);
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(point - before - 1))) before += 1;
  return before % 10;
}

function without(text, beside) {
  const words = [...beside]
    .sort((one, other) => other.length - one.length)
    .map((word) => word.replace(/[$.*+?^{}()|[\]\\]/g, "\\$&"))
    .join("|");
  if (!words) return text;
  const before = new RegExp(`^(?:${words})(?![a-z])\\s*`, "i");
  const after = new RegExp(`^(.*[^a-z\\s])\\s*(?:${words})$`, "i");
  return text.replace(before, "").replace(after, "$1");
}
