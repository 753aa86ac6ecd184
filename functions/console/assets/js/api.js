// The JSON API. Every failure comes out as a Problem with words for the person.

import { config, root } from "./config.js";
import { session, signInAgain } from "./auth.js";
import { SignInError } from "./oidc.js";

/** What went wrong, as a problem document (RFC 9457) says it, or in our words where there was none. */
export class Problem extends Error {
  constructor({ status = 0, code = "unknown", detail, remedy = null, requestId = null }) {
    super(detail);
    Object.assign(this, { status, code, detail, remedy, requestId });
  }

  /** Whether a person cannot do anything about it but report it. */
  get unexpected() {
    return this.code === "unknown" || this.status >= 500;
  }

  /** Whether it says nothing about what became of the request: it may have worked. */
  get unclear() {
    const refused = this.status >= 400 && this.status < 500 && this.status !== 429;
    return UNCLEAR.includes(this.code) && !refused;
  }
}

const UNCLEAR = ["unreachable", "unavailable", "internal", "unknown"];

/** Problems the page itself makes. */
const LOCAL = {
  unreachable: {
    code: "unreachable",
    detail: "Aura cannot be reached.",
    remedy: "Check your internet connection, then try again.",
  },
  signedOut: { status: 401, code: "signed_out", detail: "You are no longer signed in.", remedy: "Sign in again to go on." },
};

let onSignedOut = signInAgain;

/** What happens when the API does not accept the token. Without it the page goes away to sign in silently. */
export function whenSignedOut(handler) {
  onSignedOut = handler;
}

/** The problem for a token that is gone. */
export function signedOut() {
  return new Problem(LOCAL.signedOut);
}

export const get = (path, options) => request("GET", path, options);
export const post = (path, body, options) => request("POST", path, { ...options, body });
export const patch = (path, body, options) => request("PATCH", path, { ...options, body });

/** Sends a request; answers the HTTP status and the body. With the same `key` a change is made once. */
export async function request(method, path, { body, signal, key } = {}) {
  const current = session() ?? (await refused());
  const answer = await reach(await address(path), {
    method,
    signal,
    credentials: "omit",
    headers: headers(method, current.token, body, key),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.status === 401) return refused();
  const json = await answer.json().catch(() => null);
  if (!answer.ok) throw problemOf(answer, json);
  return { status: answer.status, body: json };
}

function headers(method, token, body, key = crypto.randomUUID()) {
  const all = { authorization: `Bearer ${token}`, accept: "application/json" };
  if (method !== "GET") all["idempotency-key"] = key;
  if (body !== undefined) all["content-type"] = "application/json";
  return all;
}

async function address(path) {
  const { apiBase } = await config();
  return apiBase ? apiBase.replace(/\/$/, "") + path : new URL(`.${path}`, root).href;
}

async function reach(url, options) {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(LOCAL.unreachable);
  }
}

async function refused() {
  try {
    return await onSignedOut();
  } catch (error) {
    if (error instanceof SignInError) throw new Problem({ ...LOCAL.signedOut, detail: error.message });
    throw error;
  }
}

function problemOf(answer, json) {
  const requestId = json?.request_id ?? answer.headers.get("apigw-requestid") ?? answer.headers.get("x-amzn-requestid");
  if (json?.code && json?.detail) {
    return new Problem({ status: answer.status, code: json.code, detail: json.detail, remedy: json.remedy ?? null, requestId });
  }
  const detail = answer.status === 403 ? "Unauthorized Access" : "Something went wrong at our end.";
  return new Problem({ status: answer.status, detail, remedy: answer.status >= 500 ? "Please try again in a moment." : null, requestId });
}

/** Turns anything thrown into a Problem, so that the page can always show words. */
export function problem(error) {
  if (error instanceof Problem) return error;
  if (error instanceof SignInError) return new Problem({ ...LOCAL.signedOut, detail: error.message });
  return new Problem({ detail: "Something unexpected happened on this page.", remedy: "Reload the page and try again." });
}
