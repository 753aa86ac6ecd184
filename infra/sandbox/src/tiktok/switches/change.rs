//! What is to be switched.

use serde::Deserialize;

use super::{
    CsvShape, DownloadErrors, Fault, Guard, Headings, MovedAccounts, RedirectCodes, Switches, TaskFailure, TaskPolls,
    TokenKind, ValueForm, WireForm, ZipOver,
};
use crate::{NotificationMode, tiktok::limits::Limits};

/// What is to be switched; what is absent stays. The body of `POST /_sandbox/tiktok/switches`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SwitchChange {
    /// Added to those that are there.
    pub faults: Vec<Fault>,
    /// See [`Switches::limits`].
    pub limits: Option<Limits>,
    /// See [`Switches::tokens`].
    pub tokens: Option<TokenKind>,
    /// See [`Switches::redirect_codes`].
    pub redirect_codes: Option<RedirectCodes>,
    /// See [`Switches::silent_cancel`].
    pub silent_cancel: Option<bool>,
    /// See [`Switches::revoke_ends_all`].
    pub revoke_ends_all: Option<bool>,
    /// See [`Switches::moved_accounts`].
    pub moved_accounts: Option<MovedAccounts>,
    /// See [`Switches::subscription_id_beside`].
    pub subscription_id_beside: Option<bool>,
    /// See [`Switches::probe_callbacks`].
    pub probe_callbacks: Option<bool>,
    /// See [`Switches::list_dead_subscriptions`].
    pub list_dead_subscriptions: Option<bool>,
    /// See [`Switches::webhooks`]; any other than `hold` lets go what was held back.
    pub webhooks: Option<NotificationMode>,
    /// Lets go the webhooks that were held back, and goes on holding.
    pub release_webhooks: bool,
    /// See [`Switches::reorder`].
    pub reorder: Option<bool>,
    /// See [`Switches::wire`].
    pub wire: Option<WireForm>,
    /// See [`Switches::values`].
    pub values: Option<ValueForm>,
    /// See [`Switches::task_polls`].
    pub task_polls: Option<u32>,
    /// See [`Switches::task_not_ready_code`].
    pub task_not_ready_code: Option<bool>,
    /// See [`Switches::failing_tasks`].
    pub failing_tasks: Option<u32>,
    /// See [`Switches::task_failure`].
    pub task_failure: Option<TaskFailure>,
    /// See [`Switches::download_errors`].
    pub download_errors: Option<DownloadErrors>,
    /// See [`Switches::csv`].
    pub csv: CsvChange,
    /// See [`Switches::zip_over`].
    pub zip_over: Option<usize>,
    /// See [`Switches::retention_days`]; 0 keeps all.
    pub retention_days: Option<u32>,
}

/// What is to be odd about the file; what is absent stays.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CsvChange {
    /// See [`CsvShape::bom`].
    pub bom: Option<bool>,
    /// See [`CsvShape::guard`].
    pub guard: Option<Guard>,
    /// See [`CsvShape::headings`].
    pub headings: Option<Headings>,
    /// See [`CsvShape::epoch_times`].
    pub epoch_times: Option<bool>,
    /// See [`CsvShape::keys`].
    pub keys: Option<bool>,
    /// See [`CsvShape::line_feeds`].
    pub line_feeds: Option<bool>,
}

impl SwitchChange {
    pub(super) fn set(self, switches: &mut Switches) {
        switches.faults.extend(self.faults);
        put(&mut switches.limits, self.limits);
        put(&mut switches.tokens, self.tokens);
        put(&mut switches.redirect_codes, self.redirect_codes);
        put(&mut switches.silent_cancel, self.silent_cancel);
        put(&mut switches.revoke_ends_all, self.revoke_ends_all);
        put(&mut switches.moved_accounts, self.moved_accounts);
        put(&mut switches.subscription_id_beside, self.subscription_id_beside);
        put(&mut switches.probe_callbacks, self.probe_callbacks);
        put(&mut switches.list_dead_subscriptions, self.list_dead_subscriptions);
        put(&mut switches.webhooks, self.webhooks);
        put(&mut switches.reorder, self.reorder);
        put(&mut switches.wire, self.wire);
        put(&mut switches.values, self.values);
        put(&mut switches.task_polls, self.task_polls.map(TaskPolls));
        put(&mut switches.task_not_ready_code, self.task_not_ready_code);
        put(&mut switches.failing_tasks, self.failing_tasks);
        put(&mut switches.task_failure, self.task_failure);
        put(&mut switches.download_errors, self.download_errors);
        put(&mut switches.zip_over, self.zip_over.map(ZipOver));
        put(&mut switches.retention_days, self.retention_days.map(|days| Some(days).filter(|days| *days > 0)));
        self.csv.set(&mut switches.csv);
    }
}

impl CsvChange {
    fn set(self, csv: &mut CsvShape) {
        put(&mut csv.bom, self.bom);
        put(&mut csv.guard, self.guard);
        put(&mut csv.headings, self.headings);
        put(&mut csv.epoch_times, self.epoch_times);
        put(&mut csv.keys, self.keys);
        put(&mut csv.line_feeds, self.line_feeds);
    }
}

fn put<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
