//! Ad accounts, forms, libraries, and the test of what was chosen.

use super::*;
use domain::failure::FailureClass;
use domain::resource::Choice;

async fn options(tiktok: &TikTok, kind: &str, parent: Option<&str>) -> Result<Option<Vec<Choice>>, ProviderError> {
    let parent = parent.map(resource);
    tiktok.provider.options(&access(), kind, parent.as_ref()).await
}

fn ids(choices: Option<Vec<Choice>>) -> Vec<String> {
    choices.unwrap().into_iter().map(|choice| choice.id.to_string()).collect()
}

fn info(ids: &[&str]) -> Response<Bytes> {
    let list: Vec<_> = ids
        .iter()
        .map(|id| json!({ "advertiser_id": id, "name": format!("Acme {id}"), "timezone": "Europe/Berlin" }))
        .collect();
    granted(json!({ "list": list }))
}

fn libraries(of: &[(&str, &str)]) -> Response<Bytes> {
    let list: Vec<_> = of
        .iter()
        .map(|(id, account)| json!({ "library_id": id, "library_name": "L", "advertiser_id": account }))
        .collect();
    granted(json!({ "list": list }))
}

fn forms(ids: &[&str], pages: u64) -> Response<Bytes> {
    let list: Vec<_> =
        ids.iter().map(|id| json!({ "page_id": id, "title": format!("Form {id}"), "status": "PUBLISHED" })).collect();
    granted(
        json!({ "list": list, "page_info": { "page": 1, "page_size": 100, "total_number": 1, "total_page": pages } }),
    )
}

#[test]
fn what_is_always_true_of_it() {
    let tiktok = TikTok::answering([]);
    let manifest = tiktok.provider.manifest();
    assert_eq!(
        (manifest.slug.as_str(), manifest.name, manifest.icon),
        ("tiktok-lead-ads", "TikTok Lead Ads", "tiktok-lead-ads")
    );
    assert_eq!(
        (manifest.category, manifest.resource_kind, manifest.parent_kind),
        (Category::Leads, "forms", Some("ad-accounts"))
    );
    assert!(manifest.several_resources && !manifest.writes);
    assert!(tiktok.provider.push().is_none() && tiktok.provider.consent_answer().issuer.is_none());
}

