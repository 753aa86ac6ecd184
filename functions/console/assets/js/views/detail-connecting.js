// Connecting, from the click to what comes after it.

import { connectPanel } from "../components/connect-panel.js";
import { notice } from "../components/problem.js";
import { resumeConnect, startConnect } from "../connect.js";
import { fill, pause } from "../dom.js";

/** The connection that a page makes. `start` must be called synchronously in a click. */
export function connecting(page) {
  const { provider, about, signal, pending } = page;
  const panel = connectPanel(about.name, { onCancel: stop, onAgain: again });
  let end = null;

  function start(action) {
    stop();
    pending.add(action);
    page.show();
    end = startConnect(provider, about.name, report);
  }

  /** Takes up what this tab had begun before it was reloaded. */
  function resume() {
    end = resumeConnect(provider, report);
  }

  function report(it) {
    panel.show(it);
    // Asking for the provider's page has made the integration, or moved it on.
    if (it.phase === "waiting" || it.phase === "blocked") page.look();
    if (!it.over && it.phase !== "failed") return;
    settle();
    if (it.phase === "connected") celebrate();
    page.show();
    // A connection that was not made leaves a line in the history.
    page.look().then(page.reread);
  }

  async function celebrate() {
    const paused = page.now()?.status === "Paused";
    const next = paused ? "It stays paused until it is resumed." : "Aura checks the connection, then it syncs by itself.";
    const said = notice("good", `${about.name} is connected.`, next);
    fill(page.remarks, said);
    await pause(8_000, signal).catch(() => {});
    said.remove();
  }

  /** A flow whose window was closed is still under way for the page: it is given up first. */
  function again() {
    stop();
    fill(page.remarks);
    start(page.legal().includes("reconnect") ? "reconnect" : "connect");
  }

  function stop() {
    end?.();
    end = null;
    panel.show({ phase: "idle" });
    settle();
    if (!signal.aborted) page.show();
  }

  function settle() {
    ["connect", "reconnect"].forEach((action) => pending.delete(action));
  }

  return { el: panel.el, start, stop, resume };
}
