// Starts the page: sign-in first, then the view the address names.

import { problem, signedOut } from "./api.js";
import { session, signIn, signOut, takeSignIn } from "./auth.js";
import { config } from "./config.js";
import { button, fill, h, mark } from "./dom.js";
import { problemNotice } from "./components/problem.js";
import { topbar } from "./components/topbar.js";
import { place } from "./router.js";
import { showDetail } from "./views/detail.js";
import { showGrid } from "./views/grid.js";

const view = document.getElementById("view");
const bar = document.getElementById("topbar");
let current = null;

start().catch((error) => showSignedOut("Sign in to Aura", problem(error)));

async function start() {
  const outcome = await takeSignIn();
  if (outcome === "elsewhere") return handedOver();
  if (!session()) return signIn();
  const settings = await config();
  topbar(bar, { ...session(), local: settings.local, onSignOut: leave });
  window.addEventListener("hashchange", () => render(true));
  return render(false);
}

/** Shows the view of the address. After a change of view the focus goes to its heading. */
async function render(moveFocus) {
  current?.abort();
  current = new AbortController();
  const { signal } = current;
  const { view: name, provider } = place();
  window.scrollTo(0, 0);
  try {
    await (name === "detail" ? showDetail(view, provider, signal) : showGrid(view, signal));
  } catch (error) {
    if (signal.aborted) return;
    const failure = problem(error);
    if (failure.code === signedOut().code) return showSignedOut("Sign in to Aura", failure);
    fill(view, h("h1", { tabindex: -1 }, "Integrations"), problemNotice(failure, { onRetry: () => render(true) }));
  }
  if (moveFocus) view.querySelector("h1")?.focus({ preventScroll: true });
}

async function leave() {
  current?.abort();
  await signOut();
  showSignedOut("You are signed out", null);
}

function showSignedOut(title, failure) {
  fill(bar);
  document.title = "Sign in · Aura";
  const enter = button("Sign in", { kind: "primary", onclick: () => signIn().catch((error) => showSignedOut(title, problem(error))) });
  fill(view, h("div", { class: "centred" }, h("section", { class: "panel message" }, h("span", { class: "logo" }), h("h1", { tabindex: -1 }, title),
    h("p", null, "Connect the services your business runs on."), failure && problemNotice(failure), enter)));
  view.querySelector("h1").focus();
}

/** This window was only opened to sign in; the one that opened it has been told. */
function handedOver() {
  fill(view, h("div", { class: "centred" }, h("section", { class: "panel message" }, h("span", { class: "sign check" }, mark("check")),
    h("h1", null, "Signed in"), h("p", null, "You can close this window."))));
  setTimeout(() => window.close(), 200);
}
