// The signed-in member of this tab. The token lives in sessionStorage: it ends with the tab.

import { config } from "./config.js";
import { prepare, redeem, signOutAddress, SignInError } from "./oidc.js";
import { channel } from "./channel.js";

const SESSION = "aura.session";
const PENDING = "aura.sign-in";
/** Answers to a silent sign-in that mean: the person has to take part. */
const NEEDS_PERSON = ["login_required", "interaction_required", "consent_required", "account_selection_required"];

/** The session, or null when there is none or it has ended. */
export function session() {
  const stored = read(SESSION);
  return stored && stored.expiresAt > Date.now() + 5_000 ? stored : null;
}

/** Leaves the page to sign in, and comes back to the same place. Never resolves when it succeeds. */
export async function signIn({ silent = false } = {}) {
  const { address, remembered } = await prepare(await config(), { silent });
  write(PENDING, { ...remembered, silent, returnTo: location.hash });
  location.assign(address);
  return new Promise(() => {});
}

/**
 * The API refused the token: a silent sign-in gets a new one. A token that is refused although it is brand-new
 * would make a circle, so that is an error.
 */
export async function signInAgain() {
  const refused = read(SESSION);
  sessionStorage.removeItem(SESSION);
  if (refused && Date.now() - refused.since < 20_000) {
    throw new SignInError("Aura did not accept this sign-in. Please sign in again.");
  }
  return signIn({ silent: true });
}

/** Ends the session here and, where possible, at the issuer. */
export async function signOut() {
  const ended = read(SESSION);
  sessionStorage.removeItem(SESSION);
  const address = await signOutAddress(await config(), ended?.idToken).catch(() => null);
  if (address) location.assign(address);
}

/**
 * Takes what the issuer put into the address. Answers "none" when there was nothing, "signed-in", or "elsewhere" when
 * it belongs to another window, which has been told.
 */
export async function takeSignIn() {
  const query = new URLSearchParams(location.search);
  const answer = { state: query.get("state"), code: query.get("code"), error: query.get("error"), iss: query.get("iss") };
  if (!answer.state || !(answer.code || answer.error)) return "none";
  const pending = read(PENDING);
  const mine = pending?.state === answer.state;
  history.replaceState(null, "", location.pathname + (mine ? pending.returnTo : ""));
  if (!mine) return hand(answer);
  sessionStorage.removeItem(PENDING);
  if (answer.error) return refused(answer.error, pending);
  write(SESSION, await redeem(await config(), pending, answer));
  return "signed-in";
}

function refused(error, pending) {
  if (pending.silent && NEEDS_PERSON.includes(error)) return signIn();
  throw new SignInError(error === "access_denied" ? "Signing in was cancelled." : `Signing in failed (${error}).`);
}

function hand(answer) {
  const line = channel("aura-sign-in", () => {});
  line.post(answer);
  setTimeout(() => line.close(), 1_000);
  return "elsewhere";
}

/** Signs in through a window of its own, so that this page keeps what it has in memory. Call it in a click. */
export async function signInBeside() {
  const beside = window.open("about:blank", "aura-sign-in", "popup,width=480,height=640");
  const settings = await config();
  const { address, remembered } = await prepare(settings);
  if (!beside) throw new SignInError("Your browser blocked the sign-in window. Allow pop-ups for this page and try again.");
  const answered = new Promise((resolve) => {
    const line = channel("aura-sign-in", (answer) => {
      if (answer.state !== remembered.state) return;
      line.close();
      resolve(answer);
    });
  });
  beside.location.replace(address);
  const answer = await answered;
  if (!answer.code) throw new SignInError("Signing in was cancelled.");
  write(SESSION, await redeem(settings, remembered, answer));
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  sessionStorage.setItem(key, JSON.stringify(value));
}
