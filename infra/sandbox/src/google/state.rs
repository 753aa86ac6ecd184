//! What Google's side consists of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{calendar::Calendar, channels::Channels, grants::Grants};

/// Accounts, calendars and grants.
#[derive(Serialize, Deserialize)]
pub(crate) struct Google {
    pub(crate) seed: u64,
    pub(crate) accounts: Vec<Account>,
    pub(crate) calendars: BTreeMap<String, Calendar>,
    pub(crate) grants: Grants,
    /// Sync tokens of an earlier epoch have expired.
    pub(crate) sync_epoch: u64,
    /// Who is told of changes.
    #[serde(default)]
    pub(crate) channels: Channels,
    /// Invitation mails that writes would have sent since the start.
    #[serde(skip)]
    pub(crate) mails: u64,
}

/// One Google account.
#[derive(Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) name: String,
    /// Google's own id of the account: digits, never the e-mail address.
    pub(crate) sub: String,
    pub(crate) list: Vec<ListEntry>,
    pub(crate) list_sequence: u64,
}

/// A calendar as one account sees it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ListEntry {
    pub(crate) calendar: String,
    pub(crate) role: Role,
    pub(crate) summary_override: Option<String>,
    pub(crate) color: String,
    pub(crate) primary: bool,
    pub(crate) hidden: bool,
    /// The list's sequence number at the entry's last change.
    pub(crate) sequence: u64,
    pub(crate) removed: bool,
}

/// What an account may do with a calendar, ascending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Sees when somebody is busy.
    FreeBusyReader,
    /// Reads events.
    Reader,
    /// Writes events.
    Writer,
    /// Writes events and decides who else may.
    Owner,
}

impl Role {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FreeBusyReader => "freeBusyReader",
            Self::Reader => "reader",
            Self::Writer => "writer",
            Self::Owner => "owner",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::FreeBusyReader, Self::Reader, Self::Writer, Self::Owner].into_iter().find(|role| role.name() == name)
    }
}

impl Google {
    pub(crate) fn account(&self, email: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.email == email)
    }

    pub(crate) fn account_mut(&mut self, email: &str) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.email == email)
    }

    /// Shows in every list that something about the calendar has changed.
    pub(crate) fn touch_lists(&mut self, calendar: &str) {
        for account in &mut self.accounts {
            if let Some(entry) = account.entry(calendar).filter(|entry| entry.calendar == calendar).cloned() {
                account.put_entry(entry);
            }
        }
    }

    /// The calendar and what the account may do with it; `id` may be the alias `primary`.
    pub(crate) fn calendar(&self, email: &str, id: &str) -> Option<(&Calendar, Role)> {
        let entry = self.account(email)?.entry(id)?;
        Some((self.calendars.get(&entry.calendar)?, entry.role))
    }
}

impl Account {
    pub(crate) fn entry(&self, id: &str) -> Option<&ListEntry> {
        let alias = id == "primary";
        self.list.iter().find(|entry| !entry.removed && (entry.calendar == id || (alias && entry.primary)))
    }

    /// Puts the entry in the place of the former one of the same calendar, with a new sequence number.
    pub(crate) fn put_entry(&mut self, entry: ListEntry) {
        self.list_sequence += 1;
        let entry = ListEntry { sequence: self.list_sequence, ..entry };
        match self.list.iter_mut().find(|former| former.calendar == entry.calendar) {
            Some(former) => *former = entry,
            None => self.list.push(entry),
        }
    }
}

impl ListEntry {
    pub(crate) fn new(calendar: &str, role: Role, color: &str) -> Self {
        Self {
            calendar: calendar.to_owned(),
            role,
            summary_override: None,
            color: color.to_owned(),
            primary: false,
            hidden: false,
            sequence: 0,
            removed: false,
        }
    }

    /// The resource `calendar#calendarListEntry`, for an account that may do so much.
    pub(crate) fn resource(&self, calendar: &Calendar, role: Role) -> Value {
        let mut value = json!({
            "kind": "calendar#calendarListEntry",
            "etag": format!("\"{}\"", 1_700_000_000_000_000_u64 + self.sequence * 1_000),
            "id": self.calendar,
        });
        if self.removed {
            value["deleted"] = json!(true);
            return value;
        }
        value["summary"] = json!(calendar.summary);
        if let Some(description) = &calendar.description {
            value["description"] = json!(description);
        }
        value["timeZone"] = json!(calendar.time_zone);
        if let Some(summary) = &self.summary_override {
            value["summaryOverride"] = json!(summary);
        }
        value["colorId"] = json!("14");
        value["backgroundColor"] = json!(self.color);
        value["foregroundColor"] = json!("#000000");
        if self.hidden {
            value["hidden"] = json!(true);
        } else {
            value["selected"] = json!(true);
        }
        value["accessRole"] = json!(role.name());
        value["defaultReminders"] =
            json!(if self.primary { vec![json!({"method": "popup", "minutes": 10})] } else { vec![] });
        if self.primary {
            value["primary"] = json!(true);
        }
        value["conferenceProperties"] = json!({ "allowedConferenceSolutionTypes": ["hangoutsMeet"] });
        value
    }
}
