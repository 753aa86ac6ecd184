//! Versions of the Graph API. One that is over or does not exist is answered by the oldest that is usable: nobody is
//! told but by the header `facebook-api-version`.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

/// The versions from the oldest to the newest, each with the Unix second of its end where that is known.
const KNOWN: [(&str, Option<i64>); 7] = [
    // 24 September 2026.
    ("v20.0", Some(1_790_208_000)),
    ("v21.0", None),
    ("v22.0", None),
    ("v23.0", None),
    ("v24.0", None),
    ("v25.0", None),
    ("v26.0", None),
];

/// The newest version.
pub(crate) const NEWEST: &str = "v26.0";

/// Versions that answer with a warning.
const OLD: [&str; 2] = ["v22.0", "v23.0"];

/// Whether a part of a path names a version, of whatever number.
pub(crate) fn is_version(part: &str) -> bool {
    let Some((major, minor)) = part.strip_prefix('v').and_then(|number| number.split_once('.')) else { return false };
    [major, minor].iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The version that answers.
pub(crate) fn served(requested: Option<&str>, ended: &BTreeSet<String>, now: DateTime<Utc>) -> &'static str {
    let usable = |(name, end): &(&'static str, Option<i64>)| {
        (end.is_none_or(|end| now.timestamp() < end) && !ended.contains(*name)).then_some(*name)
    };
    let mut all = KNOWN.iter().filter_map(usable);
    let exact = all.clone().find(|name| Some(*name) == requested);
    exact.or_else(|| all.next()).unwrap_or(NEWEST)
}

/// What the header `x-ad-api-version-warning` says, if there is one.
pub(crate) fn warning(served: &str, deprecated: &BTreeSet<String>) -> Option<String> {
    let is_old = OLD.contains(&served) || deprecated.contains(served);
    is_old.then(|| format!("The call has been made with {served}, which will end soon."))
}
