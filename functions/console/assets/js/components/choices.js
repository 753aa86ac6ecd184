// What can be chosen in the settings. Some things are reached in two steps: first the pages, then the forms of each.

import { get } from "../api.js";

/** The forms of so many pages or ad accounts are listed at once. */
const PARENTS = 25;

/**
 * What can be chosen; what belongs to a page or an ad account says which one. `options` grows with each `further`, which
 * lists the forms of more of them and gives those: first of the ones that are called like `text`. `waiting` are those
 * whose forms are not listed yet: what is chosen already is listed, unless it is gone.
 */
export async function choices(provider, { resourceKind, parentKind }, chosen, signal) {
  const parents = parentKind ? await list(provider, parentKind, null, signal) : [];
  // Most forms say by their id whose they are; those of a shared library are found by looking on.
  const it = { options: [], waiting: first(parents, (parent) => chosen.some((id) => id.startsWith(`${parent.id}/`))), further };
  if (!parentKind) it.options = await list(provider, resourceKind, null, signal);
  while (it.waiting.length && (!it.options.length || !chosen.every(isListed))) await further();
  return it;

  function isListed(id) {
    return it.options.some((option) => option.id === id);
  }

  async function further(text = "") {
    const next = first(it.waiting, (parent) => text && parent.name.toLocaleLowerCase().includes(text)).slice(0, PARENTS);
    const listed = await Promise.all(next.map((parent) => formsOf(provider, resourceKind, parent, signal)));
    // Several may list the same one.
    const forms = [...new Map(listed.flat().map((form) => [form.id, form])).values()].filter(({ id }) => !isListed(id));
    it.waiting = it.waiting.filter((parent) => !next.includes(parent));
    it.options.push(...forms);
    return forms;
  }
}

/** The same, with what `comes` before the others. */
function first(all, comes) {
  return [...all.filter(comes), ...all.filter((each) => !comes(each))];
}

async function formsOf(provider, kind, parent, signal) {
  const forms = await list(provider, kind, parent.id, signal);
  return forms.map((form) => ({ ...form, parent: parent.name, description: [parent.name, stateName(form.state)].filter(Boolean).join(" · ") }));
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
