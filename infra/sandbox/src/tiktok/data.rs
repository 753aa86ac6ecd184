//! The data that the imitation begins with: from a seed, around a date.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::{
    ADA, FIRST_ACCOUNT, GRACE, JAPANESE_FORM, LIBRARY, LIBRARY_FORM, LONG_FORM, MOVED_ACCOUNT, OTHER_ACCOUNT,
    OTHER_LIBRARY, SECOND_ACCOUNT, SECOND_FORM, SHORT_FORM,
    advert::Advert,
    generate::{self, Draft},
    ids::Ids,
    state::{Account, Form, Library, Person, Question, Role, TikTok},
};
use crate::Unknown;

/// How many leads each published form begins with, over [`FIRST_DAYS`] days.
const FIRST_LEADS: i64 = 60;
const FIRST_DAYS: i64 = 120;

/// The kind of form that collects leads.
pub(crate) const LEAD_GEN: &str = "LEAD_GEN";

const BERLIN: [&str; 3] = ["EUR", "Europe/Berlin", "DE"];

const AURA: &str = "Aura Beispiel GmbH";
const HOPPER: &str = "Hopper Motors Inc.";

/// Key and label of what forms ask.
const CONTACT: &[(&str, &str)] = &[("email", "Email"), ("phone_number", "Phone number"), ("name", "Full name")];
const LONG: &[(&str, &str)] = &[
    ("first_name", "Vorname"),
    ("last_name", "Nachname"),
    ("email", "E-Mail-Adresse"),
    ("city", "Stadt"),
    ("country", "Land"),
    ("postal_code", "Postleitzahl"),
    ("budget_range", "Wie hoch ist Ihr Budget, ungefähr?"),
    ("Haben Sie noch Fragen?", "Haben Sie noch Fragen?"),
];
const JAPANESE: &[(&str, &str)] = &[
    ("name", "お名前"),
    ("company_name", "会社名"),
    ("job_title", "役職"),
    ("email", "メール"),
    ("gender", "性別"),
    ("scheduled_time", "ご希望の日時"),
    ("ご要望・ご質問 🚗", "ご要望・ご質問 🚗"),
];

/// Two people, four ad accounts, six forms, and their first leads.
pub(crate) fn populate(seed: u64, now: DateTime<Utc>) -> TikTok {
    let mut tiktok = TikTok { seed, ids: Ids::new(seed), people: people(), ..TikTok::default() };
    let begin = now - Duration::days(FIRST_DAYS);
    for account in accounts(begin) {
        tiktok.accounts.insert(account.id.clone(), account);
    }
    for library in [library(LIBRARY, AURA, MOVED_ACCOUNT), library(OTHER_LIBRARY, HOPPER, OTHER_ACCOUNT)] {
        tiktok.libraries.insert(library.id.clone(), library);
    }
    for (id, account, title, questions, published) in forms() {
        add_form(&mut tiktok, Draughted { id, account, title, published }, as_questions(questions), begin);
    }
    first_leads(&mut tiktok, begin);
    tiktok
}

/// A form that is about to be made.
pub(crate) struct Draughted<'a> {
    pub(crate) id: &'a str,
    pub(crate) account: &'a str,
    pub(crate) title: &'a str,
    pub(crate) published: bool,
}

/// Adds a form with an ad of its own.
pub(crate) fn add_form(tiktok: &mut TikTok, form: Draughted<'_>, questions: Vec<Question>, now: DateTime<Utc>) {
    let Draughted { id, account, title, published } = form;
    let advert = Advert::new(title, || tiktok.ids.next(now));
    let form = Form {
        id: id.to_owned(),
        account: account.to_owned(),
        title: title.to_owned(),
        business_type: LEAD_GEN.to_owned(),
        published,
        created: now,
        updated: now,
        questions,
        advert,
    };
    tiktok.forms.insert(id.to_owned(), form);
}

/// What a form asks that nobody has described.
pub(crate) fn usual_questions() -> Vec<Question> {
    as_questions(CONTACT)
}

fn as_questions(questions: &[(&str, &str)]) -> Vec<Question> {
    let owned = |(key, label): &(&str, &str)| Question { key: (*key).to_owned(), label: (*label).to_owned() };
    questions.iter().map(owned).collect()
}

