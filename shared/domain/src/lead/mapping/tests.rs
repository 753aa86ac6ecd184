use super::*;
use crate::ids::ExternalId;
use crate::lead::{Answer, LeadSource, RawLead};
use chrono::DateTime;
use serde_json::{Value, json};

mod bounds;
mod preview;

fn raw(answers: Vec<Answer>) -> RawLead {
    RawLead {
        id: ExternalId::parse("1").expect("an id"),
        form: "2".to_owned(),
        created: DateTime::UNIX_EPOCH,
        answers,
        source: LeadSource::default(),
        test: false,
    }
}

fn lead(answers: &[(&str, &[&str])]) -> RawLead {
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    raw(answers.iter().map(|(key, several)| Answer { key: (*key).to_owned(), values: values(several) }).collect())
}

fn mapping(json: Value) -> FormMapping {
    let mapping: FormMapping = serde_json::from_value(json).expect("a mapping");
    assert_eq!(mapping.problem(), None);
    mapping
}

fn question(key: &str, standard: Option<ContactField>) -> Question {
    Question { key: key.to_owned(), label: "?".to_owned(), standard }
}

/// The mapped contact as JSON, without what is absent.
fn mapped(answers: &[(&str, &[&str])], mapping: &FormMapping) -> Value {
    let Mapped { name, phone, email, company, properties, truncated, .. } = map(&lead(answers), mapping);
    let mut whole = json!({ "properties": properties, "truncated": truncated });
    for (field, value) in [("name", name), ("phone", phone), ("email", email), ("company", company)] {
        if let Some(value) = value {
            whole[field] = value.into();
        }
    }
    whole
}

#[track_caller]
fn becomes(answers: &[(&str, &[&str])], mapping: &FormMapping, expected: Value) {
    let mut whole = json!({ "properties": {}, "truncated": false });
    for (field, value) in expected.as_object().expect("an object") {
        whole[field] = value.clone();
    }
    assert_eq!(mapped(answers, mapping), whole, "{answers:?}");
}

#[test]
fn well_known_keys_need_no_mapping_and_the_rest_is_kept() {
    let answers: &[(&str, &[&str])] = &[
        ("Full Name", &["Ada Lovelace"]),
        ("E-Mail:", &[" ada@example.com "]),
        ("phone_number", &["+49 30 123456"]),
        ("COMPANY_NAME", &["Analytical Engines"]),
        ("What is your budget?", &["10 000"]),
        ("colours", &["red", "", "blue"]),
        ("city", &[]),
        ("street", &["  "]),
    ];
    let expected = json!({
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": "+4930123456",
        "company": "Analytical Engines",
        "properties": { "What is your budget?": "10 000", "colours": "red, blue" },
    });
    becomes(answers, &FormMapping::default(), expected);
}

#[test]
fn the_account_chooses_what_its_questions_mean() {
    let chosen = mapping(json!({
        "fields": {
            "kontakt": { "field": "email" },
            "q1": { "property": "budget" },
            "name": { "property": "Name of the pet" },
            "Besitzer": { "field": "name" },
        },
        "defaultCountry": "DE",
    }));
    let answers: &[(&str, &[&str])] = &[
        ("email", &["second@example.com"]),
        ("name", &["Rex"]),
        ("kontakt", &["first@example.com"]),
        ("q1", &["12"]),
        ("besitzer?", &["Ada"]),
        ("phone", &["030 123456"]),
    ];
    let expected = json!({
        "name": "Ada",
        "email": "first@example.com",
        "phone": "+4930123456",
        "properties": { "email": "second@example.com", "Name of the pet": "Rex", "budget": "12" },
    });
    becomes(answers, &chosen, expected);
}

#[test]
fn a_name_is_whole_or_the_first_and_the_last_one() {
    let none = FormMapping::default();
    becomes(&[("last_name", &["Lovelace"]), ("first_name", &["Ada"])], &none, json!({ "name": "Ada Lovelace" }));
    becomes(&[("last_name", &["Lovelace"])], &none, json!({ "name": "Lovelace" }));
    becomes(
        &[("first_name", &["Ada"]), ("full_name", &["A. Lovelace"]), ("last_name", &["Lovelace"])],
        &none,
        json!({ "name": "A. Lovelace", "properties": { "first_name": "Ada", "last_name": "Lovelace" } }),
    );
}

#[test]
fn what_is_not_valid_in_its_field_stays_as_a_property() {
    let none = FormMapping::default();
    for text in ["<test lead: dummy data for phone>", "030 123456", "call me"] {
        becomes(&[("phone_number", &[text])], &none, json!({ "properties": { "phone": text } }));
    }
    let long = format!("{}@example.com", "a".repeat(309));
    for text in
        ["ada", "@", "ada@", "@example.com", "a@b@c", "a da@example.com", "Ada <ada@example.com>", "a@b.de,c", &long]
    {
        becomes(&[("work_email", &[text])], &none, json!({ "properties": { "email": text } }));
    }
    becomes(&[("email", &[&long[1..]])], &none, json!({ "email": &long[1..] }));
}

