//! The permissions that the application needs (tiktok-lead-ads.md §2). TikTok names them by number.

use serde_json::Value;

/// Lead Management > Leads Retrieval.
const LEADS: &str = "12010000";
/// Creative Management > Instant Page Management.
const FORMS: &str = "680";
/// Lead Management > Test Leads: without it all works but test leads.
const TEST_LEADS: &str = "12020000";

/// The permissions that were granted, as texts.
pub(super) fn granted(scope: Option<Value>) -> Vec<String> {
    match scope {
        Some(Value::Array(scopes)) => scopes.iter().filter_map(one).collect(),
        Some(Value::String(text)) => text.split([',', ' ']).filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

fn one(scope: &Value) -> Option<String> {
    match scope {
        Value::String(text) => Some(text.clone()),
        number => number.as_u64().map(|number| number.to_string()),
    }
}

/// The needed permissions that `granted` does not name. Nothing is known of a list without any permission of those
/// that are known here: older answers list groups of permissions by small numbers of their own. What is missing then is
/// told by the first call that needs it (40001).
pub(super) fn missing(granted: &[String]) -> Vec<String> {
    let has = |id: &str| granted.iter().any(|granted| granted == id);
    if ![LEADS, FORMS, TEST_LEADS].into_iter().any(has) {
        return Vec::new();
    }
    [LEADS, FORMS].into_iter().filter(|id| !has(id)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn missing_of(scope: Value) -> Vec<String> {
        missing(&granted(Some(scope)))
    }

    #[test]
    fn a_permission_that_was_not_granted_is_missing() {
        assert_eq!(missing_of(json!([4, 680, 12020000])), [LEADS]);
        assert_eq!(missing_of(json!(["4", "12010000"])), [FORMS]);
        assert_eq!(missing_of(json!("4,12020000")), [LEADS, FORMS]);
        assert!(missing_of(json!([4, 680, 12010000])).is_empty());
    }

    #[test]
    fn of_a_list_in_other_numbers_nothing_is_known() {
        assert!(missing_of(json!([1, 2, 3, 4, 12])).is_empty());
        assert!(missing(&granted(None)).is_empty());
        assert!(missing(&granted(Some(json!({ "a": 1 })))).is_empty());
    }
}
