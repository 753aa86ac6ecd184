//! Scopes: how Google spells them in its answers, and what each one opens.

/// Where Google's own scopes begin.
pub(crate) const PREFIX: &str = "https://www.googleapis.com/auth/";

const LIST: &[&str] = &["calendar.calendarlist.readonly", "calendar.calendarlist", "calendar.readonly", "calendar"];
const READ: &[&str] = &["calendar.events.readonly", "calendar.events", "calendar.readonly", "calendar"];
const WRITE: &[&str] = &["calendar.events", "calendar"];
const READ_OWNED: &[&str] = &["calendar.events.owned.readonly", "calendar.events.owned"];
const WRITE_OWNED: &[&str] = &["calendar.events.owned"];

/// The spelling of the token reply: the two short sign-in scopes come back long.
pub(crate) fn canonical(scope: &str) -> String {
    match scope {
        "email" | "profile" => format!("{PREFIX}userinfo.{scope}"),
        other => other.to_owned(),
    }
}

/// Whether Google would know it.
pub(crate) fn is_known(scope: &str) -> bool {
    is_sign_in(scope) || scope.strip_prefix(PREFIX).is_some_and(|name| name.starts_with("calendar"))
}

/// Sign-in scopes come together and cannot be unticked.
pub(crate) fn is_sign_in(scope: &str) -> bool {
    scope == "openid" || matches!(scope.strip_prefix(PREFIX), Some("userinfo.email" | "userinfo.profile"))
}

/// What the consent page says about a scope.
pub(crate) fn description(scope: &str) -> &str {
    match scope.strip_prefix(PREFIX).unwrap_or(scope) {
        "calendar.calendarlist.readonly" => "See the list of Google calendars you're subscribed to",
        "calendar.calendarlist" => "See, add and remove Google calendars you're subscribed to",
        "calendar.events" => "View and edit events on all your calendars",
        "calendar.events.readonly" => "View events on all your calendars",
        "calendar.events.owned" => "See, create, change and delete events on calendars you own",
        "calendar" => "See, edit, share and permanently delete all the calendars you can access",
        "calendar.readonly" => "See and download any calendar you can access",
        other => other,
    }
}

/// Listing calendars.
pub(crate) fn may_list(granted: &[String]) -> bool {
    any(granted, LIST)
}

/// Reading events.
pub(crate) fn may_read(granted: &[String], owner: bool) -> bool {
    any(granted, READ) || (owner && any(granted, READ_OWNED))
}

/// Writing events.
pub(crate) fn may_write(granted: &[String], owner: bool) -> bool {
    any(granted, WRITE) || (owner && any(granted, WRITE_OWNED))
}

fn any(granted: &[String], wanted: &[&str]) -> bool {
    granted.iter().filter_map(|scope| scope.strip_prefix(PREFIX)).any(|name| wanted.contains(&name))
}
