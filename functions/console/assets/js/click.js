// What one click asks of the API. However often it has to be sent, it is the same request to the API.

import { request } from "./api.js";
import { pause } from "./dom.js";

/** How often a click is sent before the person is told that nobody answers. */
const TRIES = 3;
const BETWEEN = 1_000;

/** One click. The function it answers sends it; called again after an unclear answer it sends the same one again. */
export function click(method, path, signal, body) {
  const key = crypto.randomUUID();
  return async function send() {
    for (let tried = 1; ; tried += 1) {
      try {
        return await request(method, path, { key, signal, body });
      } catch (error) {
        if (error?.code !== "unreachable" || tried === TRIES) throw error;
      }
      await pause(BETWEEN * tried, signal);
    }
  };
}
