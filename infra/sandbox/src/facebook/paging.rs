//! Lists in pages, by cursor. A cursor is the key of an entry and no place in the list: what is added or removed
//! meanwhile shifts nothing.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{call::Call, errors::GraphError};
use crate::Sandbox;

/// Entries of a page when nothing is said.
const USUAL: usize = 25;
/// Entries of a page at most; a higher limit is silently lowered.
const MOST: usize = 100;

/// What the list is asked for.
pub(crate) struct Window {
    after: Option<String>,
    limit: usize,
}

impl Window {
    /// Reads `after` and `limit`; `most` is the switch's.
    pub(crate) fn of(call: &Call, most: Option<usize>) -> Result<Self, GraphError> {
        if call.one("before").is_some() {
            return Err(GraphError::parameter("The sandbox pages forward only: use after."));
        }
        let limit = match call.one("limit").map(str::parse::<usize>) {
            None => USUAL,
            Some(Ok(limit)) if limit > 0 => limit,
            Some(_) => return Err(GraphError::parameter("Param limit must be a positive integer")),
        };
        let after = call.one("after").map(read).transpose()?;
        Ok(Self { after, limit: limit.min(MOST).min(most.unwrap_or(MOST)) })
    }

    /// The entries of this page, from keys that fall (`newest first`) or rise, and whether more follow.
    pub(crate) fn cut(&self, keys: impl Iterator<Item = String>, falling: bool) -> (Vec<String>, bool) {
        let is_past = |key: &String| match &self.after {
            None => true,
            Some(after) if falling => key < after,
            Some(after) => key > after,
        };
        let mut rest = keys.filter(is_past);
        let page = rest.by_ref().take(self.limit).collect();
        (page, rest.next().is_some())
    }
}

/// The answer: cursors while there are entries, and the address of the next page if there is one.
pub(crate) fn answer(
    sandbox: &Sandbox,
    call: &Call,
    version: &str,
    keys: &[String],
    data: Vec<Value>,
    more: bool,
) -> Value {
    let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return json!({ "data": data }) };
    let mut paging = json!({ "cursors": { "before": cursor(first), "after": cursor(last) } });
    if more {
        paging["next"] = json!(next(sandbox, call, version, &cursor(last)));
    }
    json!({ "data": data, "paging": paging })
}

/// Holds the access token, as Facebook's does, and no proof of the app secret.
fn next(sandbox: &Sandbox, call: &Call, version: &str, after: &str) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(call.params_without(&["after", "access_token", "appsecret_proof"]));
    query.extend_pairs(call.token().map(|token| ("access_token", token)));
    query.append_pair("after", after);
    format!("{}facebook/{version}/{}?{}", sandbox.base_url(), call.path.join("/"), query.finish())
}

fn cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

fn read(cursor: &str) -> Result<String, GraphError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| GraphError::parameter("Invalid cursor: after"))
}
