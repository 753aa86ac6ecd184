// Since when something is so, exactly and in words.

import { moment, time } from "../format.js";

/** "Since 23 Nov 2026, 09:15 (2 hours ago). "; nothing where it is not known. */
export function sinceWhen(timestamp) {
  return timestamp ? ["Since ", moment(timestamp), " (", time(timestamp), "). "] : null;
}
