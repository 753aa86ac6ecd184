//! Access that the provider ends by itself, such as Facebook's 90 days after a person's last consent
//! (facebook-lead-ads.md §1): the account hears of it in time.

use super::Sweep;
use crate::api::events;
use crate::store::{Credential, Integration, StoreError};
use crate::usecases::draft::Draft;
use chrono::{DateTime, TimeDelta, Utc};
use domain::history::{Actor, HistoryEvent};

/// Each integration is looked at once a day: so it is told at least seven days ahead.
const TOLD_AHEAD: TimeDelta = TimeDelta::days(8);

impl Sweep {
    /// Takes over what the credentials say of it, and tells once.
    pub(super) async fn tell_of_end(
        &self,
        integration: &Integration,
        credential: Option<&Credential>,
    ) -> Result<(), StoreError> {
        let Some(ends) = ends(credential).filter(|ends| self.is_news(integration, *ends)) else { return Ok(()) };
        // What was mended before has written it anew.
        let now = self.store.integration(&integration.account, &integration.provider).await?;
        let same = |now: &Integration| now.id == integration.id && now.grant == integration.grant;
        let Some(now) = now.filter(same) else { return Ok(()) };
        let mut draft = Draft::of(&self.store, &now);
        draft.next.access_ends_at = Some(ends);
        if self.is_to_be_told(&now, ends) {
            draft.next.ending_told = Some(ends);
            draft.line(Actor::Provider, HistoryEvent::AccessEnding { at: ends.timestamp_millis() });
            draft.notice(events::ACCESS_ENDING);
        }
        self.commit(&Some(draft.visible())).await.map(|_| ())
    }

    fn is_news(&self, integration: &Integration, ends: DateTime<Utc>) -> bool {
        integration.access_ends_at != Some(ends) || self.is_to_be_told(integration, ends)
    }

    fn is_to_be_told(&self, integration: &Integration, ends: DateTime<Utc>) -> bool {
        let now = self.store.now();
        integration.ending_told != Some(ends) && ends - TOLD_AHEAD <= now && now < ends
    }
}

fn ends(credential: Option<&Credential>) -> Option<DateTime<Utc>> {
    credential?.access.as_ref()?.consent_ends
}
