// Runs that fail while the integration still works on: how many, since when, and what comes next.

import { h, mark } from "../dom.js";
import { count, due } from "../format.js";
import { explained } from "./explained.js";
import { sinceWhen } from "./since.js";

/** The notice about an integration's trouble: calm at first, stronger once a warning went out. */
export function troubleNotice(trouble, name) {
  const { look, title, text } = words(trouble, name);
  const tone = { failing: "mild", warned: "pause", frozen: "info" }[look];
  return h("div", { class: `notice ${tone} banner`, role: "status", "data-trouble": look }, mark(look === "frozen" ? "info" : "warning"),
    h("div", { class: "notice-text" }, h("strong", null, title), text && h("p", null, text), explained(trouble.explanation, name), h("p", { class: "fine" }, sinceWhen(trouble.since), next(trouble))));
}

function words({ failures, message, warned, frozen }, name) {
  if (frozen) return { look: "frozen", title: `${name} has a problem with many accounts at the moment.`, text: "Nothing is switched off; Aura keeps trying." };
  const runs = failures === 1 ? "The last run failed." : `The last ${count(failures, "run")} failed.`;
  if (!warned) return { look: "failing", title: runs, text: message };
  return { look: "warned", title: runs, text: [message, " If this goes on, Aura switches the integration off for a time, to protect your account."] };
}

function next({ nextTryAt }) {
  return nextTryAt ? ["Aura tries again by itself ", due(nextTryAt), "."] : "Aura tries again by itself.";
}
