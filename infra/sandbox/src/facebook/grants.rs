//! What people have granted to apps, and the codes and tokens that stand for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use ring::digest;
use serde::{Deserialize, Serialize};

use super::{errors::GraphError, state::Person};
use crate::secrets;

/// A code is good for ten minutes.
const CODE_LIFE: Duration = Duration::minutes(10);
/// Seconds that a short-lived user token lives: between one hour and two.
const SHORT_SECONDS: i64 = 5_400;
/// Seconds that a long-lived user token lives: about 60 days.
const LONG_SECONDS: i64 = 5_183_944;
/// After their last login people must confirm that the app may go on reading.
const DATA_ACCESS: Duration = Duration::days(90);

/// All grants of all apps.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Grants {
    grants: Vec<Grant>,
    /// How many grants there ever were.
    generation: u64,
    codes: HashMap<String, Code>,
    tokens: HashMap<String, Token>,
}

/// What one person has granted to one app. Everybody who connects this person through this app shares it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) app: String,
    pub(crate) person: String,
    /// Permission → whether it was granted or declined.
    pub(crate) permissions: BTreeMap<String, bool>,
    pub(crate) pages: BTreeSet<String>,
    pub(crate) data_access_expires_at: DateTime<Utc>,
    generation: u64,
}

#[derive(Serialize, Deserialize)]
struct Code {
    app: String,
    person: String,
    redirect_uri: String,
    system_user: bool,
    expires_at: DateTime<Utc>,
    used: bool,
}

/// Whose voice a token is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TokenKind {
    /// A person.
    User {
        /// Exchanged for one of 60 days.
        long: bool,
    },
    /// A system user of a business.
    SystemUser,
    /// A page, through a person with a role.
    Page(String),
}

/// A user or page token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) app: String,
    pub(crate) person: String,
    pub(crate) kind: TokenKind,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    passwords: u32,
    logouts: u32,
    generation: u64,
}

/// What a person decided in the dialog.
pub(crate) struct Decision {
    pub(crate) app: String,
    pub(crate) person: String,
    pub(crate) granted: Vec<String>,
    pub(crate) declined: Vec<String>,
    pub(crate) pages: BTreeSet<String>,
    pub(crate) redirect_uri: String,
    pub(crate) system_user: bool,
}

impl Grant {
    pub(crate) fn has(&self, permission: &str) -> bool {
        self.permissions.get(permission) == Some(&true)
    }
}