#[tokio::test]
async fn ad_accounts_are_checked_at_tiktok_without_the_applications_secret() {
    let tiktok = TikTok::answering([info(&["11", "22", "99"])]);
    let choices = options(&tiktok, "ad-accounts", None).await.unwrap().unwrap();
    let request = tiktok.request();
    assert_eq!(
        (path(&request).as_str(), query(&request)),
        ("advertiser/info/", vec![pair("advertiser_ids", r#"["11","22"]"#)])
    );
    assert_token(&request);
    assert!(!request.uri().to_string().contains("canary"));
    assert_eq!(choices[0].id, resource("advertiser:11"));
    assert_eq!((choices[0].name.as_str(), choices[0].time_zone.as_deref()), ("Acme 11", Some("Europe/Berlin")));
    assert_eq!(choices.len(), 2, "what was not asked for is none of this access");
}

#[tokio::test]
async fn many_ad_accounts_are_asked_for_in_batches_and_a_lost_one_is_left_out() {
    let ids: Vec<String> = (1000..1101).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let tiktok = TikTok::answering([refused(40001), info(&ids[..50]), info(&ids[50..100]), refused(40106)]);
    let choices = tiktok.provider.options(&access_to(&ids), "ad-accounts", None).await.unwrap().unwrap();
    assert_eq!(choices.len(), 100);
    let asked: Vec<usize> = tiktok
        .wire
        .requests()
        .iter()
        .map(|request| serde_json::from_str::<Vec<String>>(&query(request)[0].1).unwrap().len())
        .collect();
    assert_eq!(asked, [100, 50, 50, 1]);
}

#[tokio::test]
async fn without_any_ad_account_left_the_refusal_is_told() {
    let tiktok = TikTok::answering([refused(40001), refused(40106), refused(40119)]);
    let error = options(&tiktok, "ad-accounts", None).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::MissingPermission, "40119"));
    let error = options(&TikTok::answering([refused(40105)]), "ad-accounts", None).await.unwrap_err();
    assert_eq!(error.class, FailureClass::DeadCredentials);
}

#[tokio::test]
async fn accounts_that_are_all_refused_do_not_take_calls_without_end() {
    let ids: Vec<String> = (1000..1300).map(|id| id.to_string()).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let tiktok = TikTok::answering(std::iter::repeat_with(|| refused(40001)).take(60));
    let error = tiktok.provider.options(&access_to(&ids), "ad-accounts", None).await.unwrap_err();
    assert_eq!((error.class, tiktok.wire.requests().len()), (FailureClass::MissingPermission, 60));
}

#[tokio::test]
async fn the_forms_of_an_ad_account_have_their_state() {
    let tiktok = TikTok::answering([libraries(&[("5", "99")]), forms(&["900"], 1)]);
    let choices = options(&tiktok, "forms", Some("advertiser:11")).await.unwrap().unwrap();
    assert_eq!(choices[0].id, resource("advertiser:11/900"));
    assert_eq!((choices[0].name.as_str(), choices[0].state.as_deref()), ("Form 900", Some("PUBLISHED")));
    let requests = tiktok.wire.requests();
    assert_eq!(tiktok.paths(), ["page/library/get/", "page/get/"]);
    let expected =
        [pair("advertiser_id", "11"), pair("business_type", "LEAD_GEN"), pair("page", "1"), pair("page_size", "100")];
    assert_eq!(query(&requests[1]), expected);
    requests.iter().for_each(assert_token);
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_a_list_without_end_is_an_error() {
    let tiktok = TikTok::answering([libraries(&[]), forms(&["1"], 3), forms(&["2"], 3), forms(&["3"], 3)]);
    let choices = options(&tiktok, "forms", Some("advertiser:11")).await.unwrap();
    assert_eq!(ids(choices), ["advertiser:11/1", "advertiser:11/2", "advertiser:11/3"]);
    assert_eq!(query(&tiktok.wire.requests()[3])[2], pair("page", "3"));

    let tiktok = TikTok::answering([libraries(&[]), forms(&["1"], 9), forms(&[], 9)]);
    assert_eq!(ids(options(&tiktok, "forms", Some("advertiser:11")).await.unwrap()).len(), 1);

    let endless = std::iter::once(libraries(&[])).chain(std::iter::repeat_with(|| forms(&["1"], 9999)).take(100));
    let error = options(&TikTok::answering(endless), "forms", Some("advertiser:11")).await.unwrap_err();
    assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "too_many_pages"));
}

#[tokio::test]
async fn once_leads_were_moved_the_forms_are_those_of_the_library() {
    let tiktok = TikTok::answering([libraries(&[("4", "22"), ("5", "11")]), forms(&["900"], 1), forms(&["900"], 1)]);
    assert_eq!(ids(options(&tiktok, "forms", Some("advertiser:11")).await.unwrap()), ["library:5/900"]);
    let requests = tiktok.wire.requests();
    assert_eq!(query(&requests[1])[1..], [pair("library_id", "5"), pair("page", "1"), pair("page_size", "1")]);
    assert_eq!(query(&requests[2])[1], pair("library_id", "5"));
}

#[tokio::test]
async fn a_library_that_lists_nothing_or_is_refused_leaves_the_account_its_forms() {
    for other in [forms(&[], 0), refused(40001), refused(40301)] {
        let tiktok = TikTok::answering([libraries(&[("5", "11")]), other, forms(&["900"], 1)]);
        assert_eq!(ids(options(&tiktok, "forms", Some("advertiser:11")).await.unwrap()), ["advertiser:11/900"]);
    }
    let tiktok = TikTok::answering([refused(40001), forms(&["900"], 1)]);
    assert_eq!(ids(options(&tiktok, "forms", Some("advertiser:11")).await.unwrap()), ["advertiser:11/900"]);
    let tiktok = TikTok::answering([libraries(&[("5", "11")]), refused(40100)]);
    assert_eq!(options(&tiktok, "forms", Some("advertiser:11")).await.unwrap_err().class, FailureClass::RateLimited);
}

