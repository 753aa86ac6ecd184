//! What a mapping makes of a lead, before it is saved. Nothing is changed and nothing is kept.

use crate::api::{ContactView, PreviewBody, PreviewProblem, PreviewView};
use crate::entry::{Caller, Problem};
use crate::usecases::get::{Found, Integrations};
use crate::usecases::options::Options;
use crate::usecases::settings::{parents, unlisted, validate_mapping};
use chrono::{DateTime, Utc};
use domain::ids::{ExternalId, ProviderSlug, ResourceId};
use domain::lead::mapping::{FormMapping, MOST_ENTRIES, Mapped, Misfit, MisfitReason, map, sample};
use domain::lead::{Answer, LeadSource, Question, RawLead};

/// Longest answer of a sample, in bytes: more than is kept of a real one.
const LONGEST_ANSWER: usize = 8 * 1024;

/// Shows what mappings do.
#[derive(Clone)]
pub struct Preview {
    /// Finds integrations.
    pub integrations: Integrations,
    /// What can be chosen.
    pub options: Options,
}

impl Preview {
    /// Maps a lead as the body says. The form is one that is chosen, or that the provider lists for this very grant.
    pub async fn show(
        &self,
        caller: &Caller,
        slug: &ProviderSlug,
        body: PreviewBody,
        deadline: DateTime<Utc>,
    ) -> Result<PreviewView, Problem> {
        body.mapping.iter().try_for_each(validate_mapping)?;
        body.answers.iter().try_for_each(|answers| validate_answers(answers))?;
        body.questions.iter().try_for_each(|questions| validate_questions(questions))?;
        let found = self.integrations.find(caller, slug).await?;
        if !found.manifest.brings_leads() {
            return Err(Problem::not_found("form"));
        }
        let questions = match &body.questions {
            // Whoever brings them learns nothing from us.
            Some(questions) => questions.clone(),
            None => self.asked(&found, &body.form, deadline).await?,
        };
        Ok(view(&found, body, questions))
    }

    async fn asked(&self, found: &Found, form: &ResourceId, deadline: DateTime<Utc>) -> Result<Vec<Question>, Problem> {
        self.validate_form(found, form, deadline).await?;
        self.options.questions(found, form, deadline).await
    }

    async fn validate_form(&self, found: &Found, form: &ResourceId, deadline: DateTime<Utc>) -> Result<(), Problem> {
        if found.integration.grant.is_none() {
            return Err(Problem::not_connected());
        }
        if found.integration.settings.resources.contains(form) {
            return Ok(());
        }
        let (provider, kind) = (self.options.provider(found)?, found.manifest.resource_kind);
        for parent in parents(provider, [form]) {
            let listed = self.options.listed(found, kind, parent.as_ref(), deadline).await?;
            if listed.iter().any(|choice| choice.id == *form) {
                return Ok(());
            }
        }
        Err(unlisted())
    }
}

fn view(found: &Found, body: PreviewBody, questions: Vec<Question>) -> PreviewView {
    let saved = || found.integration.settings.forms.get(&body.form).cloned();
    let mapping = body.mapping.or_else(saved).unwrap_or_else(|| FormMapping::defaults(&questions));
    let answers = body.answers.unwrap_or_else(|| sample(&questions, &mapping));
    let mapped = mapped(&answers, &mapping);
    let problems = mapped.misfits.iter().map(problem).collect();
    PreviewView { form: body.form, questions, mapping, answers, contact: contact(mapped), problems }
}

fn mapped(answers: &[Answer], mapping: &FormMapping) -> Mapped {
    // Only the answers count here.
    let Ok(id) = ExternalId::parse("sample") else { return Mapped::default() };
    let (created, source) = (DateTime::UNIX_EPOCH, LeadSource::default());
    map(&RawLead { id, form: String::new(), created, answers: answers.to_vec(), source, test: true }, mapping)
}

fn contact(mapped: Mapped) -> ContactView {
    let Mapped { name, phone, email, company, properties, truncated, .. } = mapped;
    ContactView { name, phone, email, company, properties, truncated }
}

fn problem(misfit: &Misfit) -> PreviewProblem {
    let message = match misfit.why {
        MisfitReason::NotAPhoneNumber => {
            "This cannot be read as a phone number. A default country helps with numbers that have no country code."
        }
        MisfitReason::NotAnEmail => "This is no e-mail address.",
        MisfitReason::FieldTaken => "Another question's answer has this field already.",
    };
    PreviewProblem { key: misfit.key.clone(), code: misfit.why, message: message.into() }
}

fn validate_questions(questions: &[Question]) -> Result<(), Problem> {
    let too_long = |question: &Question| question.key.len() + question.label.len() > LONGEST_ANSWER;
    if questions.len() > MOST_ENTRIES || questions.iter().any(too_long) {
        return Err(Problem::invalid("sample_too_large", "There are more questions than any form has.")
            .remedy("Leave the questions out: they are asked of the provider."));
    }
    Ok(())
}

fn validate_answers(answers: &[Answer]) -> Result<(), Problem> {
    let too_long = |answer: &Answer| answer.values.iter().map(String::len).sum::<usize>() > LONGEST_ANSWER;
    if answers.len() > MOST_ENTRIES || answers.iter().any(too_long) {
        return Err(Problem::invalid("sample_too_large", "The sample has more answers than any form.")
            .remedy("Try it with fewer and shorter answers."));
    }
    Ok(())
}
