// OpenID Connect: the code flow with PKCE (RFC 7636), as a public client. No state of its own.

import { root } from "./config.js";

/** The sign-in could not be carried out. The message is for the person. */
export class SignInError extends Error {}

/** Prepares a sign-in: where to send the person, and what must be remembered until they are back. */
export async function prepare(config, { silent = false } = {}) {
  if (!globalThis.crypto?.subtle) throw new SignInError("Signing in needs a secure address (https).");
  const issuer = await discover(config);
  const remembered = { state: random(), verifier: random() };
  const query = new URLSearchParams({
    response_type: "code",
    client_id: config.clientId,
    redirect_uri: root.href,
    scope: "openid",
    state: remembered.state,
    code_challenge: await challenge(remembered.verifier),
    code_challenge_method: "S256",
  });
  if (config.audience) query.set("audience", config.audience);
  if (silent) query.set("prompt", "none");
  const address = new URL(issuer.authorization_endpoint);
  query.forEach((value, name) => address.searchParams.set(name, value));
  return { address: address.href, remembered };
}

/** Exchanges the code for a session. */
export async function redeem(config, remembered, answer) {
  const issuer = await discover(config);
  // RFC 9207: an answer of another issuer must not be redeemed here.
  if (answer.iss && answer.iss !== issuer.issuer) throw new SignInError("The sign-in came back from another issuer.");
  const response = await reach(issuer.token_endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: config.clientId,
      code: answer.code,
      redirect_uri: root.href,
      code_verifier: remembered.verifier,
    }),
  });
  if (!response.ok) throw new SignInError("The sign-in was not accepted. Please sign in again.");
  return sessionOf(await response.json());
}

/** Where signing out happens at the issuer; null when it offers none. */
export async function signOutAddress(config, idToken) {
  const issuer = await discover(config);
  if (!issuer.end_session_endpoint) return null;
  const address = new URL(issuer.end_session_endpoint);
  address.searchParams.set("client_id", config.clientId);
  address.searchParams.set("post_logout_redirect_uri", root.href);
  if (idToken) address.searchParams.set("id_token_hint", idToken);
  return address.href;
}

async function discover(config) {
  const issuer = config.issuer.replace(/\/$/, "");
  const response = await reach(`${issuer}/.well-known/openid-configuration`);
  if (!response.ok) throw new SignInError("The sign-in service did not answer as expected.");
  return response.json();
}

async function reach(address, options) {
  try {
    return await fetch(address, { credentials: "omit", ...options });
  } catch {
    throw new SignInError("The sign-in service cannot be reached. Check your connection and try again.");
  }
}

function sessionOf(tokens) {
  const now = Date.now();
  const access = claims(tokens.access_token);
  const member = { ...access, ...claims(tokens.id_token) };
  const expiresAt = access.exp ? access.exp * 1000 : now + (tokens.expires_in ?? 300) * 1000;
  const name = member.name ?? member.email ?? member.sub ?? "Signed in";
  return { token: tokens.access_token, idToken: tokens.id_token, name, member: access.sub ?? null, account: access.account_id ?? null, since: now, expiresAt };
}

/** What a token says, for display only: the API verifies it. */
function claims(token) {
  try {
    const bytes = Uint8Array.from(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

function random() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

async function challenge(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
