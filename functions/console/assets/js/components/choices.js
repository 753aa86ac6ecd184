// What can be chosen in the settings. Some things are reached in two steps: first the pages, then the forms of each.

import { get } from "../api.js";

/** Of so many pages or ad accounts the forms are listed. */
const MOST_PARENTS = 25;

/** Everything that can be chosen; what belongs to a page or an ad account says which one. */
export async function choices(provider, { resourceKind, parentKind }, signal) {
  if (!parentKind) return list(provider, resourceKind, null, signal);
  const parents = await list(provider, parentKind, null, signal);
  const forms = await Promise.all(parents.slice(0, MOST_PARENTS).map((parent) => formsOf(provider, resourceKind, parent, signal)));
  return forms.flat();
}

async function formsOf(provider, kind, parent, signal) {
  const forms = await list(provider, kind, parent.id, signal);
  return forms.map((form) => ({ ...form, description: [parent.name, stateName(form.state)].filter(Boolean).join(" · ") }));
}

async function list(provider, kind, parent, signal) {
  const query = parent ? `?${new URLSearchParams({ parent })}` : "";
  const { body } = await get(`/integrations/${provider}/options/${encodeURIComponent(kind)}${query}`, { signal });
  return body.options;
}

/** A form that takes leads needs no word about it. */
function stateName(state) {
  return !state || ["ACTIVE", "PUBLISHED"].includes(state) ? null : state.toLowerCase();
}
