// Where this page and its API are, and who signs members in.

/** The address of the page itself, whichever of its files asks. Also where signing in returns to. */
export const root = new URL("../../", import.meta.url);

let loading;

/** The configuration the console function generates from its variables. */
export function config() {
  loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load() {
  const answer = await fetch(new URL("assets/config.json", root));
  if (!answer.ok) throw new Error(`The page's configuration could not be read (${answer.status}).`);
  return answer.json();
}
