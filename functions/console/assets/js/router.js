// Which view an address means. Addresses live in the fragment, so that the page is one file.

/** The grid's address. */
export const GRID = "#/";

/** A provider's address. */
export const addressOf = (provider) => `#/integrations/${encodeURIComponent(provider)}`;

/** What the address asks for: `{view: "grid"}` or `{view: "detail", provider}`. */
export function place(hash = location.hash) {
  const found = /^#\/integrations\/([a-z0-9-]{1,64})$/.exec(hash);
  return found ? { view: "detail", provider: found[1] } : { view: "grid" };
}
