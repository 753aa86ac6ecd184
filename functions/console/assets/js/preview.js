// Asking what a mapping makes of a lead while a person changes it. The newest question wins.

import { post, problem } from "./api.js";

/** A person who still types is not asked for. */
const RESTS = 250;

/** Asks for previews. `take` gets an answer, `lost` what went wrong: of the newest question only, and until `signal` ends it. */
export function previews(provider, signal, { take, lost }) {
  let timer = null;
  let turn = null;
  /** What forms ask, as it was answered: the provider is asked once. */
  const asked = new Map();
  signal.addEventListener("abort", drop);

  /** Asks anew; what was asked before does not matter any more. */
  function ask(question, { after = RESTS } = {}) {
    drop();
    turn = new AbortController();
    const { signal: mine } = turn;
    timer = setTimeout(() => send(question, mine), after);
  }

  async function send(question, mine) {
    try {
      const questions = asked.get(question.form);
      const { body } = await post(`/integrations/${provider}/mapping/preview`, { ...question, questions }, { signal: mine });
      asked.set(question.form, body.questions);
      if (!mine.aborted) take(body);
    } catch (error) {
      if (!mine.aborted) lost(problem(error));
    }
  }

  function drop() {
    clearTimeout(timer);
    turn?.abort();
  }

  return { ask, drop };
}
