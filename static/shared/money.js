// Amounts. They travel as decimal strings and stay strings: only what is shown is a number.

import { language } from "shared/i18n.js";
import { numberFrom } from "shared/numbers.js";

const region = { en: "en-US", es: "es-US" }[language] ?? language;

/** "$1,150" for "1150.00"; cents only when there are some, or when `cents` asks for them. */
export function money(amount, currency = "USD", { cents = false } = {}) {
  if (amount === null || amount === undefined || amount === "") return "";
  const value = Number(amount);
  const digits = cents || !Number.isInteger(value) ? 2 : 0;
  return new Intl.NumberFormat(region, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);
}

/** "$2.54/mi", or nothing when either is unknown. */
export function perMile(amount, miles, currency = "USD") {
  return amount && Number(miles) > 0 ? `${money(Number(amount) / Number(miles), currency, { cents: true })}/mi` : "";
}

/** What people write for a currency beside its code. */
const SIGNS = { USD: ["$", "US$"], CAD: ["$", "CA$", "C$"], MXN: ["$", "MX$"], EUR: ["€"], GBP: ["£"] };

/** What a person typed ("1,240", "$1240.5", "925,50") as a decimal string; null when it is no amount above zero. */
export function amountFrom(typed, currency = "USD") {
  const number = numberFrom(typed, [currency, ...(SIGNS[currency] ?? [])]);
  if (number === null || /\.\d{3}/.test(number)) return null;
  return Number(number) > 0 ? Number(number).toFixed(2) : null;
}

export const whole = (number) => new Intl.NumberFormat(region, { maximumFractionDigits: 0 }).format(number);
