//! Whose turn it is where more is due than one planner run takes of a shard.

use crate::store::Nominated;
use domain::ids::{AccountId, ProviderSlug};
use std::collections::{BTreeMap, HashMap};

/// What is taken of a shard: at most so many entries of each provider, one of every account before the second of any,
/// the older ones first. So neither a provider's backlog nor an account's (thousands of appointments that are still to be
/// written) holds up what is due of the others behind it. Holds no more than it takes, however much is offered.
pub(super) struct Turns {
    most: usize,
    /// How many entries of an account were offered.
    offered: HashMap<(ProviderSlug, AccountId), usize>,
    /// By the entry's turn within its account, and its place in the index.
    taken: HashMap<ProviderSlug, BTreeMap<(usize, String), Nominated>>,
}

impl Turns {
    /// At most so many of each provider.
    pub(super) fn of(most: usize) -> Self {
        Self { most, offered: HashMap::new(), taken: HashMap::new() }
    }

    /// Offers an entry. Older ones are offered first.
    pub(super) fn offer(&mut self, entry: Nominated) {
        let offered = self.offered.entry((entry.provider.clone(), entry.account.clone())).or_default();
        let turn = *offered;
        *offered += 1;
        let taken = self.taken.entry(entry.provider.clone()).or_default();
        taken.insert((turn, entry.due_sk.clone()), entry);
        if taken.len() > self.most {
            taken.pop_last();
        }
    }

    /// Those that have their turn, in no order.
    pub(super) fn taken(self) -> Vec<Nominated> {
        self.taken.into_values().flat_map(BTreeMap::into_values).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    /// An entry of an account, due at this instant. An account has one integration of a provider.
    fn entry(provider: &str, account: &str, instant: usize) -> Nominated {
        let id = Uuid::from_u128(account.bytes().fold(0, |id, byte| id << 8 | u128::from(byte)));
        let entry = json!({
            "PK": format!("INTEGRATION#{id}"), "SK": format!("WRITE#{instant}"), "due_sk": format!("{instant:015}#{id}"),
            "id": id, "account": account, "provider": provider,
        });
        serde_json::from_value(entry).expect("an entry")
    }

    /// What is taken of these, the oldest first: account and instant.
    fn taken(most: usize, entries: impl IntoIterator<Item = Nominated>) -> Vec<(String, String)> {
        let mut turns = Turns::of(most);
        entries.into_iter().for_each(|entry| turns.offer(entry));
        let mut taken = turns.taken();
        taken.sort_by(|left, right| left.due_sk.cmp(&right.due_sk));
        let short =
            |entry: &Nominated| entry.due_sk.split_once('#').expect("an instant").0.trim_start_matches('0').to_owned();
        taken.iter().map(|entry| (entry.account.to_string(), short(entry))).collect()
    }

    fn words(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(account, instant)| ((*account).to_owned(), (*instant).to_owned())).collect()
    }

    #[test]
    fn the_oldest_are_taken_where_every_account_has_one() {
        let entries = (1..=5).map(|instant| entry("calendar", &format!("account-{instant}"), instant));
        assert_eq!(taken(2, entries), words(&[("account-1", "1"), ("account-2", "2")]));
    }

    #[test]
    fn an_account_with_a_backlog_leaves_room_for_whoever_comes_behind_it() {
        let backlog = (1..=10_000).map(|instant| entry("calendar", "large", instant));
        let behind = [entry("calendar", "small", 10_001), entry("calendar", "other", 10_002)];
        let taken = taken(5, backlog.chain(behind));
        let expected = [("large", "1"), ("large", "2"), ("large", "3"), ("small", "10001"), ("other", "10002")];
        assert_eq!(taken, words(&expected));
    }

    #[test]
    fn an_account_alone_has_all_the_room() {
        let backlog = (1..=10).map(|instant| entry("calendar", "large", instant));
        assert_eq!(taken(4, backlog), words(&[("large", "1"), ("large", "2"), ("large", "3"), ("large", "4")]));
    }

    #[test]
    fn a_provider_takes_no_room_from_another() {
        let backlog = (1..=10).map(|instant| entry("calendar", &format!("account-{instant}"), instant));
        let taken = taken(1, backlog.chain([entry("forms", "small", 11)]));
        assert_eq!(taken, words(&[("account-1", "1"), ("small", "11")]));
    }

    #[test]
    fn appointments_of_an_account_that_are_due_in_one_instant_have_a_turn_each() {
        let entries = (0..3).map(|_| entry("calendar", "large", 7));
        assert_eq!(taken(10, entries).len(), 3);
    }
}
