// What a provider itself says about a failure.

import { h } from "../dom.js";
import { makerOf } from "../words.js";

/** The provider's own words, as a quotation. Null where it said nothing that a person could use. */
export function explained(explanation, name) {
  if (!explanation?.reason) return null;
  const words = [explanation.reason, explanation.resolution].filter(Boolean).join(" ");
  return h("p", { class: "explained", "data-explained": true }, h("span", null, `${makerOf(name)} says: `), h("q", { dir: "auto" }, words));
}
