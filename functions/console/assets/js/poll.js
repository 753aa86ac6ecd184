// Looking at something again and again: every second while work is under way, calmly otherwise.

import { problem } from "./api.js";

const BUSY = 1_000;
const CALM = 20_000;
const LOST = 5_000;

/**
 * Calls `read` and gives the answer to `take`, or the failure to `lost`, until `signal` ends it. A page nobody looks
 * at rests.
 */
export function poll({ read, take, lost, busy, signal }) {
  let timer = null;
  let asking = null;
  signal.addEventListener("abort", () => clearTimeout(timer));
  document.addEventListener("visibilitychange", () => document.hidden || now(), { signal });

  /** Looks at once; an answer that is under way already may be too old, so it is waited for first. */
  async function now() {
    clearTimeout(timer);
    await asking;
    if (signal.aborted) return;
    asking = look();
    await asking;
  }

  async function look() {
    let delay = CALM;
    try {
      take(await read());
      delay = busy() ? BUSY : CALM;
    } catch (error) {
      if (signal.aborted) return;
      lost(problem(error));
      delay = LOST;
    }
    clearTimeout(timer);
    if (!document.hidden || delay === BUSY) timer = setTimeout(now, delay);
  }

  return { now, soon: () => (timer = setTimeout(now, busy() ? BUSY : CALM)) };
}
