//! The resources of a run: those that are no longer chosen are swept, the chosen ones are pulled one by one.

use super::{Step, Stop};
use crate::store::Resource;
use crate::usecases::access::AccessError;
use chrono::TimeDelta;
use domain::failure::FailureClass;
use domain::ids::ResourceId;
use domain::lead::Form;
use providers::{Explanation, ProviderError};

/// How far back the first pull of a resource reads. Later full pulls read from the same instant: what is older by then
/// is not gone.
const WINDOW: TimeDelta = TimeDelta::days(90);

impl Step<'_> {
    /// Every run begins with sweeping what is no longer chosen; it is hidden meanwhile.
    pub(super) async fn sweep_unchosen(&mut self, resources: &mut Vec<Resource>) -> Result<(), Stop> {
        let (current, former): (Vec<_>, Vec<_>) =
            resources.drain(..).partition(|resource| resource.dataset == self.held.dataset);
        let chosen = self.held.settings.resources.clone();
        let (kept, unchosen): (Vec<_>, Vec<_>) =
            current.into_iter().partition(|resource| chosen.contains(&resource.resource));
        *resources = kept;
        for resource in former {
            self.forget(&resource.resource).await?;
        }
        for resource in unchosen {
            // Leads are what people wrote to the account: they stay when their form is not read any more.
            match self.provider.leads() {
                Some(_) => self.forget(&resource.resource).await?,
                None => self.sweep_all(&resource).await?,
            }
        }
        Ok(())
    }

    /// Pulls what the run has not done yet. A resource that is gone does not keep the others from being synced.
    pub(super) async fn pull_chosen(&mut self, resources: Vec<Resource>) -> Result<(), Stop> {
        let (mut refused, mut read) = (None, false);
        for id in self.held.settings.resources.clone() {
            if self.progress.done.contains(&id) {
                read = true;
                continue;
            }
            let resource = self.known(&resources, &id);
            if self.may_wait(&resource) {
                read = true;
                continue;
            }
            match self.pull(resource).await {
                Err(Stop::Failed(AccessError::Provider(error))) if self.concerns_one(&error) => {
                    refused = Some(named(error, &id));
                }
                outcome => {
                    outcome?;
                    read = true;
                }
            }
        }
        match (refused, self.later) {
            // Leads of the others are worth more than the news that one form is gone, or closed to us.
            (Some(error), _) if read && self.provider.leads().is_some() => Err(Stop::Partly(error.into())),
            (Some(error), _) => Err(Stop::Failed(error.into())),
            (None, Some(after)) => Err(Stop::Later(after)),
            (None, None) => Ok(()),
        }
    }

    /// Whether a refusal says nothing about the others. Which page shows its leads is decided page by page.
    fn concerns_one(&self, error: &ProviderError) -> bool {
        match error.class {
            FailureClass::ResourceNotFound => true,
            FailureClass::MissingPermission => self.provider.leads().is_some(),
            _ => false,
        }
    }

    fn known(&self, resources: &[Resource], id: &ResourceId) -> Resource {
        let known = resources.iter().find(|resource| resource.resource == *id).cloned();
        known.unwrap_or_else(|| Resource::new(id.clone(), self.held.dataset, self.worker.store.now() - WINDOW))
    }
}

/// The error with the name of what is gone, where the provider does not give it.
fn named(error: ProviderError, id: &ResourceId) -> ProviderError {
    let Ok(form) = Form::of(id) else { return error };
    let words =
        format!("The form {} of {} is not there any more, or not open to this connection.", form.id(), form.owner());
    let explanation = error.explanation.clone().or_else(|| Explanation::new(&words, None));
    error.explained(explanation)
}
