//! Integrations and runs as the API shows them.

use crate::api::{
    AccountView, ConfigurationView, ErrorView, FailureView, IntegrationView, ProgressView, RunView, SettingsView,
    SyncView, TroubleView,
};
use crate::store::{Account, Failure, Integration, Run};
use domain::failure::FailureClass;
use domain::lifecycle::legal_actions;
use domain::plan::INTERVALS;
use providers::{Explanation, Manifest};

/// So many runs in a row that the rate limit ended make the page suggest a longer interval.
const LONG_LIMITED: u32 = 3;

pub(super) fn integration_view(integration: &Integration, manifest: &Manifest, account: &Account) -> IntegrationView {
    IntegrationView {
        id: integration.id,
        provider: integration.provider.clone(),
        name: manifest.name.into(),
        category: manifest.category,
        icon: manifest.icon.into(),
        status: integration.status,
        connected: integration.grant.is_some(),
        account: integration.connected.as_ref().map(|connected| AccountView {
            label: connected.label.clone(),
            access_ends_at: integration.access_ends_at.filter(|_| integration.grant.is_some()),
        }),
        error: error_view(integration),
        trouble: trouble_view(integration),
        actions: legal_actions(integration.state(), integration.grant.is_some()),
        settings: SettingsView {
            resources: integration.settings.resources.clone(),
            write_resource: integration.settings.write_resource.clone(),
            forms: integration.settings.forms.clone(),
            leads_since: integration.settings.leads_since.clone(),
            interval_minutes: integration.settings.interval_minutes,
        },
        configuration: ConfigurationView {
            resource_kind: manifest.resource_kind.into(),
            parent_kind: manifest.parent_kind.map(Into::into),
            several_resources: manifest.several_resources,
            writes: manifest.writes,
            intervals: INTERVALS.to_vec(),
            shortest_interval: account.plan().allowance().shortest_interval,
        },
        sync: SyncView {
            run: Run::open(integration).map(|run| run_view(&run)),
            last_success_at: integration.last_success_at,
            next_at: integration.due_at,
            interval_minutes: integration.settings.interval_in_force(),
            suggested_interval: suggested_interval(integration),
        },
        created_at: integration.created_at,
        updated_at: integration.updated_at,
        version: integration.version,
    }
}

fn error_view(integration: &Integration) -> Option<ErrorView> {
    let (reason, note) = (integration.reason?, integration.error.as_ref()?);
    Some(ErrorView {
        reason,
        message: reason.message().into(),
        remedy: note.remedy(reason).into(),
        since: note.since,
        next_try_at: note.next_try_at,
        action: reason.remedy_action(),
        explanation: explanation(integration.last_failure.as_ref()),
    })
}

fn trouble_view(integration: &Integration) -> Option<TroubleView> {
    let failure = integration.last_failure.as_ref().filter(|_| integration.status.is_scheduled())?;
    Some(TroubleView {
        failures: integration.attempts.max(1),
        message: sentence(failure).into(),
        since: integration.settled_at,
        next_try_at: integration.due_at,
        warned: integration.warned,
        frozen: integration.frozen,
        explanation: failure.explanation.clone(),
    })
}

fn suggested_interval(integration: &Integration) -> Option<u32> {
    let current = integration.settings.interval_in_force();
    let longer = INTERVALS.into_iter().find(|interval| *interval > current);
    longer.filter(|_| integration.rate_limited >= LONG_LIMITED)
}

pub(super) fn run_view(run: &Run) -> RunView {
    RunView {
        id: run.id,
        trigger: run.trigger,
        kind: run.kind,
        outcome: run.outcome,
        started_at: run.started_at,
        ended_at: run.ended_at,
        counts: run.counts,
        progress: ProgressView { resources_done: run.done, resources: run.resources },
        failure: run.failure.as_ref().map(failure_view),
    }
}

fn failure_view(failure: &Failure) -> FailureView {
    FailureView {
        class: failure.class,
        code: failure.code.clone(),
        message: sentence(failure).into(),
        explanation: failure.explanation.clone(),
    }
}

fn explanation(failure: Option<&Failure>) -> Option<Explanation> {
    failure?.explanation.clone()
}

fn sentence(failure: &Failure) -> &'static str {
    match failure.class {
        FailureClass::DeadCredentials => "The provider refused the credentials.",
        FailureClass::MissingPermission => "A permission is missing.",
        FailureClass::RateLimited => "The provider asked Aura to slow down.",
        FailureClass::Transient => "The provider did not answer as it should; it is tried again.",
        FailureClass::PermanentRecord => "A record could not be read.",
        FailureClass::ResourceNotFound => "What is synced is no longer available at the provider.",
        FailureClass::PermanentConfiguration => "The provider refuses the configuration.",
        FailureClass::OurOutage => "Something went wrong on our side; it is tried again.",
        FailureClass::OurConfiguration | FailureClass::OurBug => "Something went wrong on our side; it is looked at.",
    }
}
