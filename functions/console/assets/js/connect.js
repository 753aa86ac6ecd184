// Connecting in a popup, seen from the page that started it. Exactly this page completes the flow.

import { post, problem } from "./api.js";
import { channel } from "./channel.js";
import { complete } from "./complete.js";

/** Name of the channel between this page and the page the popup lands on. */
export const CHANNEL = "aura-connect";
/** `popup.closed` lies under cross-origin opener policies: it is believed late, and only as a hint. */
const CLOSED_GRACE = 4_000;
const REMEMBERED = "aura.flow";

/**
 * Starts to connect. Must be called synchronously in a click, or the browser blocks the popup. `report` gets
 * `{phase, url?, code?, problem?}`; phases: opening, waiting, blocked, closed, completing, connected, failed, stopped.
 * Answers a function that stops it.
 */
export function startConnect(provider, name, report) {
  const popup = openPopup(name);
  const flow = new AbortController();
  begin(provider, popup, report, flow.signal).catch((error) => {
    if (flow.signal.aborted) return;
    popup?.close();
    report({ phase: "failed", problem: problem(error) });
  });
  return () => {
    flow.abort();
    popup?.close();
  };
}

/** Takes up a flow that this tab started before it was reloaded. Answers null when there is none. */
export function resumeConnect(provider, report) {
  const remembered = read();
  if (remembered?.provider !== provider || Date.parse(remembered.expiresAt) < Date.now()) return null;
  const flow = new AbortController();
  listen(remembered, report, flow.signal);
  return () => flow.abort();
}

function openPopup(name) {
  const [width, height] = [540, 720];
  const left = Math.max(0, window.screenX + (window.outerWidth - width) / 2);
  const top = Math.max(0, window.screenY + (window.outerHeight - height) / 3);
  const popup = window.open("about:blank", "aura-connect", `popup,width=${width},height=${height},left=${left},top=${top}`);
  try {
    if (popup) popup.document.title = `Opening ${name}…`;
  } catch {
    // A popup of an earlier attempt that stands at the provider belongs to another origin; it is led on all the same.
  }
  return popup;
}

async function begin(provider, popup, report, signal) {
  report({ phase: "opening" });
  const { body } = await post(`/integrations/${provider}/connect`, undefined, { signal });
  const started = { provider, flow: body.flow, expiresAt: body.expiresAt };
  sessionStorage.setItem(REMEMBERED, JSON.stringify(started));
  const url = body.authorizationUrl;
  const returned = listen(started, report, signal);
  if (!popup) return report({ phase: "blocked", url });
  if (popup.closed) return report({ phase: "closed", url });
  popup.location.replace(url);
  popup.focus();
  report({ phase: "waiting", url });
  return watchPopup(popup, () => signal.aborted || returned() || !read(), () => report({ phase: "closed", url }));
}

/** Waits for the popup's page until the flow is over or has expired. Answers whether the page has come back. */
function listen(started, report, signal) {
  let taken = false;
  const line = channel(CHANNEL, (message) => {
    if (message?.flow !== started.flow) return;
    if (message.type === "returned") {
      line.post({ type: "taken", flow: started.flow });
      if (!taken) finish(message);
      taken = true;
    }
    if (message.type === "finished" && !taken) end(message.failed ? { phase: "stopped" } : { phase: "connected" });
  });
  const expiry = setTimeout(() => taken || end({ phase: "failed", code: "expired" }), Date.parse(started.expiresAt) - Date.now());
  signal.addEventListener("abort", close);
  return () => taken;

  async function finish({ ticket, error }) {
    if (error) return end({ phase: "failed", code: error });
    report({ phase: "completing" });
    try {
      end({ phase: "connected", ...(await complete(started.flow, ticket, signal)) });
    } catch (failure) {
      if (!signal.aborted) end({ phase: "failed", problem: problem(failure) });
    }
  }

  function end(outcome) {
    line.post({ type: "done", flow: started.flow });
    report({ ...outcome, over: true });
    close();
  }

  function close() {
    clearTimeout(expiry);
    sessionStorage.removeItem(REMEMBERED);
    // The goodbye must leave before the line is cut.
    setTimeout(() => line.close(), 500);
  }
}

function watchPopup(popup, isOver, onClosed) {
  let closedSince = null;
  const timer = setInterval(() => {
    if (isOver()) return clearInterval(timer);
    if (!popup.closed) return (closedSince = null);
    closedSince ??= Date.now();
    if (Date.now() - closedSince < CLOSED_GRACE) return undefined;
    clearInterval(timer);
    return onClosed();
  }, 500);
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(REMEMBERED));
  } catch {
    return null;
  }
}