fn people() -> Vec<Person> {
    let roles = |roles: &[(&str, Role)]| -> BTreeMap<String, Role> {
        roles.iter().map(|(account, role)| ((*account).to_owned(), *role)).collect()
    };
    let ada = [(FIRST_ACCOUNT, Role::Admin), (SECOND_ACCOUNT, Role::Admin), (MOVED_ACCOUNT, Role::Admin)];
    let grace = [(FIRST_ACCOUNT, Role::Operator), (SECOND_ACCOUNT, Role::Admin), (OTHER_ACCOUNT, Role::Admin)];
    vec![
        person(ADA, "Ada Lovelace", AURA, "4f1c2e00-ada0-4b1e-9a77-000000000001", roles(&ada)),
        person(GRACE, "Grace Hopper", HOPPER, "4f1c2e00-6ace-4b1e-9a77-000000000002", roles(&grace)),
    ]
}

fn person(key: &str, name: &str, company: &str, open_id: &str, roles: BTreeMap<String, Role>) -> Person {
    Person { key: key.into(), name: name.into(), open_id: open_id.into(), company: company.into(), roles }
}

fn accounts(created: DateTime<Utc>) -> [Account; 4] {
    let moved = account(MOVED_ACCOUNT, "東京支社", AURA, ["JPY", "Asia/Tokyo", "JP"], created);
    [
        account(FIRST_ACCOUNT, "Müller & Söhne – Leads", AURA, BERLIN, created),
        account(SECOND_ACCOUNT, "Aura US", AURA, ["USD", "America/New_York", "US"], created),
        Account { library: Some(LIBRARY.to_owned()), ..moved },
        account(OTHER_ACCOUNT, "Hopper Motors", HOPPER, ["USD", "America/Chicago", "US"], created),
    ]
}

/// `place` has currency, time zone and country.
fn account(id: &str, name: &str, company: &str, place: [&str; 3], created: DateTime<Utc>) -> Account {
    let [currency, timezone, country] = place.map(str::to_owned);
    let (id, name, company) = (id.to_owned(), name.to_owned(), company.to_owned());
    Account { id, name, company, currency, timezone, country, library: None, created }
}

fn library(id: &str, company: &str, account: &str) -> Library {
    let name = format!("{company}: leads");
    Library { id: id.into(), name, company: company.into(), account: account.into() }
}

type FormRow = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)], bool);

fn forms() -> [FormRow; 6] {
    [
        (SHORT_FORM, FIRST_ACCOUNT, "Newsletter", CONTACT, true),
        (LONG_FORM, FIRST_ACCOUNT, "Probefahrt: Größe, Farbe", LONG, true),
        (JAPANESE_FORM, FIRST_ACCOUNT, "資料請求 🚀", JAPANESE, true),
        ("6873052183063954297", FIRST_ACCOUNT, "Draft of a form", CONTACT, false),
        (LIBRARY_FORM, MOVED_ACCOUNT, "お問い合わせ", CONTACT, true),
        (SECOND_FORM, SECOND_ACCOUNT, "Book a demo", CONTACT, true),
    ]
}

fn first_leads(tiktok: &mut TikTok, begin: DateTime<Utc>) {
    let published = tiktok.forms.values().filter(|form| form.published);
    let places: Vec<(String, String)> = published.map(|form| (form.account.clone(), form.id.clone())).collect();
    let step = Duration::minutes(FIRST_DAYS * 24 * 60 / FIRST_LEADS);
    for turn in 0..FIRST_LEADS {
        let turn = i32::try_from(turn).unwrap_or_default();
        for (account, form) in &places {
            let draft = Draft { account, form: Some(form), created: begin + step * turn, region: None };
            let lead = generate::draw(tiktok, draft, false);
            tiktok.leads.push(lead);
        }
    }
}

/// Another ad account of a person, who is its Admin.
pub(crate) fn add_account(
    tiktok: &mut TikTok,
    person: &str,
    name: &str,
    now: DateTime<Utc>,
) -> Result<String, Unknown> {
    let company = tiktok.person(person).ok_or_else(|| Unknown::of("person", person))?.company.clone();
    let id = tiktok.ids.next(now);
    let account = account(&id, name, &company, BERLIN, now);
    tiktok.accounts.insert(id.clone(), account);
    if let Some(person) = tiktok.person_mut(person) {
        person.roles.insert(id.clone(), Role::Admin);
    }
    Ok(id)
}

/// Moves an account's leads to a library, which is made unless there is one.
pub(crate) fn move_leads(tiktok: &mut TikTok, account: &str, now: DateTime<Utc>) -> Result<String, Unknown> {
    let moved = tiktok.accounts.get_mut(account).ok_or_else(|| Unknown::of("ad account", account))?;
    let former = tiktok.libraries.values().find(|library| library.account == account);
    let library = match former {
        Some(library) => library.id.clone(),
        None => {
            let made = self::library(&tiktok.ids.next(now), &moved.company, account);
            let id = made.id.clone();
            tiktok.libraries.insert(id.clone(), made);
            id
        }
    };
    moved.library = Some(library.clone());
    Ok(library)
}
