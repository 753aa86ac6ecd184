// A test lead of one form: sent with one click, and watched until it has arrived.

import { problem } from "../api.js";
import { click } from "../click.js";
import { announce, button, fill, h, mark } from "../dom.js";
import { formOf } from "../leads-read.js";
import { problemNotice } from "./problem.js";

/** A delivery takes seconds. After so long the person is told that it is late. */
const LATE = 60_000;

/** The button and what came of it. `onSent` is called when there is something to wait for, `onShow` with a lead to look at. */
export function testLead(provider, form, signal, { onSent, onShow }) {
  const place = h("div", { class: "test-act" });
  const said = h("div", { class: "test-said", role: "status" });
  let state = { phase: "idle" };
  let name = "";
  /** The leads that were there before. */
  let there = new Set();
  show();

  async function send() {
    const before = there;
    go({ phase: "sending" });
    try {
      const { body } = await click("POST", `/integrations/${provider}/test-lead`, signal, { form })();
      go({ phase: "sent", id: body.lead, before, since: Date.now() });
      announce("Test lead sent");
      onSent();
    } catch (error) {
      if (!signal.aborted) go({ phase: "failed", failure: problem(error) });
    }
  }

  /** Takes the name of the form, once it is known. */
  function call(known) {
    if (known === name) return;
    name = known;
    show();
  }

  /** Takes the leads that there are. */
  function look(leads) {
    there = new Set(leads.map(({ id }) => id));
    if (!waiting()) return;
    const found = leads.find((lead) => formOf(lead) === form && (state.id ? lead.id === state.id : lead.test && !state.before.has(lead.id)));
    if (found) go({ phase: "arrived", id: found.id });
    else if (state.phase === "sent" && Date.now() - state.since > LATE) go({ ...state, phase: "late" });
  }

  /** Whether one is under way: one that is late still is. */
  const waiting = () => state.phase === "sent" || state.phase === "late";

  function go(next) {
    state = next;
    show();
    if (state.phase === "arrived") announce("The test lead has arrived");
  }

  function show() {
    const hadFocus = place.contains(document.activeElement);
    const sending = state.phase === "sending";
    fill(place, button(sending ? "Sending…" : "Send test lead", { kind: "plain small", pending: sending, "data-action": "test-lead", "aria-label": sending || !name ? null : `Send test lead of ${name}`, onclick: send }));
    if (hadFocus) place.firstChild.focus();
    said.dataset.phase = state.phase;
    fill(said, words());
  }

  function words() {
    if (state.phase === "sent") return h("p", null, h("span", { class: "spinner", "aria-hidden": "true" }), h("span", { class: "words" }, "Test lead sent, it arrives in a moment."));
    if (state.phase === "late") return h("p", { class: "late" }, mark("clock"), h("span", { class: "words" }, "The test lead has not arrived yet. It shows up below as soon as it does."));
    if (state.phase === "arrived") return h("p", { class: "here" }, mark("check"), h("span", { class: "words" }, "The test lead has arrived."), button("Show it", { kind: "ghost small", "data-action": "show-test-lead", onclick: () => onShow(state.id) }));
    return state.phase === "failed" && problemNotice(state.failure, { onRetry: state.failure.unclear ? send : null });
  }

  return { act: place, said, call, look, hurries: () => state.phase === "sent" };
}
