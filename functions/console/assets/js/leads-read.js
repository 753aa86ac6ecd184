// Reading the newest leads: all of a few weeks once, and from then on only what has changed.

import { get } from "./api.js";

/** Leads that changed within so many days are read; within fewer where that is more than can be shown. */
const WINDOWS = [30, 7, 1];
/** At most so many pages of so many. */
const PAGES = 4;
const PAGE = 500;
const DAY = 86_400_000;

/** The leads of one integration. `read` gives `{leads, days, complete}`, newest first. */
export function leadReader(provider, signal) {
  let known = new Map();
  let days = WINDOWS[0];
  let complete = true;
  let until = null;

  async function read() {
    try {
      if (!until || !(await changed(until))) await anew();
    } catch (error) {
      // What was changed so long ago is not told any more.
      if (error.code !== "resync_required" || !until) throw error;
      await anew();
    }
    const leads = [...known.values()].sort((one, other) => Date.parse(other.created) - Date.parse(one.created));
    return { leads, days, complete };
  }

  async function anew() {
    for (const window of WINDOWS) {
      known = new Map();
      days = window;
      complete = await changed(new Date(Date.now() - window * DAY).toISOString());
      if (complete) return;
    }
  }

  /** Takes what has changed since then; answers whether that was everything. */
  async function changed(since) {
    const query = new URLSearchParams({ limit: PAGE, updatedSince: since });
    for (let page = 0; page < PAGES; page += 1) {
      const { body } = await get(`/integrations/${provider}/records?${query}`, { signal });
      body.records.forEach(take);
      until = body.syncedUntil;
      if (!body.cursor) return true;
      query.set("cursor", body.cursor);
    }
    until = null;
    return false;
  }

  function take({ id, resource, record }) {
    const name = JSON.stringify([resource, id]);
    if (record?.kind === "lead") known.set(name, record);
    else known.delete(name);
  }

  return { read };
}

/** The form of a lead, as it is chosen. */
export const formOf = ({ owner, form }) => `${owner}/${form}`;
