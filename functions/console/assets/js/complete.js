// The finish step of a connection: flow key and ticket, together with the member's own token.

import { post, Problem } from "./api.js";
import { pause } from "./dom.js";

/** One second between two questions, and how often to ask before giving up. */
const EVERY = 1_000;
const QUESTIONS = 45;
const LOST_ANSWERS = 3;

/**
 * Completes a flow. Repeating it is safe: the API works once and then answers the stored outcome. Resolves with
 * `{outcome, provider}`, rejects with a Problem.
 */
export async function complete(flow, ticket, signal) {
  let lost = 0;
  for (let question = 0; question < QUESTIONS; question += 1) {
    try {
      const answer = await post("/oauth/complete", { flow, ticket }, { signal });
      if (answer.status !== 202) return answer.body;
    } catch (error) {
      // An answer that says nothing about the flow: asked again, it tells itself how it ended.
      if (!error?.unclear || ++lost > LOST_ANSWERS) throw error;
    }
    await pause(EVERY, signal);
  }
  throw new Problem({ code: "slow", detail: "The connection was not confirmed in time." });
}
