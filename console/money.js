// Amounts as the API writes them: {"currency": "EUR", "amount": "1250.00"}. Whole minor units in BigInt and text, and no
// floating point anywhere: a figure on the screen is the ledger's.

import { h } from "./dom.js";

const exponents = new Map();

export function learn(currencies) {
  for (const each of currencies) exponents.set(each.currency, each.exponent);
}

export function currencies() {
  return [...exponents.keys()];
}

/** Minor units of the amount. Throws where its digits are not the currency's: no figure is better than a wrong one. */
export function units(money) {
  const exponent = exponents.get(money.currency);
  const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(money.amount);
  if (exponent === undefined || !parts || (parts[3] ?? "").length !== exponent)
    throw new Error(`${money.amount} is no amount in ${money.currency}`);
  return BigInt(parts[1] + parts[2] + (parts[3] ?? ""));
}

/** The inverse: "1250.00". */
export function text(minor, currency) {
  const exponent = exponents.get(currency);
  const sign = minor < 0n ? "-" : "";
  const digits = String(minor < 0n ? -minor : minor).padStart(exponent + 1, "0");
  const whole = digits.slice(0, digits.length - exponent);
  return sign + whole + (exponent > 0 ? `.${digits.slice(digits.length - exponent)}` : "");
}

/**
 * The figure alone. Thousands are set apart by space between elements, so that what is copied, searched or read aloud
 * is the plain figure.
 */
export function figure(minor, currency) {
  const [whole, fraction] = text(minor < 0n ? -minor : minor, currency).split(".");
  const groups = [];
  for (let end = whole.length; end > 0; end -= 3) groups.unshift(whole.slice(Math.max(0, end - 3), end));
  return h("span", { class: "figure", "data-amount": text(minor, currency) }, minor < 0n ? "-" : null,
    groups.map((group) => h("span", { class: "thousand" }, group)), fraction ? `.${fraction}` : null);
}

/** Figure and currency. */
export function amount(money) {
  return h("span", { class: "amount" }, figure(units(money), money.currency), " ", h("abbr", { class: "code" }, money.currency));
}

/** How many thousandths of the whole this is; 0 of nothing. */
export function share(part, whole) {
  if (whole <= 0n || part <= 0n) return 0;
  return Number((part * 1000n) / whole);
}
