//! What the webhook queue carries of leads: one message a tenant and as many leads as a worker takes at once.

use crate::store::{Route, Store, StoreError};
use domain::ids::{AccountId, IntegrationId, ProviderSlug};
use providers::LeadNotice;
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

/// The messages of one delivery, for everybody who has access to an owner that it names. What names none of ours, and
/// what is too large for any message, is nobody's.
pub(in crate::usecases) async fn messages(
    store: &Store,
    provider: &ProviderSlug,
    notices: Vec<LeadNotice>,
) -> Result<Vec<LeadsMessage>, StoreError> {
    let mut known = HashMap::new();
    let mut tenants: BTreeMap<(AccountId, IntegrationId), Vec<LeadNotice>> = BTreeMap::new();
    for notice in notices {
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

fn parts(leads: Vec<LeadNotice>) -> Vec<Vec<LeadNotice>> {
    let (mut parts, mut part, mut bytes) = (Vec::new(), Vec::new(), 0);
    for lead in leads {
        let size = serde_json::to_string(&lead).map_or(0, |text| text.len());
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
    use providers::LeadContent;

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
}
