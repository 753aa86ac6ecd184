// Why an integration does not work: the reason, the remedy, since when, and what is tried next.

import { h, mark } from "../dom.js";
import { time } from "../format.js";

/** The banner for an integration's error; null when there is none. */
export function errorBanner(error) {
  if (!error) return null;
  return h("div", { class: "notice bad banner", role: "alert", "data-reason": error.reason }, mark("warning"),
    h("div", { class: "notice-text" }, h("strong", null, error.message), error.remedy && h("p", null, error.remedy), h("p", { class: "fine" }, since(error), next(error))));
}

function since({ since: moment }) {
  return moment && ["Since ", time(moment), ". "];
}

function next({ nextTryAt }) {
  return nextTryAt ? ["Aura tries again by itself ", time(nextTryAt), "."] : "Aura does not try again by itself: this waits for you.";
}
