//! What people do at Facebook, out of an app's sight.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    CLIENT_ID, callbacks, data,
    grants::Grant,
    state::{App, Facebook, Form, FormStatus, Page, Person},
};
use crate::State;

/// Something that happens. The body of `POST /_sandbox/facebook/acts`, such as
/// `{"act": "changePassword", "person": "…"}`.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "ids of what the name says; `app` absent: Aura's")]
#[serde(tag = "act", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Act {
    /// Former tokens answer 190 with the subcode 460.
    ChangePassword { person: String },
    /// Former tokens answer 190 with the subcode 467.
    LogOut { person: String },
    /// Tokens answer 190 with the subcode 459 until [`Act::PassCheckpoint`].
    Checkpoint { person: String },
    /// Ends a checkpoint.
    PassCheckpoint { person: String },
    /// Tokens answer 190 with the subcode 464 until [`Act::Confirm`].
    Unconfirm { person: String },
    /// The account is confirmed.
    Confirm { person: String },
    /// User tokens answer 190 with the subcode 463; page tokens live on.
    ExpireTokens { person: String },
    /// Tokens answer 190: the 90 days since the last login are over.
    ExpireDataAccess { person: String, app: Option<String> },
    /// Tokens answer 190 with the subcode 458, and the app is called back.
    RemoveApp {
        person: String,
        app: Option<String>,
        #[serde(default)]
        delete_data: bool,
    },
    /// Takes one permission back in the settings.
    DeclinePermission { person: String, permission: String, app: Option<String> },
    /// Takes one page out of the app's sight in the settings.
    WithdrawPage { person: String, page: String, app: Option<String> },
    /// Page tokens through this person answer 190 with the subcode 492.
    LosePageRole { person: String, page: String },
    /// Gives these tasks on the page.
    GivePageRole { person: String, page: String, tasks: Vec<String> },
    /// The page, its forms and its leads are not there any more.
    RemovePage { page: String },
    /// They are there again.
    RestorePage { page: String },
    /// The form and its leads are not there any more.
    RemoveForm { form: String },
    /// They are there again.
    RestoreForm { form: String },
    /// Publishes, archives or deletes the form.
    SetFormStatus { form: String, status: FormStatus },
    /// Another form on the page, with a name and an e-mail address.
    AddForm { page: String, id: String, name: String },
    /// The lead was deleted.
    DeleteLead { lead: String },
    /// Turns the Leads Access Manager on, without the app.
    RevokeLeadAccess { page: String, app: Option<String> },
    /// Lets the app and everybody with a role through.
    AssignLeadAccess { page: String, app: Option<String> },
    /// The page tells the app of nothing any more.
    DropSubscription { page: String, app: Option<String> },
    /// Nothing is sent to the app any more, as after long failure.
    DisableWebhooks { app: Option<String> },
    /// Ends that.
    EnableWebhooks { app: Option<String> },
}

/// The act cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// It names what is not there.
    #[error("the sandbox of Facebook knows no {0}")]
    Unknown(String),
    /// It makes no sense now.
    #[error("{0}")]
    Impossible(String),
}

