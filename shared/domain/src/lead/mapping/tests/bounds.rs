use super::super::bounds::{LARGEST, LONGEST_VALUE, MOST_PROPERTIES};
use super::*;
use proptest::prelude::*;

fn answer(key: &str, value: &str) -> Answer {
    Answer { key: key.to_owned(), values: vec![value.to_owned()] }
}

fn unmapped(answers: Vec<Answer>) -> Mapped {
    map(&raw(answers), &FormMapping::default())
}

#[test]
fn control_characters_are_removed_and_words_stay_apart() {
    let contact = unmapped(vec![answer("no\u{0}te\u{7}", "one\r\ntwo\u{1b}[0m\tthree\u{85}\n"), answer("\u{1}", "x")]);
    let expected = [("answer", "x"), ("note", "one  two[0m three")];
    let found: Vec<_> = contact.properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!((found, contact.truncated), (expected.to_vec(), false));
}

#[test]
fn a_value_is_cut_between_characters() {
    let whole = "a".repeat(LONGEST_VALUE);
    let contact = unmapped(vec![answer("note", &whole)]);
    assert_eq!((contact.properties["note"].len(), contact.truncated), (LONGEST_VALUE, false));

    let contact = unmapped(vec![answer("note", &"€".repeat(LONGEST_VALUE)), answer("name", &format!("{whole}b"))]);
    assert_eq!(contact.properties["note"], "€".repeat(LONGEST_VALUE / 3));
    assert_eq!((contact.name, contact.truncated), (Some(whole), true));
}

#[test]
fn a_long_key_is_cut_and_two_of_them_are_two_properties() {
    let key = "ä".repeat(LONGEST_KEY);
    let contact = unmapped(vec![answer(&format!("{key}1"), "one"), answer(&format!("{key}2"), "two")]);
    let names: Vec<usize> = contact.properties.keys().map(String::len).collect();
    assert_eq!((names.len(), contact.truncated), (2, true));
    assert!(names.iter().all(|length| *length <= LONGEST_KEY), "{names:?}");
}

#[test]
fn only_so_many_properties_are_kept_and_those_that_the_account_chose_first() {
    let many = (0..MOST_PROPERTIES + 20).map(|number| answer(&format!("q{number:03}"), "x"));
    let chosen = mapping(json!({ "fields": { "q119": { "property": "chosen" } } }));
    let contact = map(&raw(many.clone().collect()), &chosen);
    assert_eq!((contact.properties.len(), contact.truncated), (MOST_PROPERTIES, true));
    assert!(contact.properties.contains_key("chosen"));

    let contact = unmapped(many.take(MOST_PROPERTIES).collect());
    assert_eq!((contact.properties.len(), contact.truncated), (MOST_PROPERTIES, false));
}

#[test]
fn many_answers_to_one_question_are_numbered_up_to_the_last_property() {
    let many = (0..MOST_PROPERTIES + 20).map(|number| answer("q", &number.to_string())).collect();
    let contact = unmapped(many);
    assert_eq!((contact.properties.len(), contact.truncated), (MOST_PROPERTIES, true));
    assert_eq!((contact.properties["q"].as_str(), contact.properties["q_100"].as_str()), ("0", "99"));
}

#[test]
fn fields_have_the_first_room() {
    let long = "x".repeat(LONGEST_VALUE);
    let mut answers: Vec<Answer> = (0..30).map(|number| answer(&format!("q{number}"), &long)).collect();
    answers.push(answer("email", "ada@example.com"));
    let contact = unmapped(answers);
    assert_eq!((contact.email.as_deref(), contact.truncated), (Some("ada@example.com"), true));
    assert!(size(&contact) <= LARGEST);
    assert!(size(&contact) > LARGEST - 10, "{}", size(&contact));
}

fn size(contact: &Mapped) -> usize {
    let fields = [&contact.name, &contact.phone, &contact.email, &contact.company];
    let fields: usize = fields.into_iter().flatten().map(String::len).sum();
    fields + contact.properties.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>()
}

/// Everything that a contact says, as one text.
fn said(contact: &Mapped) -> String {
    let fields = [&contact.name, &contact.phone, &contact.email, &contact.company];
    let fields = fields.into_iter().flatten().cloned();
    fields.chain(contact.properties.values().cloned()).collect::<Vec<_>>().join("\n")
}

fn key() -> impl Strategy<Value = String> {
    let known =
        prop::sample::select(vec!["email", "phone", "name", "first_name", "last_name", "company", "q", "E-Mail?"]);
    prop_oneof![known.prop_map(str::to_owned), "(?s).{0,12}"]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "(?s).{0,30}",
        2 => "\\+49 ?[0-9 ]{4,14}",
        2 => "[a-z]{1,8}@[a-z]{1,8}\\.de",
        1 => ("(?s).", 1usize..9000).prop_map(|(character, times)| character.repeat(times)),
    ]
}

fn answers() -> impl Strategy<Value = Vec<(String, Vec<String>)>> {
    prop::collection::vec((key(), prop::collection::vec(value(), 0..3)), 0..130)
}

fn targets() -> impl Strategy<Value = FormMapping> {
    use ContactField::{Company, Email, FirstName, LastName, Name, Phone};
    let field = prop::sample::select(vec![Name, FirstName, LastName, Phone, Email, Company]);
    let target = prop_oneof![field.prop_map(Target::Field), "[a-z]{1,3}".prop_map(Target::Property)];
    let country = prop::sample::select(vec![None, Country::parse("DE").ok(), Country::parse("US").ok()]);
    (prop::collection::btree_map(key(), target, 0..6), country)
        .prop_map(|(fields, default_country)| FormMapping { fields, default_country })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_answered_stays_within_the_bounds(answers in answers(), mapping in targets()) {
        let answers = answers.into_iter().map(|(key, values)| Answer { key, values }).collect();
        let contact = map(&raw(answers), &mapping);
        prop_assert!(contact.properties.len() <= MOST_PROPERTIES);
        prop_assert!(size(&contact) <= LARGEST);
        for (name, value) in &contact.properties {
            prop_assert!(!name.is_empty() && name.len() <= LONGEST_KEY && value.len() <= LONGEST_VALUE);
            prop_assert!(!name.chars().chain(value.chars()).any(char::is_control));
        }
    }

    /// Words of letters alone are no numbers and no addresses, so each must be found again as it was written.
    #[test]
    fn nothing_that_was_answered_is_lost_unless_it_says_so(
        answers in prop::collection::vec((key(), "[a-z]{3,12}"), 0..120),
        mapping in targets(),
    ) {
        let lead = raw(answers.iter().map(|(key, value)| answer(key, value)).collect());
        let contact = map(&lead, &mapping);
        let said = said(&contact);
        for (_, value) in &answers {
            prop_assert!(contact.truncated || said.contains(value.as_str()), "{} is lost", value);
        }
        prop_assert_eq!(map(&lead, &mapping), contact);
    }
}
