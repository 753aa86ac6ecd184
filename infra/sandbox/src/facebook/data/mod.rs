//! The data that the imitation begins with, from a seed: people, pages, forms, and leads of the past months.

mod draw;
mod forms;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

pub use draw::Script;
pub(crate) use draw::{ad, dice, draw};
pub(crate) use forms::new as new_form;

use super::{
    ALICE, BAKERY, BOB, CHLOE, CLIENT_ID, CLIENT_SECRET, CYCLING, FITNESS, GALLERY, OTHER_CLIENT_ID,
    OTHER_CLIENT_SECRET, SYSTEM_USER_CONFIGURATION, USER_CONFIGURATION, scopes,
    state::{App, Configuration, Facebook, FormStatus, LeadAccess, Page, Person},
};

/// What an administrator may do.
const ALL_TASKS: [&str; 6] = ["ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE"];
/// What somebody may do who only looks at numbers and answers.
const FEW_TASKS: [&str; 3] = ["ANALYZE", "MESSAGING", "MODERATE"];
/// Past leads lie within so many days: some are too old to be read.
const PAST_DAYS: u32 = 120;

/// Three people, four pages, two apps; each form that ever took leads has so many of them.
pub(crate) fn populate(seed: u64, now: DateTime<Utc>, leads_per_form: usize) -> Facebook {
    let mut facebook = Facebook { seed, ..Facebook::default() };
    for (id, secret, name) in
        [(CLIENT_ID, CLIENT_SECRET, "Aura"), (OTHER_CLIENT_ID, OTHER_CLIENT_SECRET, "Another CRM")]
    {
        facebook.apps.insert(id.to_owned(), app(id, secret, name));
    }
    for (id, name, email) in [
        (ALICE, "Alice Amann", "alice@example.com"),
        (BOB, "Bob Øster", "bob@example.com"),
        (CHLOE, "Chloé Nakamura 中村", "chloe@example.jp"),
    ] {
        facebook.people.insert(id.to_owned(), person(id, name, email));
    }
    for page in pages() {
        facebook.pages.insert(page.id.clone(), page);
    }
    for form in forms::all(now) {
        facebook.forms.insert(form.id.clone(), form);
    }
    past_leads(&mut facebook, now, leads_per_form);
    facebook
}

fn app(id: &str, secret: &str, name: &str) -> App {
    let permissions: Vec<String> = scopes::FOR_LEADS.iter().map(|scope| (*scope).to_owned()).collect();
    let configurations = [(USER_CONFIGURATION, false), (SYSTEM_USER_CONFIGURATION, true)]
        .map(|(id, system_user)| (id.to_owned(), Configuration { permissions: permissions.clone(), system_user }));
    App {
        id: id.to_owned(),
        secret: secret.to_owned(),
        name: name.to_owned(),
        configurations: BTreeMap::from(configurations),
        subscription: None,
        webhooks_disabled: false,
    }
}

fn person(id: &str, name: &str, email: &str) -> Person {
    Person {
        id: id.to_owned(),
        name: name.to_owned(),
        email: email.to_owned(),
        passwords: 0,
        logouts: 0,
        checkpointed: false,
        unconfirmed: false,
    }
}

/// The bakery has two people with a role, of which one may not see ads; the gym's people have their role through the
/// business; the gallery has never had a lead, and its Leads Access Manager lets no app through.
fn pages() -> [Page; 4] {
    let gallery = page(GALLERY, "Galerie Chloé · ギャラリー", "Art gallery", &[(CHLOE, &ALL_TASKS)]);
    let lead_access = LeadAccess { managed: true, people: [CHLOE.to_owned()].into(), ..LeadAccess::default() };
    [
        page(BAKERY, "Bäckerei Amann", "Bakery", &[(ALICE, &ALL_TASKS), (BOB, &FEW_TASKS)]),
        page(CYCLING, "Ταχύς Ποδήλατα", "Bicycle shop", &[(ALICE, &ALL_TASKS)]),
        Page { via_business: true, ..page(FITNESS, "Øster Fitness & Spa", "Gym", &[(BOB, &ALL_TASKS)]) },
        Page { lead_access, ..gallery },
    ]
}

fn page(id: &str, name: &str, category: &str, roles: &[(&str, &[&str])]) -> Page {
    let owned = |tasks: &[&str]| tasks.iter().map(|task| (*task).to_owned()).collect();
    Page {
        id: id.to_owned(),
        name: name.to_owned(),
        category: category.to_owned(),
        business: format!("9{}", &id[1..]),
        via_business: false,
        roles: roles.iter().map(|(person, tasks)| ((*person).to_owned(), owned(tasks))).collect(),
        lead_access: LeadAccess::default(),
        subscribed: BTreeMap::new(),
        gone: false,
    }
}

fn past_leads(facebook: &mut Facebook, now: DateTime<Utc>, each: usize) {
    let took_leads = |status| matches!(status, FormStatus::Active | FormStatus::Archived);
    let of_page = facebook.forms.values().filter(|form| form.page != GALLERY && took_leads(form.status));
    let forms: Vec<String> = of_page.map(|form| form.id.clone()).collect();
    for form in forms {
        for number in 0..each {
            let mut dice = draw::dice(facebook);
            // The first one is always too old to be read.
            let minutes = if number == 0 { 91 * 24 * 60 } else { 60 + dice.below(PAST_DAYS * 24 * 60) };
            let created = now - Duration::minutes(i64::from(minutes));
            let lead = draw::draw(facebook, &form, &mut dice, Script::Mixed, created);
            lead.into_iter().for_each(|lead| facebook.put_lead(lead));
        }
    }
}
