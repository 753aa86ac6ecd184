//! Who was connected, which pages and forms can be chosen, what a form asks and how many leads it counts.

use super::*;
use domain::lead::ContactField::{self, *};

async fn options(facebook: &Facebook, kind: &str, parent: Option<&str>) -> Result<Option<Vec<Choice>>, ProviderError> {
    let parent = parent.map(resource);
    facebook.provider.options(&access(), kind, parent.as_ref()).await
}

#[test]
fn the_manifest_tells_that_forms_are_chosen_by_their_page() {
    let facebook = Facebook::answering(vec![]);
    let manifest = facebook.provider.manifest();
    assert_eq!((manifest.slug.as_str(), manifest.icon), ("facebook-lead-ads", "facebook-lead-ads"));
    assert_eq!((manifest.category, manifest.rotation), (Category::Leads, Rotation::None));
    assert_eq!((manifest.resource_kind, manifest.parent_kind), ("forms", Some("pages")));
    assert!(manifest.several_resources && !manifest.writes && facebook.provider.push().is_none());
}

#[tokio::test]
async fn the_account_is_the_person_as_this_application_knows_them() {
    let facebook = Facebook::answering_one(200, &json!({ "id": 9_007_199_254_740_993_u64, "name": "Ada Lovelace" }));
    let identity = facebook.provider.identify(&access()).await.unwrap();
    assert_eq!((identity.id.as_str(), identity.label.as_str()), ("9007199254740993", "Ada Lovelace"));
    assert_eq!((facebook.asked(), query(&facebook.request())["fields"].as_str()), (vec!["GET /me".into()], "id,name"));
    assert_called_with(&facebook.request(), LONG);
    let unnamed = Facebook::answering_one(200, &json!({ "id": "10001", "name": " " }));
    assert_eq!(unnamed.provider.identify(&access()).await.unwrap().label, "10001");
}

#[tokio::test]
async fn the_pages_of_the_access_can_be_chosen() {
    let listed = json!({ "data": [
        { "id": PAGE_ID, "name": "Ada's Engines", "category": "Software" },
        { "id": "999", "name": "A page that was opened a moment ago" },
        { "name": "canary" },
    ] });
    let facebook = Facebook::answering_one(200, &listed);
    let choices = options(&facebook, "pages", None).await.unwrap().unwrap();
    assert_eq!(choices.len(), 1);
    assert_eq!((choices[0].id.as_str(), choices[0].name.as_str()), ("page:138124712925158", "Ada's Engines"));
    assert_eq!(choices[0].description.as_deref(), Some("Software"));
    assert_called_with(&facebook.request(), LONG);
    assert_eq!(query(&facebook.request())["limit"], "100");
}

#[tokio::test]
async fn the_forms_of_a_page_are_read_with_its_own_token_and_carry_their_state() {
    let listed = json!({ "data": [
        { "id": FORM_ID, "name": "Newsletter", "status": "ACTIVE" },
        { "id": 172_036_835_026_335_u64, "status": "ARCHIVED" },
        { "id": "3", "name": "Gone", "status": "DELETED" },
        { "id": "4/5", "name": "no id" },
    ] });
    let facebook = Facebook::answering_one(200, &listed);
    let choices = options(&facebook, "forms", Some("page:138124712925158")).await.unwrap().unwrap();
    let shown: Vec<_> =
        choices.iter().map(|choice| (choice.id.as_str(), choice.name.as_str(), choice.state.as_deref())).collect();
    let expected = [
        ("page:138124712925158/172036835026334", "Newsletter", Some("ACTIVE")),
        ("page:138124712925158/172036835026335", "172036835026335", Some("ARCHIVED")),
    ];
    assert_eq!(shown, expected);
    assert_eq!(facebook.asked(), ["GET /138124712925158/leadgen_forms"]);
    assert_called_with(&facebook.request(), OF_PAGE);
}

