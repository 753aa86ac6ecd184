//! The permissions that an app can ask for.

/// Everybody grants this by logging in; it has no box.
pub(crate) const PUBLIC_PROFILE: &str = "public_profile";

/// Permissions for leads, and what the dialog says about each.
const ALL: [(&str, &str); 9] = [
    ("public_profile", "Your name and profile picture"),
    ("email", "Your email address"),
    ("leads_retrieval", "Access leads for your Pages"),
    ("pages_show_list", "Show a list of the Pages you manage"),
    ("pages_read_engagement", "Read content posted on the Page"),
    ("pages_manage_metadata", "Manage accounts, settings, and webhooks for a Page"),
    ("pages_manage_ads", "Manage ads and lead forms for Pages"),
    ("ads_management", "Manage ads for ad accounts you have access to"),
    ("business_management", "Manage your business"),
];

/// What the configurations of Facebook Login for Business list.
pub(crate) const FOR_LEADS: [&str; 7] = [
    "leads_retrieval",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "pages_manage_ads",
    "ads_management",
    "business_management",
];

/// What the dialog says about a permission; `None`: there is no such permission.
pub(crate) fn description(scope: &str) -> Option<&'static str> {
    ALL.iter().find(|(name, _)| *name == scope).map(|(_, description)| *description)
}