#[tokio::test]
async fn a_library_is_a_parent_too_if_the_token_reaches_it() {
    let tiktok = TikTok::answering([libraries(&[("5", "11")]), forms(&["900"], 1)]);
    assert_eq!(ids(options(&tiktok, "forms", Some("library:5")).await.unwrap()), ["library:5/900"]);
    let tiktok = TikTok::answering([libraries(&[("5", "11")])]);
    assert_eq!(options(&tiktok, "forms", Some("library:6")).await.unwrap(), None);
}

#[tokio::test]
async fn there_are_no_options_of_another_kind_or_of_somebody_elses_account() {
    for (kind, parent) in [
        ("forms", None),
        ("forms", Some("advertiser:99")),
        ("forms", Some("page:11")),
        ("forms", Some("11")),
        ("pages", Some("advertiser:11")),
        ("calendars", None),
    ] {
        assert_eq!(options(&TikTok::answering([]), kind, parent).await.unwrap(), None, "{kind} {parent:?}");
    }
}

async fn test(answers: Vec<Response<Bytes>>, resources: &[&str]) -> (Result<(), ProviderError>, usize) {
    let tiktok = TikTok::answering(answers);
    let resources: Vec<ResourceId> = resources.iter().map(|id| resource(id)).collect();
    (tiktok.provider.test(&access(), &resources).await, tiktok.wire.requests().len())
}

#[tokio::test]
async fn the_test_takes_one_call_for_each_owner() {
    assert_eq!(test(vec![info(&["11"])], &[]).await, (Ok(()), 1));
    let chosen = ["advertiser:11/900", "library:5/700", "advertiser:11/901"];
    assert_eq!(test(vec![forms(&["900", "901"], 1), forms(&["700"], 1)], &chosen).await, (Ok(()), 2));
}

#[tokio::test]
async fn the_test_names_the_form_that_is_gone() {
    let (gone, _) = test(vec![forms(&["900"], 1), libraries(&[])], &["advertiser:11/900", "advertiser:11/901"]).await;
    let gone = gone.unwrap_err();
    assert_eq!((gone.class, gone.code.as_str()), (FailureClass::ResourceNotFound, "form_not_listed"));
    assert_eq!(gone.explanation.unwrap().reason, "Ad account 11 has no form 901.");
    let (unknown, calls) = test(vec![], &["nonsense"]).await;
    assert_eq!((unknown.unwrap_err().class, calls), (FailureClass::ResourceNotFound, 0));
}

#[tokio::test]
async fn the_test_names_the_account_that_is_refused() {
    let (refusal, _) = test(vec![refused(40001), libraries(&[])], &["advertiser:11/900"]).await;
    let refusal = refusal.unwrap_err();
    assert_eq!((refusal.class, refusal.code.as_str()), (FailureClass::MissingPermission, "40001"));
    assert!(refusal.explanation.unwrap().reason.contains("Ad account 11"));
    let (dead, calls) = test(vec![refused(40105)], &["advertiser:11/900"]).await;
    assert_eq!((dead.unwrap_err().class, calls), (FailureClass::DeadCredentials, 1));
}

#[tokio::test]
async fn a_form_that_was_chosen_before_its_leads_were_moved_is_found_in_the_library() {
    for own in [refused(40301), refused(40001), refused(40002), forms(&[], 0)] {
        let answers = vec![own, libraries(&[("5", "11")]), forms(&["900"], 1)];
        assert_eq!(test(answers, &["advertiser:11/900"]).await, (Ok(()), 3));
    }
}
