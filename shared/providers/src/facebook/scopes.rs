//! What is asked of the person, and what must have been granted (facebook-lead-ads.md §1, "Scopes").

/// The permissions that are asked for.
pub(super) const REQUESTED: [&str; 7] = [
    "leads_retrieval",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_metadata",
    "pages_manage_ads",
    // Without this one leads come without their ad and campaign.
    "ads_management",
    // Without this one pages that a business owns may be missing from the list.
    "business_management",
];

/// Without the first five nothing works: leads, the list of pages, their forms, and the subscription.
const NEEDED: usize = 5;

/// The needed permissions that are not among `granted`.
pub(super) fn missing(granted: &[String]) -> Vec<String> {
    let has = |scope: &str| granted.iter().any(|granted| granted == scope);
    REQUESTED[..NEEDED].iter().filter(|scope| !has(scope)).map(|scope| (*scope).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declined_permission_is_missing_unless_leads_can_be_read_without_it() {
        let all = REQUESTED.map(str::to_owned);
        assert!(missing(&all).is_empty());
        assert!(missing(&all[..5]).is_empty());
        assert_eq!(missing(&all[1..]), ["leads_retrieval"]);
        assert_eq!(missing(&[]), REQUESTED[..5]);
    }
}
