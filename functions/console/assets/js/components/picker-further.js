// The foot of a picker whose forms are not all listed yet: there are more pages or ad accounts.

import { problem } from "../api.js";
import { button, fill, h } from "../dom.js";
import { count } from "../format.js";
import { resourceWords } from "../words.js";
import { problemNotice } from "./problem.js";

/** The foot. `text` tells what is searched for; `onMore` gets the options that came. */
export function furtherFoot(source, { resourceKind, parentKind }, { text, onMore }) {
  const el = h("div", { class: "picker-further" });
  const [forms, parents] = [resourceWords(resourceKind), resourceWords(parentKind)];
  show();
  return { el };

  function show(failure = null) {
    const left = source.waiting.length;
    el.hidden = !left;
    fill(el, failure && problemNotice(failure), left > 0 && h("div", { class: "row" },
      button(`List more ${parents.many}`, { kind: "plain small", "data-action": "more-parents", onclick: more }),
      h("span", { class: "muted" }, `The ${forms.many} of ${count(left, parents.one, parents.many)} are not listed yet.`)));
  }

  async function more() {
    fill(el, button("Loading…", { kind: "plain small", pending: true, "data-action": "more-parents" }));
    el.firstChild.focus();
    try {
      const options = await source.further(text());
      show();
      onMore(options);
    } catch (error) {
      const failure = problem(error);
      if (failure.code !== "unknown" || el.isConnected) show(failure);
    }
  }
}
