//! What could not be read is read again at the beginning of a run: the provider may show it by now, or a later version
//! of Aura may understand it.

use super::forms;
use crate::store::UnreadLead;
use domain::ids::{ExternalId, ResourceId};
use domain::lead::RawLead;
use providers::{LeadContent, LeadNotice, Leads};

/// How a kept lead goes on.
pub(in crate::usecases) enum Again {
    /// It is asked for by its id.
    Fetch(ResourceId, ExternalId),
    /// It can be read now.
    Take(ResourceId, Box<RawLead>),
    /// Its form is not chosen any more.
    Over,
    /// It still cannot be read.
    Not,
}

impl Again {
    /// What can be done now, of these chosen forms.
    pub(in crate::usecases) fn of(unread: &UnreadLead, leads: &dyn Leads, chosen: &[ResourceId]) -> Self {
        let reread = match &unread.notice.content {
            LeadContent::Unreadable(text) => leads.reread(text),
            _ => Some(unread.notice.clone()),
        };
        let Some(notice) = reread else { return Self::Not };
        let form = form(&notice, unread, chosen);
        match (notice.content, form) {
            (LeadContent::Unreadable(_), _) => Self::Not,
            (_, None) => Self::Over,
            (LeadContent::Whole(lead), Some(form)) => Self::Take(form, lead),
            (LeadContent::Fetch, Some(form)) => notice.lead.map_or(Self::Not, |id| Self::Fetch(form, id)),
        }
    }
}

fn form(notice: &LeadNotice, unread: &UnreadLead, chosen: &[ResourceId]) -> Option<ResourceId> {
    let named = forms(notice).map(|(_, form)| form);
    unread.form.iter().cloned().chain(named).find(|form| chosen.contains(form))
}