#[tokio::test]
async fn there_is_nothing_to_choose_of_another_kind_or_of_a_page_that_is_not_reached() {
    let facebook = Facebook::answering(vec![]);
    for (kind, parent) in [
        ("calendars", None),
        ("forms", None),
        ("forms", Some("page:999")),
        ("forms", Some("advertiser:138124712925158")),
        ("forms", Some("138124712925158")),
        ("calendars", Some("page:138124712925158")),
    ] {
        assert_eq!(options(&facebook, kind, parent).await.unwrap(), None, "{kind} {parent:?}");
    }
}

async fn questions(questions: Value) -> Vec<(String, String, Option<ContactField>)> {
    let facebook = Facebook::answering_one(200, &json!({ "id": FORM_ID, "questions": questions }));
    let questions = facebook.provider.leads().unwrap().questions(&access(), &form()).await.unwrap();
    assert_eq!(facebook.asked(), ["GET /172036835026334"]);
    assert_called_with(&facebook.request(), OF_PAGE);
    questions.into_iter().map(|question| (question.key, question.label, question.standard)).collect()
}

#[tokio::test]
async fn standard_questions_stand_for_fields_by_their_type_and_not_by_their_key() {
    let asked = json!([
        { "id": "1", "key": "full_name", "label": "Full name", "type": "FULL_NAME" },
        { "id": "2", "key": "wie_heisst_du", "label": "Vorname", "type": "FIRST_NAME" },
        { "id": "3", "key": "last_name", "label": "", "type": "LAST_NAME" },
        { "id": "4", "key": "email", "label": "E-Mail", "type": "EMAIL" },
        { "id": "5", "key": "work_email", "label": "E-Mail (work)", "type": "WORK_EMAIL" },
        { "id": "6", "key": "phone_number", "label": "Phone", "type": "PHONE" },
        { "id": "7", "key": "company_name", "label": "Company", "type": "COMPANY_NAME" },
        { "id": "8", "key": "phone", "label": "What is your phone?", "type": "CUSTOM", "options": [{ "key": "a" }] },
        { "id": 9, "label": "An old one" },
        { "label": "no key", "type": "CUSTOM" },
        "canary",
    ]);
    let expected = [
        ("full_name", "Full name", Some(Name)),
        ("wie_heisst_du", "Vorname", Some(FirstName)),
        ("last_name", "last_name", Some(LastName)),
        ("email", "E-Mail", Some(Email)),
        ("work_email", "E-Mail (work)", None),
        ("phone_number", "Phone", Some(Phone)),
        ("company_name", "Company", Some(Company)),
        ("phone", "What is your phone?", None),
        ("9", "An old one", None),
    ]
    .map(|(key, label, standard)| (key.to_owned(), label.to_owned(), standard));
    assert_eq!(questions(asked).await, expected);
    assert_eq!(questions(Value::Null).await, []);
}

#[tokio::test]
async fn what_is_asked_of_work_stands_for_a_field_that_nothing_else_asks_for() {
    let asked = json!([
        { "key": "a", "label": "A", "type": "WORK_EMAIL" },
        { "key": "b", "label": "B", "type": "WORK_PHONE_NUMBER" },
    ]);
    let fields: Vec<_> = questions(asked).await.into_iter().map(|question| question.2).collect();
    assert_eq!(fields, [Some(Email), Some(Phone)]);
}

#[tokio::test]
async fn leads_are_counted_with_those_that_can_no_longer_be_read() {
    let count = |body: Value| async move {
        let facebook = Facebook::answering_one(200, &body);
        let count = facebook.provider.leads().unwrap().count(&access(), &form()).await.unwrap();
        assert_eq!(query(&facebook.request())["fields"], "id,leads_count,expired_leads_count");
        count
    };
    let counted = |total, expired| Some(LeadCount { total, expired });
    assert_eq!(count(json!({ "id": FORM_ID, "leads_count": 120, "expired_leads_count": 20 })).await, counted(120, 20));
    assert_eq!(count(json!({ "id": FORM_ID, "leads_count": "120" })).await, counted(120, 0));
    assert_eq!(count(json!({ "id": FORM_ID, "leads_count": null, "expired_leads_count": 1 })).await, None);
    assert_eq!(count(json!({ "id": FORM_ID, "leads_count": -1 })).await, None);
}
