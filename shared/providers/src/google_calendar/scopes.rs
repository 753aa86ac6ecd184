//! What is asked of the person, and what covers it.

/// The scopes that are asked for: the account's identity, the list of calendars, and events.
pub(super) const REQUESTED: [&str; 4] = ["openid", "email", CALENDAR_LIST, EVENTS];

const CALENDAR_LIST: &str = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
const EVENTS: &str = "https://www.googleapis.com/auth/calendar.events";

/// Each scope that must have been granted, with the broader ones that include it. The identity's scopes are not among
/// them: a person cannot untick those, and the answer names `email` by another name.
const NEEDED: [(&str, &[&str]); 2] = [
    (
        CALENDAR_LIST,
        &[
            "https://www.googleapis.com/auth/calendar.calendarlist",
            "https://www.googleapis.com/auth/calendar.readonly",
            "https://www.googleapis.com/auth/calendar",
        ],
    ),
    (EVENTS, &["https://www.googleapis.com/auth/calendar"]),
];

/// The needed scopes that `granted` does not cover.
pub(super) fn missing(granted: &[String]) -> Vec<String> {
    let has = |scope: &str| granted.iter().any(|granted| granted == scope);
    NEEDED
        .iter()
        .filter(|(scope, broader)| !has(scope) && !broader.iter().any(|scope| has(scope)))
        .map(|(scope, _)| (*scope).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing_of(granted: &[&str]) -> Vec<String> {
        missing(&granted.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_unticked_permission_is_missing() {
        assert_eq!(missing_of(&["openid", "email", CALENDAR_LIST]), [EVENTS]);
        assert_eq!(missing_of(&["openid", EVENTS]), [CALENDAR_LIST]);
        assert_eq!(missing_of(&[]), [CALENDAR_LIST, EVENTS]);
    }

    #[test]
    fn broader_permissions_cover_narrower_ones_and_reading_does_not_cover_writing() {
        assert!(missing_of(&[CALENDAR_LIST, EVENTS]).is_empty());
        assert!(missing_of(&["https://www.googleapis.com/auth/calendar"]).is_empty());
        assert_eq!(missing_of(&["https://www.googleapis.com/auth/calendar.readonly"]), [EVENTS]);
        assert_eq!(missing_of(&[CALENDAR_LIST, "https://www.googleapis.com/auth/calendar.events.readonly"]), [EVENTS]);
    }
}
