// The page a connection's popup lands on. It hands flow key and ticket to the page that started the flow; only when
// nobody answers does it complete the flow itself.

import { Problem, problem, signedOut, whenSignedOut } from "./api.js";
import { session, signInBeside } from "./auth.js";
import { channel } from "./channel.js";
import { complete } from "./complete.js";
import { failureWords } from "./components/connect-panel.js";
import { CHANNEL } from "./connect.js";
import { root } from "./config.js";
import { button, fill, h, mark } from "./dom.js";

const NOBODY_AFTER = 1_500;
const ASK_AGAIN = 400;
const view = document.getElementById("view");

// Going away to sign in would lose the ticket, which is kept nowhere but in memory.
whenSignedOut(async () => {
  throw signedOut();
});
start(takeFragment());

/** Reads the fragment and removes it from the address, so that it is in no history. */
function takeFragment() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  return { flow: fragment.get("flow"), ticket: fragment.get("ticket"), error: fragment.get("error") };
}

function start(returned) {
  if (!returned.flow || !(returned.ticket || returned.error)) {
    return show("Nothing to finish here", "This window belongs to connecting an integration. You can close it.", leave());
  }
  show("Finishing the connection…", "This window closes by itself.", h("span", { class: "spinner large" }));
  return handOver(returned);
}

function handOver(returned) {
  let taken = false;
  const line = channel(CHANNEL, (message) => {
    if (message?.flow !== returned.flow) return;
    if (message.type === "taken") taken = true;
    if (message.type === "done") dismiss();
  });
  const offer = () => line.post({ type: "returned", ...returned });
  const again = setInterval(() => (taken ? clearInterval(again) : offer()), ASK_AGAIN);
  setTimeout(() => {
    clearInterval(again);
    if (!taken) completeHere(returned, line);
  }, NOBODY_AFTER);
  offer();
}

async function completeHere(returned, line) {
  if (returned.error) return showFailure({ code: returned.error }, line, returned.flow);
  if (!session()) return askToSignIn(returned, line);
  show("Finishing the connection…", "One moment, please.", h("span", { class: "spinner large" }));
  try {
    await complete(returned.flow, returned.ticket);
  } catch (error) {
    const failure = problem(error);
    return failure.status === 401 ? askToSignIn(returned, line) : showFailure(failure, line, returned.flow);
  }
  line.post({ type: "finished", flow: returned.flow });
  show("Connected", "You can close this window.", leave(), "check");
  return window.close();
}

function askToSignIn(returned, line, remark = null) {
  const go = button("Continue", {
    kind: "primary",
    onclick: () =>
      signInBeside().then(
        () => completeHere(returned, line),
        (error) => askToSignIn(returned, line, problem(error).message),
      ),
  });
  show("Sign in to finish", "The page that started this connection is no longer open. Sign in once more to finish it here.", [
    remark && h("p", { class: "notice bad", role: "alert" }, remark),
    go,
  ]);
}

function showFailure(failure, line, flow) {
  line.post({ type: "finished", flow, failed: true });
  const isProblem = failure instanceof Problem;
  const { title, text } = failureWords(failure.code, isProblem ? failure : null, "the provider");
  show(title, text, leave(), "warning");
}

/** Closes the window. Where the browser does not let a script do that, the words remain. */
function dismiss() {
  window.close();
  setTimeout(() => show("All done here", "You can close this window and go on in Aura.", leave(), "check"), 400);
}

function leave() {
  return h("p", null, h("a", { class: "button plain", href: root.href }, "Back to integrations"));
}

function show(title, text, more, sign) {
  fill(view, h("section", { class: "panel message" }, sign && h("span", { class: `sign ${sign}` }, mark(sign)), h("h1", null, title), h("p", null, text), more));
}
