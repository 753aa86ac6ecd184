//! What the webhook queue carries of leads: one message a tenant and as many leads as a worker takes at once.

use crate::store::{Route, Store, StoreError};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use domain::lead::mapping::MOST_ENTRIES;
use providers::{LeadContent, LeadNotice};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Most leads of one message: a worker fetches them one after the other.
const MOST_NOTICES: usize = 20;
/// Most bytes of one message: a queue takes 256 KiB in all.
const MOST_BYTES: usize = 180 * 1024;

/// Leads of which a provider told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadsMessage {
    /// The tenant.
    pub account: AccountId,
    /// The provider.
    pub provider: ProviderSlug,
    /// The integration; another one by now makes the message void.
    pub integration: IntegrationId,
    /// The leads.
    pub leads: Vec<LeadNotice>,
}

/// The messages of one delivery, for everybody who has access to an owner that it names. What names none of ours is
/// nobody's; what is too large for any message is cut, as it would be where it is stored.
pub(in crate::usecases) async fn messages(
    store: &Store,
    provider: &ProviderSlug,
    notices: Vec<LeadNotice>,
) -> Result<Vec<LeadsMessage>, StoreError> {
    let mut known = HashMap::new();
    let mut tenants: BTreeMap<(AccountId, IntegrationId), Vec<LeadNotice>> = BTreeMap::new();
    for notice in notices.into_iter().map(fitted) {
        for owner in &notice.owners {
            if !known.contains_key(owner) {
                known.insert(owner.clone(), store.routes(provider, owner).await?);
            }
        }
        let mut told: Vec<&Route> = notice.owners.iter().flat_map(|owner| &known[owner]).collect();
        told.sort_by_key(|route| route.id);
        told.dedup_by_key(|route| route.id);
        for route in told {
            tenants.entry((route.account.clone(), route.id)).or_default().push(notice.clone());
        }
    }
    let message = |account: &AccountId, integration, leads| LeadsMessage {
        account: account.clone(),
        provider: provider.clone(),
        integration,
        leads,
    };
    Ok(tenants
        .into_iter()
        .flat_map(|((account, id), leads)| parts(leads).into_iter().map(move |leads| (account.clone(), id, leads)))
        .map(|(account, id, leads)| message(&account, id, leads))
        .collect())
}

/// The notice, below the size of a message: long answers lose their ends, and so does what cannot be read.
fn fitted(notice: LeadNotice) -> LeadNotice {
    if size(&notice) <= MOST_BYTES {
        return notice;
    }
    let content = match notice.content {
        LeadContent::Whole(mut lead) => {
            lead.answers.truncate(MOST_ENTRIES);
            let each = MOST_BYTES / 8 / lead.answers.len().max(1);
            for answer in &mut lead.answers {
                answer.values = vec![cut(&answer.values.join(", "), each)];
                answer.key = cut(&answer.key, each);
            }
            LeadContent::Whole(lead)
        }
        LeadContent::Unreadable(text) => LeadContent::Unreadable(cut(&text, MOST_BYTES / 8)),
        LeadContent::Fetch => LeadContent::Fetch,
    };
    LeadNotice { content, ..notice }
}

/// Characters take up to six bytes in JSON.
pub(super) fn cut(text: &str, most: usize) -> String {
    text[..text.floor_char_boundary(most)].to_owned()
}

fn size(notice: &LeadNotice) -> usize {
    serde_json::to_string(notice).map_or(0, |text| text.len())
}

fn parts(leads: Vec<LeadNotice>) -> Vec<Vec<LeadNotice>> {
    let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
    for lead in leads {
        let size = size(&lead);
        if !part.is_empty() && (part.len() == MOST_NOTICES || bytes + size > MOST_BYTES) {
            parts.push(std::mem::take(&mut part));
            bytes = 0;
        }
        bytes += size;
        part.push(lead);
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::ExternalId;
    use domain::lead::{Answer, LeadSource, RawLead};

    fn notice(bytes: usize) -> LeadNotice {
        LeadNotice { owners: vec![], form: None, lead: None, content: LeadContent::Unreadable("x".repeat(bytes)) }
    }

    #[test]
    fn a_thousand_leads_are_split_below_the_queues_limits_and_none_is_left_out() {
        let sizes = |leads: Vec<LeadNotice>| parts(leads).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(vec![notice(10); 1000]), [20; 50]);
        assert_eq!(sizes(vec![notice(100_000); 3]), [1, 1, 1]);
        assert_eq!(sizes(vec![notice(50_000); 7]), [3, 3, 1]);
        for part in parts(vec![notice(9_500); 100]) {
            assert!(serde_json::to_string(&part).unwrap().len() < 256 * 1024 - 1024);
        }
    }

    #[test]
    fn what_is_larger_than_any_message_is_cut_and_not_left_behind() {
        for text in ["x", "\u{1}", "語"] {
            let large = LeadNotice { content: LeadContent::Unreadable(text.repeat(1_000_000)), ..notice(0) };
            assert!(size(&fitted(large)) <= MOST_BYTES);
            let answers = (0..500).map(|at| Answer { key: format!("{at}"), values: vec![text.repeat(5_000); 3] });
            let lead = RawLead {
                id: ExternalId::parse("1").unwrap(),
                form: "2".into(),
                created: chrono::DateTime::UNIX_EPOCH,
                answers: answers.collect(),
                source: LeadSource::default(),
                test: false,
            };
            let whole = LeadNotice { content: LeadContent::Whole(Box::new(lead)), ..notice(0) };
            assert!(size(&fitted(whole)) <= MOST_BYTES);
        }
    }
}
