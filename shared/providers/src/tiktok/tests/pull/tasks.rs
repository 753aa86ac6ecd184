//! Tasks that take their time, fail, or are cut off.

use super::*;
use domain::failure::FailureClass;

fn failed(error: PullError) -> ProviderError {
    match error {
        PullError::Failed(error) => error,
        PullError::CursorExpired => panic!("expired"),
    }
}

/// The token of a task that was made and is not ready.
async fn made() -> String {
    let Next::Later { page, .. } = page(&TikTok::answering([task("CREATED")]), None, None).await.unwrap().next else {
        panic!()
    };
    page
}

#[tokio::test]
async fn a_task_is_looked_at_after_waits_that_grow() {
    let not_ready = [
        task("RUNNING"),
        refused(40201),
        task("CREATED"),
        refused(40201),
        task("RUNNING"),
        task("RUNNING"),
        task("RUNNING"),
    ];
    let mut answers = vec![task("CREATED")];
    answers.extend(not_ready);
    answers.extend([task("SUCCEED"), file(&[])]);
    answers.extend(empty_region());
    answers.extend(empty_region());
    let whole = pull(None, answers).await;
    assert_eq!(whole.waits, [5, 10, 20, 40, 60, 120, 300, 300]);
    let look = &whole.requests[1];
    assert_eq!(path(look), "page/lead/task/");
    assert_eq!(json_body(look), json!({ "advertiser_id": "11", "page_id": "900", "task_id": "t1" }));
}

#[tokio::test]
async fn a_file_that_is_not_there_yet_is_waited_for() {
    let mut answers = vec![task("SUCCEED"), refused(40201), task("SUCCEED"), file(&[])];
    answers.extend(empty_region());
    answers.extend(empty_region());
    assert_eq!(pull(None, answers).await.waits, [10]);
}

#[tokio::test]
async fn a_task_that_fails_is_made_anew_twice() {
    for failure in [task("FAILED"), refused(40200), refused(40007)] {
        let mut answers = vec![task("CREATED"), failure.clone(), task("CREATED"), failure];
        answers.extend(region(&[row(1, "2026-11-20 08:00:00")]));
        answers.extend(empty_region());
        answers.extend(empty_region());
        let whole = pull(None, answers).await;
        assert_eq!(whole.ids(), ["1"]);
        assert_eq!(whole.waits, [5, 30, 5, 60]);
    }
}

/// The token of the third task, the other two having failed, and what the wire says then.
async fn third() -> String {
    let tiktok = TikTok::answering([task("CREATED"), task("FAILED"), task("CREATED"), task("FAILED"), task("CREATED")]);
    let mut token = None;
    for _ in 0..5 {
        let Next::Later { page, .. } = page(&tiktok, None, token.as_deref()).await.unwrap().next else { panic!() };
        token = Some(page);
    }
    token.unwrap()
}

#[tokio::test]
async fn the_third_failure_fails_the_pull_and_much_later_it_begins_with_new_tasks() {
    let token = third().await;
    for after in [TimeDelta::seconds(5), TimeDelta::minutes(10)] {
        let tiktok = TikTok::answering([later(task("FAILED"), after)]);
        let error = failed(page(&tiktok, None, Some(&token)).await.unwrap_err());
        assert_eq!((error.class, error.code.as_str()), (FailureClass::Transient, "40200"));
    }
    let tiktok = TikTok::answering([later(task("FAILED"), TimeDelta::minutes(11)), task("SUCCEED")]);
    let Next::Later { page: token, .. } = page(&tiktok, None, Some(&token)).await.unwrap().next else { panic!() };
    let Next::Page(_) = page(&tiktok, None, Some(&token)).await.unwrap().next else { panic!() };
    assert!(json_body(&tiktok.wire.requests()[1]).get("task_id").is_none());
}

#[tokio::test]
async fn a_task_that_never_becomes_ready_is_given_up() {
    let mut token = third().await;
    let (mut waited, mut looks) = (0, 0);
    let error = loop {
        // Time passes as asked.
        let tiktok = TikTok::answering([later(task("RUNNING"), TimeDelta::seconds(waited))]);
        match page(&tiktok, None, Some(&token)).await {
            Ok(Page { next: Next::Later { page, after }, .. }) => {
                (token, waited) = (page, waited + after.num_seconds())
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => break failed(error),
        }
        looks += 1;
        assert!(looks < 1000, "it is never given up");
    };
    assert_eq!((error.class, error.code.as_str()), (FailureClass::Transient, "40200"));
    assert!((3..6).contains(&(waited / 3600)), "{waited}");
}

#[tokio::test]
async fn what_fails_on_the_way_leaves_the_token_as_good_as_before() {
    let token = made().await;
    for (answer, class) in [
        (Ok(refused(40105)), FailureClass::DeadCredentials),
        (Ok(refused(40100)), FailureClass::RateLimited),
        (Ok(refused(50000)), FailureClass::Transient),
        (Ok(answer(404, "404 page not found")), FailureClass::OurBug),
    ] {
        let tiktok = TikTok::on(vec![answer, Ok(task("SUCCEED"))]);
        assert_eq!(failed(page(&tiktok, None, Some(&token)).await.unwrap_err()).class, class);
        let first = page(&tiktok, None, Some(&token)).await.unwrap();
        let again = page(&TikTok::answering([task("SUCCEED")]), None, Some(&token)).await.unwrap();
        assert_eq!(first, again);
    }
}

#[tokio::test]
async fn a_task_whose_making_was_not_answered_is_made_by_the_next_try() {
    let tiktok = TikTok::on(vec![Err(WireError::Timeout)]);
    assert_eq!(failed(page(&tiktok, None, None).await.unwrap_err()).class, FailureClass::Transient);
    assert_eq!(tiktok.wire.requests().len(), 1);
}

#[tokio::test]
async fn a_task_that_is_not_made_is_made_later_and_not_without_end() {
    for nothing in [refused(40201), refused(40050), task("FAILED"), granted(json!({}))] {
        let tiktok = TikTok::answering([nothing.clone(), nothing.clone(), nothing.clone(), task("SUCCEED")]);
        let mut token = None;
        for wait in [30, 60] {
            let Next::Later { page, after } = page(&tiktok, None, token.as_deref()).await.unwrap().next else {
                panic!()
            };
            assert_eq!((after.num_seconds(), page.contains("t1")), (wait, false));
            token = Some(page);
        }
        let error = failed(page(&tiktok, None, token.as_deref()).await.unwrap_err());
        assert_eq!((error.class, error.code.as_str()), (FailureClass::Transient, "40200"));
        assert!(matches!(page(&tiktok, None, token.as_deref()).await.unwrap().next, Next::Page(_)));
    }
}

#[tokio::test]
async fn what_failed_in_one_region_does_not_count_in_the_next() {
    let fails = || [task("CREATED"), task("FAILED")];
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.extend(fails());
        answers.extend(fails());
        answers.extend(empty_region());
    }
    assert_eq!(pull(None, answers).await.waits.len(), 12);
}
