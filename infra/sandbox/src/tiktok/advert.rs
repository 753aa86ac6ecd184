//! The ad that leads a person to a form.

use serde::{Deserialize, Serialize};

/// Campaign, ad group and ad.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Advert {
    pub(crate) campaign_id: String,
    pub(crate) campaign_name: String,
    pub(crate) adgroup_id: String,
    pub(crate) adgroup_name: String,
    pub(crate) ad_id: String,
    pub(crate) ad_name: String,
}

impl Advert {
    /// The ad of a form; `next_id` makes ids.
    pub(crate) fn new(title: &str, mut next_id: impl FnMut() -> String) -> Self {
        Self {
            campaign_id: next_id(),
            campaign_name: format!("Leads | {title}"),
            adgroup_id: next_id(),
            adgroup_name: "18-54, \"broad\"".to_owned(),
            ad_id: next_id(),
            ad_name: format!("{title}, 15 s"),
        }
    }
}
