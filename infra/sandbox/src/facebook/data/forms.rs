//! The forms of the pages.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, Utc};

use crate::facebook::{
    ARCHIVED_FORM, BAKERY, CATERING_FORM, CYCLING, DRAFT_FORM, FITNESS, GALLERY, GALLERY_FORM, NEWSLETTER_FORM,
    TEST_RIDE_FORM, TRIAL_FORM,
    state::{Choice, Form, FormStatus, Question},
};

/// Type, key and label of a standard question.
type Standard = (&'static str, &'static str, &'static str);

const EMAIL: Standard = ("EMAIL", "email", "Email");
const FULL_NAME: Standard = ("FULL_NAME", "full_name", "Full name");
const PHONE: Standard = ("PHONE", "phone_number", "Phone number");

/// Every form, as it is at first.
pub(crate) fn all(now: DateTime<Utc>) -> Vec<Form> {
    let form = |id: &str, page: &str, name: &str, locale: &str, standard: &[Standard]| {
        new(id, page, name, locale, standard, now)
    };
    let mut catering = form(
        CATERING_FORM,
        BAKERY,
        "Catering-Anfrage für Büros",
        "de_DE",
        &[
            ("FIRST_NAME", "first_name", "Vorname"),
            ("LAST_NAME", "last_name", "Nachname"),
            ("WORK_EMAIL", "work_email", "Geschäftliche E-Mail-Adresse"),
            ("COMPANY_NAME", "company_name", "Name des Unternehmens"),
            PHONE,
            ("POST_CODE", "post_code", "Postleitzahl"),
        ],
    );
    catering.questions.push(choice(
        7,
        "welche_produkte?",
        "Welche Produkte?",
        &["Brötchen", "Kuchen & Torten", "Getränke"],
    ));
    catering.questions.push(question(8, "CUSTOM", "ihre_nachricht", "Ihre Nachricht"));
    catering.disclaimers = vec!["newsletter_einwilligung".to_owned(), "agb".to_owned()];
    let mut test_ride = form(
        TEST_RIDE_FORM,
        CYCLING,
        "Δοκιμαστική βόλτα",
        "el_GR",
        &[FULL_NAME, EMAIL, ("CITY", "city", "Πόλη"), ("STREET_ADDRESS", "street_address", "Διεύθυνση")],
    );
    test_ride.questions.push(choice(5, "ποδήλατο", "Ποιο ποδήλατο;", &["Δρόμου", "Βουνού"]));
    let ended = Form {
        status: FormStatus::Archived,
        ..form(ARCHIVED_FORM, BAKERY, "Christmas 2025", "en_US", &[FULL_NAME, EMAIL])
    };
    let draft = Form { status: FormStatus::Draft, ..form(DRAFT_FORM, BAKERY, "Untitled form", "en_US", &[EMAIL]) };
    vec![
        form(NEWSLETTER_FORM, BAKERY, "Newsletter", "en_US", &[FULL_NAME, EMAIL]),
        catering,
        ended,
        draft,
        test_ride,
        form(TRIAL_FORM, FITNESS, "Free trial 💪", "da_DK", &[FULL_NAME, EMAIL, PHONE]),
        form(GALLERY_FORM, GALLERY, "Vernissage", "fr_FR", &[FULL_NAME, EMAIL]),
    ]
}

/// A form that takes leads.
pub(crate) fn new(id: &str, page: &str, name: &str, locale: &str, standard: &[Standard], now: DateTime<Utc>) -> Form {
    let numbered = standard.iter().zip(1..);
    Form {
        id: id.to_owned(),
        page: page.to_owned(),
        name: name.to_owned(),
        status: FormStatus::Active,
        locale: locale.to_owned(),
        created: now - Duration::days(200),
        questions: numbered.map(|((kind, key, label), number)| question(number, kind, key, label)).collect(),
        disclaimers: Vec::new(),
        leads: BTreeSet::new(),
        gone: false,
    }
}

fn question(number: u64, kind: &str, key: &str, label: &str) -> Question {
    let id = (880_000_000_000 + number).to_string();
    Question { id, key: key.to_owned(), label: label.to_owned(), kind: kind.to_owned(), options: Vec::new() }
}

/// A question with answers to choose from.
fn choice(number: u64, key: &str, label: &str, options: &[&str]) -> Question {
    let option = |(place, value): (usize, &&str)| Choice { key: format!("option_{place}"), value: (*value).to_owned() };
    Question { options: options.iter().enumerate().map(option).collect(), ..question(number, "CUSTOM", key, label) }
}