#[test]
fn the_first_valid_answer_wins_and_the_others_become_properties() {
    let answers: &[(&str, &[&str])] = &[
        ("email", &["none"]),
        ("work_email", &["work@example.com"]),
        ("business_email", &["business@example.com"]),
        ("email", &["other"]),
        ("phone", &["later"]),
        ("mobile", &["+1 415 555 2671 x12"]),
        ("work_phone", &["+1 415 555 2672 x13"]),
        ("company", &["One"]),
        ("company", &["Two"]),
        ("company", &["Three"]),
        ("company", &["Three"]),
    ];
    let expected = json!({
        "email": "work@example.com",
        "phone": "+14155552671",
        "company": "One",
        "properties": {
            "email": "none",
            "email_2": "other",
            "business_email": "business@example.com",
            "phone": "later",
            "phone_extension": "12",
            "work_phone": "+1 415 555 2672 x13",
            "company": "Two",
            "company_2": "Three",
        },
    });
    becomes(answers, &FormMapping::default(), expected);
}

#[test]
fn defaults_are_the_standard_questions_and_the_well_known_keys() {
    let questions = [
        question("q_1", Some(ContactField::Email)),
        question("company", Some(ContactField::Name)),
        question("Mobile Number", None),
        question("budget", None),
        question("", Some(ContactField::Phone)),
        question(&"k".repeat(LONGEST_KEY + 1), Some(ContactField::Phone)),
    ];
    let expected = json!({
        "fields": {
            "q_1": { "field": "email" },
            "company": { "field": "name" },
            "Mobile Number": { "field": "phone" },
        },
    });
    let defaults = FormMapping::defaults(&questions);
    assert_eq!(defaults, mapping(expected.clone()));
    let written = serde_json::to_value(&defaults).unwrap();
    assert_eq!(written["fields"], expected["fields"]);
    assert_eq!(written.get("defaultCountry"), None);
}

#[test]
fn the_defaults_of_any_form_can_be_saved() {
    let many: Vec<Question> =
        (0..300).map(|number| question(&format!("q{number}"), Some(ContactField::Company))).collect();
    let defaults = FormMapping::defaults(&many);
    assert_eq!((defaults.fields.len(), defaults.problem()), (MOST_ENTRIES, None));
}

#[test]
fn a_mapping_that_cannot_be_used_says_what_is_wrong() {
    let with = |key: &str, target| FormMapping { fields: [(key.to_owned(), target)].into(), default_country: None };
    let property = |name: &str| Target::Property(name.to_owned());
    let field_of = |mapping: FormMapping| mapping.problem().map(|(field, _)| field);
    for name in ["", " ", "a ", "straße", "a/b", "a\nb", &"a".repeat(65)] {
        assert_eq!(field_of(with("q", property(name))).as_deref(), Some("fields.q.property"), "{name:?}");
    }
    for name in ["a", "Budget in EUR", "a_b.c-d", &"a".repeat(64)] {
        assert_eq!(field_of(with("q", property(name))), None, "{name:?}");
    }
    for key in ["", &"k".repeat(LONGEST_KEY + 1)] {
        assert_eq!(field_of(with(key, property("a"))).as_deref(), Some("fields"), "{key:?}");
    }
    let fields = (0..=MOST_ENTRIES).map(|number| (number.to_string(), property("a"))).collect();
    let (field, sentence) = FormMapping { fields, default_country: None }.problem().expect("a problem");
    assert_eq!((field.as_str(), sentence.as_str()), ("fields", "has more than 200 questions"));
}

#[test]
fn what_is_not_a_mapping_is_refused() {
    for wrong in [
        json!({ "field": {} }),
        json!({ "fields": {}, "country": "DE" }),
        json!({ "fields": { "q": "email" } }),
        json!({ "fields": { "q": { "field": "fax" } } }),
        json!({ "fields": { "q": {} } }),
        json!({ "fields": { "q": { "field": "email", "property": "email" } } }),
        json!({ "fields": { "q": { "column": "email" } } }),
        json!({ "defaultCountry": "de" }),
        json!({ "defaultCountry": "XX" }),
    ] {
        assert!(serde_json::from_value::<FormMapping>(wrong.clone()).is_err(), "{wrong}");
    }
    assert_eq!(serde_json::from_value::<FormMapping>(json!({})).unwrap(), FormMapping::default());
}

#[test]
fn the_schema_says_what_a_mapping_is() {
    let schema = serde_json::to_value(schemars::schema_for!(FormMapping)).unwrap();
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["properties"]["defaultCountry"]["pattern"], json!("^[A-Z]{2}$"));
    let property = &schema["$defs"]["Target"]["oneOf"][1]["properties"]["property"];
    assert_eq!((&property["maxLength"], &property["pattern"]), (&json!(64), &json!("^[A-Za-z0-9 _.-]+$")));
}

#[test]
fn contacts_are_never_printed() {
    let contact = map(&lead(&[("email", &["canary@example.com"]), ("q", &["canary"])]), &FormMapping::default());
    assert_eq!(format!("{contact:?}"), "Mapped(1 properties)");
}
