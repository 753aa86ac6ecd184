//! Who may do what with which ad account or library.

use chrono::{DateTime, Utc};

use super::{
    CLIENT_ID, CLIENT_SECRET,
    call::Call,
    grants::Grant,
    live::Desk,
    refusal::Refusal,
    state::{Form, Role, TikTok},
    switches::MovedAccounts,
};

/// A permission of the app, which the person may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Ad Account Information.
    Accounts = 4,
    /// Instant Page Management.
    Pages = 680,
    /// Leads Retrieval.
    Leads = 12_010_000,
    /// Test Leads.
    TestLeads = 12_020_000,
}

impl Scope {
    /// All that the app asks for.
    pub const ALL: [Self; 4] = [Self::Accounts, Self::Pages, Self::Leads, Self::TestLeads];

    /// Its number.
    pub fn id(self) -> u32 {
        self as u32
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Accounts => "Ad Account Management: Ad Account Information",
            Self::Pages => "Creative Management: Instant Page Management",
            Self::Leads => "Lead Management: Leads Retrieval",
            Self::TestLeads => "Lead Management: Test Leads",
        }
    }
}

/// How much a person must be allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Any role.
    Anybody,
    /// Only Admins.
    Admin,
}

/// What a request is about: an account, reached by its own id or by its library's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) account: String,
    /// Whether it was named by its library.
    pub(crate) by_library: bool,
    /// Its forms and leads are not shown, because they were moved to a library.
    pub(crate) is_hollow: bool,
}

/// Checks the app of requests that carry it.
pub(crate) fn client(call: &Call, names: [&str; 2]) -> Result<(), Refusal> {
    let [id, secret] = [call.needed(names[0])?, call.needed(names[1])?];
    if id == CLIENT_ID && secret == CLIENT_SECRET { Ok(()) } else { Err(Refusal::wrong_client()) }
}

/// The grant that an access token stands for.
pub(crate) fn grant<'a>(tiktok: &'a TikTok, token: Option<&str>, now: DateTime<Utc>) -> Result<&'a Grant, Refusal> {
    let token = token.ok_or_else(Refusal::no_token)?;
    let grant = tiktok.grants.of_access_token(token).ok_or_else(Refusal::dead_token)?;
    if grant.has_expired(now) { Err(Refusal::expired_token()) } else { Ok(grant) }
}

/// As [`grant`], if it holds the permission.
pub(crate) fn grant_with<'a>(
    tiktok: &'a TikTok,
    token: Option<&str>,
    scope: Scope,
    now: DateTime<Utc>,
) -> Result<&'a Grant, Refusal> {
    let grant = grant(tiktok, token, now)?;
    if grant.scopes.contains(&scope.id()) { Ok(grant) } else { Err(Refusal::missing_permission()) }
}

/// What a request is about, if its header's token opens this door.
pub(crate) fn open(desk: &Desk<'_>, call: &Call, scope: Scope, door: Door) -> Result<Target, Refusal> {
    let grant = grant_with(desk.tiktok, call.token.as_deref(), scope, desk.now)?;
    let target = target(desk.tiktok, grant, call, desk.live.switches.moved_accounts)?;
    admits(desk.tiktok, grant, &target, door)?;
    Ok(target)
}

/// What `advertiser_id` or `library_id` name, if the grant reaches it.
pub(crate) fn target(tiktok: &TikTok, grant: &Grant, call: &Call, moved: MovedAccounts) -> Result<Target, Refusal> {
    match (call.text("advertiser_id")?, call.text("library_id")?) {
        (Some(account), None) => by_account(tiktok, grant, account, moved),
        (None, Some(library)) => by_library(tiktok, grant, library),
        (None, None) => Err(Refusal::missing("advertiser_id")),
        (Some(_), Some(_)) => Err(Refusal::invalid("library_id", "Not allowed together with advertiser_id.")),
    }
}

fn by_account(tiktok: &TikTok, grant: &Grant, account: &str, moved: MovedAccounts) -> Result<Target, Refusal> {
    reaches(tiktok, grant, account)?;
    let is_moved = tiktok.library_of(account).is_some();
    if is_moved && moved == MovedAccounts::Refuse {
        let why = "The leads of this ad account were moved to a Business Center. Use library_id.";
        return Err(Refusal::invalid("advertiser_id", why));
    }
    Ok(Target { account: account.to_owned(), by_library: false, is_hollow: is_moved })
}

fn by_library(tiktok: &TikTok, grant: &Grant, library: &str) -> Result<Target, Refusal> {
    let library = tiktok.libraries.get(library).ok_or_else(|| Refusal::no_object("library_id"))?;
    let company = tiktok.person(&grant.person).map(|person| person.company.as_str());
    if company != Some(&library.company) {
        return Err(Refusal::other_company());
    }
    reaches(tiktok, grant, &library.account)?;
    Ok(Target { account: library.account.clone(), by_library: true, is_hollow: false })
}

/// Whether the account is there, in the grant, and still the person's.
pub(crate) fn reaches(tiktok: &TikTok, grant: &Grant, account: &str) -> Result<Role, Refusal> {
    if !tiktok.accounts.contains_key(account) {
        return Err(Refusal::no_account());
    }
    let role = tiktok.role(&grant.person, account).filter(|_| grant.accounts.iter().any(|one| one == account));
    role.ok_or_else(Refusal::not_of_account)
}

/// Only Admins pass the door of Admins.
pub(crate) fn admits(tiktok: &TikTok, grant: &Grant, target: &Target, door: Door) -> Result<(), Refusal> {
    match tiktok.role(&grant.person, &target.account) {
        Some(Role::Operator) if door == Door::Admin => Err(Refusal::no_admin()),
        _ => Ok(()),
    }
}

/// The form, if it is one of the target's.
pub(crate) fn form<'a>(tiktok: &'a TikTok, target: &Target, id: &str) -> Result<&'a Form, Refusal> {
    let form = tiktok.forms.get(id).filter(|form| form.account == target.account && !target.is_hollow);
    form.ok_or_else(Refusal::no_form)
}
