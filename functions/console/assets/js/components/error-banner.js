// Why an integration does not work: the reason, the remedy, since when, and what is tried next.

import { h, mark } from "../dom.js";
import { due, moment } from "../format.js";
import { explained } from "./explained.js";
import { sinceWhen } from "./since.js";

/** The banner for an integration's error at the provider of this name. `remedy` is the button that does what the remedy says, if there is one. */
export function errorBanner(error, name, remedy) {
  return h("div", { class: "notice bad banner", role: "alert", "data-reason": error.reason }, mark("warning"),
    h("div", { class: "notice-text" }, h("strong", null, error.message), error.remedy && h("p", null, error.remedy), explained(error.explanation, name), h("p", { class: "fine" }, sinceWhen(error.since), next(error))),
    remedy && h("div", { class: "notice-actions" }, remedy));
}

function next({ reason, nextTryAt }) {
  if (reason === "repeated_failures") return daily(nextTryAt);
  return nextTryAt ? ["Aura tries again by itself ", due(nextTryAt), "."] : "Aura does not try again by itself: this waits for you.";
}

function daily(nextTryAt) {
  if (nextTryAt) return ["Aura tries once a day by itself; next on ", moment(nextTryAt), " (", due(nextTryAt), ")."];
  return "Aura has tried once a day without success and does not try by itself any more: this waits for you.";
}
