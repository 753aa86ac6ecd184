//! What a person sees before they save a mapping.

use super::*;

fn misfits(answers: &[(&str, &[&str])], mapping: &FormMapping) -> Vec<(String, MisfitReason)> {
    map(&lead(answers), mapping).misfits.into_iter().map(|misfit| (misfit.key, misfit.why)).collect()
}

#[test]
fn an_answer_that_its_field_cannot_take_says_why_and_is_kept() {
    let mapping = mapping(json!({ "fields": { "tel": { "field": "phone" }, "mail": { "field": "email" },
        "mail2": { "field": "email" }, "who": { "field": "name" } } }));
    let answers: [(&str, &[&str]); 4] =
        [("tel", &["030 123456"]), ("mail", &["nobody"]), ("mail2", &["a@example.com"]), ("who", &["Ada"])];
    assert_eq!(
        misfits(&answers, &mapping),
        [("tel".into(), MisfitReason::NotAPhoneNumber), ("mail".into(), MisfitReason::NotAnEmail)]
    );
    let twice: [(&str, &[&str]); 2] = [("mail", &["a@example.com"]), ("mail2", &["b@example.com"])];
    assert_eq!(misfits(&twice, &mapping), [("mail2".into(), MisfitReason::FieldTaken)]);
    assert_eq!(map(&lead(&twice), &mapping).properties["mail2"], "b@example.com");
}

#[test]
fn a_sample_answers_every_question_so_that_its_usual_mapping_takes_it_all() {
    let questions = [
        question("full_name", Some(ContactField::Name)),
        question("work_email", None),
        question("phone", Some(ContactField::Phone)),
        question("company_name", None),
        question("budget", None),
    ];
    for country in [None, Some("DE"), Some("BR")] {
        let mut mapping = FormMapping::defaults(&questions);
        mapping.default_country = country.map(|country| Country::parse(country).expect("a country"));
        let answers = sample(&questions, &mapping);
        assert_eq!(answers.len(), questions.len());
        let contact = map(&raw(answers), &mapping);
        assert_eq!(contact.misfits, []);
        assert!(contact.name.is_some() && contact.email.is_some() && contact.company.is_some());
        let code = match country {
            None => "+44",
            Some("DE") => "+49",
            _ => "+55",
        };
        assert!(contact.phone.expect("a number").starts_with(code));
        assert_eq!(contact.properties["budget"], "Sample answer");
    }
}
