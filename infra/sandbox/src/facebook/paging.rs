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

/// A list that is asked for.
pub(crate) struct List<'a> {
    pub(crate) sandbox: &'a Sandbox,
    pub(crate) call: &'a Call,
    /// That answers.
    pub(crate) version: &'static str,
    /// By switch: no page holds more entries.
    pub(crate) most: Option<usize>,
}

impl List<'_> {
    /// The answer, from keys that fall (`newest first`) or rise: cursors while there are entries, and the address of
    /// the next page if there is one.
    pub(crate) fn answer(
        &self,
        keys: impl Iterator<Item = String>,
        falling: bool,
        show: impl FnMut(&String) -> Option<Value>,
    ) -> Result<Value, GraphError> {
        let (after, limit) = (self.call.one("after").map(read).transpose()?, self.limit()?);
        let is_past = |key: &String| match &after {
            None => true,
            Some(after) if falling => key < after,
            Some(after) => key > after,
        };
        let mut rest = keys.filter(is_past);
        let keys: Vec<String> = rest.by_ref().take(limit).collect();
        let data: Vec<Value> = keys.iter().filter_map(show).collect();
        let (Some(first), Some(last)) = (keys.first(), keys.last()) else { return Ok(json!({ "data": data })) };
        let mut paging = json!({ "cursors": { "before": cursor(first), "after": cursor(last) } });
        if rest.next().is_some() {
            paging["next"] = json!(self.next(&cursor(last)));
        }
        Ok(json!({ "data": data, "paging": paging }))
    }

    fn limit(&self) -> Result<usize, GraphError> {
        if self.call.one("before").is_some() {
            return Err(GraphError::parameter("The sandbox pages forward only: use after."));
        }
        let limit = match self.call.one("limit").map(str::parse::<usize>) {
            None => USUAL,
            Some(Ok(limit)) if limit > 0 => limit,
            Some(_) => return Err(GraphError::parameter("Param limit must be a positive integer")),
        };
        Ok(limit.min(MOST).min(self.most.unwrap_or(MOST)))
    }

    /// Holds the access token, as Facebook's does, and no proof of the app secret.
    fn next(&self, after: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.call.params_without(&["after", "access_token", "appsecret_proof"]));
        query.extend_pairs(self.call.token().map(|token| ("access_token", token)));
        query.append_pair("after", after);
        let path = self.call.path.join("/");
        format!("{}facebook/{}/{path}?{}", self.sandbox.base_url(), self.version, query.finish())
    }
}

fn cursor(key: &str) -> String {
    URL_SAFE_NO_PAD.encode(key)
}

fn read(cursor: &str) -> Result<String, GraphError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(|| GraphError::parameter("Invalid cursor: after"))
}