/// Lets it happen.
pub(crate) fn perform(state: &mut State, act: Act, now: DateTime<Utc>) -> Result<(), ActError> {
    let facebook = &mut state.facebook;
    match act {
        Act::ChangePassword { person } => facebook.person(&person)?.passwords += 1,
        Act::LogOut { person } => facebook.person(&person)?.logouts += 1,
        Act::Checkpoint { person } => facebook.person(&person)?.checkpointed = true,
        Act::PassCheckpoint { person } => facebook.person(&person)?.checkpointed = false,
        Act::Unconfirm { person } => facebook.person(&person)?.unconfirmed = true,
        Act::Confirm { person } => facebook.person(&person)?.unconfirmed = false,
        Act::ExpireTokens { person } => {
            facebook.person(&person)?;
            facebook.grants.expire_user_tokens(&person, now);
        }
        Act::ExpireDataAccess { person, app } => granted(facebook, app, &person)?.data_access_expires_at = now,
        Act::RemoveApp { person, app, delete_data } => remove_app(state, &or_aura(app), &person, delete_data, now)?,
        Act::DeclinePermission { person, permission, app } => {
            granted(facebook, app, &person)?.permissions.insert(permission, false);
        }
        Act::WithdrawPage { person, page, app } => {
            granted(facebook, app, &person)?.pages.remove(&page);
        }
        Act::LosePageRole { person, page } => {
            facebook.any_page(&page)?.roles.remove(&person);
        }
        Act::GivePageRole { person, page, tasks } => {
            facebook.person(&person)?;
            facebook.any_page(&page)?.roles.insert(person, tasks);
        }
        Act::RemovePage { page } => facebook.any_page(&page)?.gone = true,
        Act::RestorePage { page } => facebook.any_page(&page)?.gone = false,
        Act::RemoveForm { form } => facebook.any_form(&form)?.gone = true,
        Act::RestoreForm { form } => facebook.any_form(&form)?.gone = false,
        Act::SetFormStatus { form, status } => facebook.any_form(&form)?.status = status,
        Act::AddForm { page, id, name } => add_form(facebook, &page, &id, &name, now)?,
        Act::DeleteLead { lead } if facebook.delete_lead(&lead) => {}
        Act::DeleteLead { lead } => return Err(ActError::Unknown(format!("lead {lead}"))),
        Act::RevokeLeadAccess { page, app } => {
            let access = &mut facebook.any_page(&page)?.lead_access;
            access.managed = true;
            access.apps.remove(&or_aura(app));
        }
        Act::AssignLeadAccess { page, app } => {
            let page = facebook.any_page(&page)?;
            page.lead_access.apps.insert(or_aura(app));
            page.lead_access.people.extend(page.roles.keys().cloned());
        }
        Act::DropSubscription { page, app } => {
            facebook.any_page(&page)?.subscribed.remove(&or_aura(app));
        }
        Act::DisableWebhooks { app } => facebook.any_app(app)?.webhooks_disabled = true,
        Act::EnableWebhooks { app } => facebook.any_app(app)?.webhooks_disabled = false,
    }
    Ok(())
}

fn remove_app(
    state: &mut State,
    app: &str,
    person: &str,
    delete_data: bool,
    now: DateTime<Utc>,
) -> Result<(), ActError> {
    if !state.facebook.grants.remove(app, person) {
        return Err(ActError::Impossible(format!("{person} has granted nothing to the app {app}")));
    }
    callbacks::removed(state, app, person, delete_data, now);
    Ok(())
}

fn add_form(facebook: &mut Facebook, page: &str, id: &str, name: &str, now: DateTime<Utc>) -> Result<(), ActError> {
    facebook.any_page(page)?;
    if facebook.forms.contains_key(id) || id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ActError::Impossible(format!("{id} is no id for a new form: digits, and a new one")));
    }
    let standard = [("FULL_NAME", "full_name", "Full name"), ("EMAIL", "email", "Email")];
    let form = data::new_form(id, page, name, "en_US", &standard, now);
    facebook.forms.insert(id.to_owned(), form);
    Ok(())
}

fn granted<'a>(facebook: &'a mut Facebook, app: Option<String>, person: &str) -> Result<&'a mut Grant, ActError> {
    let app = or_aura(app);
    let missing = || ActError::Impossible(format!("{person} has granted nothing to the app {app}"));
    facebook.grants.of_mut(&app, person).ok_or_else(missing)
}

pub(crate) fn or_aura(app: Option<String>) -> String {
    app.unwrap_or_else(|| CLIENT_ID.to_owned())
}

impl Facebook {
    fn person(&mut self, id: &str) -> Result<&mut Person, ActError> {
        self.people.get_mut(id).ok_or_else(|| ActError::Unknown(format!("person {id}")))
    }

    fn any_app(&mut self, app: Option<String>) -> Result<&mut App, ActError> {
        let id = or_aura(app);
        self.apps.get_mut(&id).ok_or_else(|| ActError::Unknown(format!("app {id}")))
    }

    fn any_page(&mut self, id: &str) -> Result<&mut Page, ActError> {
        self.pages.get_mut(id).ok_or_else(|| ActError::Unknown(format!("page {id}")))
    }

    fn any_form(&mut self, id: &str) -> Result<&mut Form, ActError> {
        self.forms.get_mut(id).ok_or_else(|| ActError::Unknown(format!("form {id}")))
    }
}