impl Grants {
    pub(crate) fn of(&self, app: &str, person: &str) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.app == app && grant.person == person)
    }

    pub(crate) fn of_mut(&mut self, app: &str, person: &str) -> Option<&mut Grant> {
        self.grants.iter_mut().find(|grant| grant.app == app && grant.person == person)
    }

    /// The apps that the person has granted something.
    pub(crate) fn apps_of(&self, person: &str) -> Vec<String> {
        self.grants.iter().filter(|grant| grant.person == person).map(|grant| grant.app.clone()).collect()
    }

    /// How many people use the app.
    pub(crate) fn users(&self, app: &str) -> u64 {
        self.grants.iter().filter(|grant| grant.app == app).count() as u64
    }

    /// Notes the decision, and makes the code for it. The choice of pages replaces the former one.
    pub(crate) fn consent(&mut self, decision: Decision, now: DateTime<Utc>) -> String {
        let grant = self.open(&decision.app, &decision.person, now);
        grant.permissions.extend(decision.granted.into_iter().map(|permission| (permission, true)));
        grant.permissions.extend(decision.declined.into_iter().map(|permission| (permission, false)));
        grant.pages = decision.pages;
        grant.data_access_expires_at = now + DATA_ACCESS;
        let code = secret("AQ");
        let entry = Code {
            app: decision.app,
            person: decision.person,
            redirect_uri: decision.redirect_uri,
            system_user: decision.system_user,
            expires_at: now + CODE_LIFE,
            used: false,
        };
        self.codes.insert(code.clone(), entry);
        code
    }

    fn open(&mut self, app: &str, person: &str, now: DateTime<Utc>) -> &mut Grant {
        let place = self.grants.iter().position(|grant| grant.app == app && grant.person == person);
        let place = place.unwrap_or_else(|| {
            self.generation += 1;
            self.grants.push(Grant {
                app: app.to_owned(),
                person: person.to_owned(),
                permissions: BTreeMap::new(),
                pages: BTreeSet::new(),
                data_access_expires_at: now,
                generation: self.generation,
            });
            self.grants.len() - 1
        });
        &mut self.grants[place]
    }

    /// Ends what the person granted to the app, and every token of it; whether there was anything.
    pub(crate) fn remove(&mut self, app: &str, person: &str) -> bool {
        let before = self.grants.len();
        self.grants.retain(|grant| grant.app != app || grant.person != person);
        self.codes.retain(|_, code| code.app != app || code.person != person);
        self.grants.len() < before
    }

    /// Whose code this is, when the app may exchange it for a token.
    pub(crate) fn redeem(
        &mut self,
        app: &str,
        code: &str,
        redirect_uri: &str,
        now: DateTime<Utc>,
    ) -> Result<(String, TokenKind), GraphError> {
        let entry = self.codes.get_mut(code).filter(|entry| entry.app == app).ok_or_else(GraphError::bad_code)?;
        if entry.redirect_uri != redirect_uri {
            return Err(GraphError::redirect_mismatch());
        }
        if entry.used {
            return Err(GraphError::used_code());
        }
        if entry.expires_at <= now {
            return Err(GraphError::expired_code());
        }
        entry.used = true;
        let kind = if entry.system_user { TokenKind::SystemUser } else { TokenKind::User { long: false } };
        Ok((entry.person.clone(), kind))
    }

    /// A new token of the person's, with the time that this kind lives.
    pub(crate) fn issue(&mut self, app: &str, person: &Person, kind: TokenKind, now: DateTime<Utc>) -> Token {
        let seconds = match &kind {
            TokenKind::User { long: false } => Some(SHORT_SECONDS),
            TokenKind::User { long: true } => Some(LONG_SECONDS),
            TokenKind::SystemUser | TokenKind::Page(_) => None,
        };
        let token = Token {
            text: secret("EAAS"),
            app: app.to_owned(),
            person: person.id.clone(),
            kind,
            issued_at: now,
            expires_at: seconds.map(|seconds| now + Duration::seconds(seconds)),
            passwords: person.passwords,
            logouts: person.logouts,
            generation: self.of(app, &person.id).map_or(0, |grant| grant.generation),
        };
        self.tokens.insert(token.text.clone(), token.clone());
        token
    }

    /// The page's token through this user token: always the same one.
    pub(crate) fn page_token(&mut self, user: &Token, page: &str, now: DateTime<Utc>) -> String {
        let digest = digest::digest(&digest::SHA256, format!("{}\n{page}", user.text).as_bytes());
        let text = format!("EAAP{}", URL_SAFE_NO_PAD.encode(digest.as_ref()).replace(['-', '_'], "Z"));
        let made = || Token {
            text: text.clone(),
            kind: TokenKind::Page(page.to_owned()),
            issued_at: now,
            expires_at: None,
            ..user.clone()
        };
        self.tokens.entry(text.clone()).or_insert_with(made);
        text
    }

    pub(crate) fn token(&self, text: &str) -> Option<&Token> {
        self.tokens.get(text)
    }

    /// Ends the time of the person's user tokens now.
    pub(crate) fn expire_user_tokens(&mut self, person: &str, now: DateTime<Utc>) {
        let of_person = |token: &&mut Token| token.person == person && matches!(token.kind, TokenKind::User { .. });
        self.tokens.values_mut().filter(of_person).for_each(|token| token.expires_at = Some(now));
    }

    /// How many of the person's tokens for the app belong to the grant that stands.
    pub(crate) fn tokens_of_grant(&self, app: &str, person: &str) -> usize {
        let Some(grant) = self.of(app, person) else { return 0 };
        let of_grant = |token: &&Token| token.app == app && token.person == person && token.is_of(grant);
        self.tokens.values().filter(of_grant).count()
    }
}

impl Token {
    pub(crate) fn is_of(&self, grant: &Grant) -> bool {
        self.generation == grant.generation
    }

    /// Whether the password is another one than when the token was made.
    pub(crate) fn outlived_password(&self, person: &Person) -> bool {
        self.kind != TokenKind::SystemUser && self.passwords != person.passwords
    }

    /// Whether everything was logged out since the token was made.
    pub(crate) fn outlived_session(&self, person: &Person) -> bool {
        self.kind != TokenKind::SystemUser && self.logouts != person.logouts
    }

    /// Unix seconds; 0 when it never ends by itself.
    pub(crate) fn expires_at_seconds(&self) -> i64 {
        self.expires_at.map_or(0, |at| at.timestamp())
    }
}

/// Letters and digits that nobody guesses: tokens of Facebook have no other characters.
fn secret(prefix: &str) -> String {
    secrets::secret(prefix).replace(['-', '_'], "Z")
}
