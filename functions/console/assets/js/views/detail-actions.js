// What a person does with an integration, from the click to the answer.

import { problem } from "../api.js";
import { click } from "../click.js";
import { confirmation } from "../components/confirmation.js";
import { notice, problemNotice } from "../components/problem.js";
import { announce, fill } from "../dom.js";
import { confirmationOf } from "../words.js";

const ASKED_FIRST = ["pause", "disconnect", "delete"];
/** Their answer is the integration as it is then: nothing after a delete. */
const MOVES = ["pause", "resume", "disconnect", "delete"];

/** What can be done on a page. `connect` starts a connection, `openSettings` leads to the settings. */
export function doing(page, { connect, openSettings }) {
  const { provider, about, signal, pending, remarks } = page;
  const address = `/integrations/${provider}`;
  let dialog = null;

  /** Carries out an action. Called synchronously in the click, for the popup of a connection. */
  function run(action) {
    if (pending.has(action)) return;
    fill(remarks);
    if (action === "settings") return void openSettings();
    if (action === "connect" || action === "reconnect") return void connect(action);
    const send = action === "delete" ? click("DELETE", address, signal) : click("POST", `${address}/${action}`, signal);
    if (ASKED_FIRST.includes(action)) return ask(action, send);
    if (action === "sync") announce("Sync started");
    return void attempt(action, send);
  }

  function ask(action, send) {
    const ended = (failure, answer) => signal.aborted || (failure ? refused(failure) : done(action, answer));
    // Whatever became of a request without an answer, the state tells.
    const told = () => send().catch((error) => (page.look(), Promise.reject(error)));
    dialog = confirmation(page.view, confirmationOf(action, about.name, Boolean(page.now()?.connected)), { send: told, ended });
  }

  /** The same click can be sent again when nobody knows what became of it. */
  async function attempt(action, send) {
    pending.add(action);
    page.show();
    try {
      await done(action, await send());
    } catch (error) {
      if (!signal.aborted) await refused(problem(error), () => attempt(action, send));
    } finally {
      pending.delete(action);
      if (!signal.aborted) page.show();
    }
  }

  async function done(action, { body }) {
    if (MOVES.includes(action)) page.take(body);
    if (action === "delete") page.view.querySelector("h1")?.focus();
    await page.look();
    // A run that has ended already leaves no other trace.
    if (action === "sync") page.reread();
    if (action === "test" && !signal.aborted) tested(body);
  }

  function refused(failure, again) {
    const said = failure.unclear && again ? unconfirmed(failure, again) : problemNotice(failure);
    fill(remarks, said);
    return page.look();
  }

  function unconfirmed(failure, again) {
    const onRetry = () => {
      fill(remarks);
      again();
    };
    return marked("unconfirmed", problemNotice(failure, { onRetry, title: "This was not confirmed." }));
  }

  /** The page's banner may say already what is wrong. */
  function tested({ ok, code, message, remedy }) {
    const known = page.now()?.error?.reason === code;
    const bad = () => (known ? notice("mild", "Tested just now: the connection does not work yet.") : notice("bad", message, remedy));
    fill(remarks, marked("test", ok ? notice("good", "The connection works.") : bad()));
  }

  /** Takes back a question about what is no longer possible, and what was said of a state that is over. */
  function settle(moved) {
    if (dialog && !page.legal().includes(dialog.action)) dialog.close();
    if (moved) remarks.querySelectorAll("[data-notice=test], [data-notice=unconfirmed]").forEach((said) => said.remove());
  }

  /** Whether it is said already that Aura cannot be reached. */
  const unreachable = () => Boolean(remarks.querySelector("[data-code=unreachable]"));

  return { run, settle, unreachable };
}

function marked(name, said) {
  said.dataset.notice = name;
  return said;
}
