//! The bulk download as a pull. The wire here is TikTok's side of it: tasks that become ready, files of three regions.

mod files;
mod regions;
mod tasks;

use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use domain::lead::RawLead;

const HEADER: &str = "lead_id,created_time,ad_id,ad_name,adgroup_id,adgroup_name,campaign_id,campaign_name,page_id,page_name,is_test,Email,Which car?";

fn window_start() -> DateTime<Utc> {
    "2026-10-01T00:00:00Z".parse().unwrap()
}

/// One page of the form of library 5.
async fn page(tiktok: &TikTok, since: Option<&str>, page: Option<&str>) -> Result<Page, PullError> {
    page_of(tiktok, "library:5/900", since, page).await
}

/// Ad account 11 has no library.
fn no_library() -> Response<Bytes> {
    granted(json!({ "list": [] }))
}

/// Library 5 is that of ad account 11, if it lists any form.
fn library() -> Response<Bytes> {
    granted(
        json!({ "list": [{ "library_id": "4", "advertiser_id": "22" }, { "library_id": "5", "advertiser_id": "11" }] }),
    )
}

fn a_form() -> Response<Bytes> {
    granted(json!({ "list": [{ "page_id": "900" }] }))
}

async fn page_of(tiktok: &TikTok, form: &str, since: Option<&str>, page: Option<&str>) -> Result<Page, PullError> {
    let resource = resource(form);
    let request = PullRequest { resource: &resource, since, page, window_start: window_start() };
    tiktok.provider.pull().unwrap().page(&access(), &request).await
}

/// Pulls to the end, each page by a provider of its own that knows nothing of the others; a task that is not ready is
/// waited for. The leads, the pages' sizes and the token for the next pull.
struct Whole {
    entries: Vec<Pulled>,
    sizes: Vec<usize>,
    waits: Vec<i64>,
    done: String,
    requests: Vec<Request<Bytes>>,
}

async fn pull(since: Option<&str>, answers: Vec<Response<Bytes>>) -> Whole {
    let mut whole = pull_after(vec![no_library()], since, answers).await;
    assert_eq!(path(&whole.requests.remove(0)), "page/library/get/");
    whole
}

/// The same, after it was found out with these answers by whom the leads are reached.
async fn pull_after(first: Vec<Response<Bytes>>, since: Option<&str>, answers: Vec<Response<Bytes>>) -> Whole {
    let mut all = Whole { entries: vec![], sizes: vec![], waits: vec![], done: String::new(), requests: vec![] };
    let tiktok = TikTok::answering(first.into_iter().chain(answers));
    let mut token: Option<String> = None;
    for _ in 0..200 {
        let page = page_of(&tiktok, "advertiser:11/900", since, token.as_deref()).await.unwrap();
        all.sizes.push(page.entries.len());
        all.entries.extend(page.entries);
        token = match page.next {
            Next::Page(token) => Some(token),
            Next::Later { page, after } => {
                all.waits.push(after.num_seconds());
                Some(page)
            }
            Next::Done(done) => {
                all.done = done;
                all.requests = tiktok.wire.requests();
                return all;
            }
        };
    }
    panic!("the pull does not end");
}

impl Whole {
    fn leads(&self) -> Vec<&RawLead> {
        self.entries
            .iter()
            .map(|entry| if let Pulled::Lead(lead) = entry { lead } else { panic!("{entry:?}") })
            .collect()
    }

    fn ids(&self) -> Vec<&str> {
        self.leads().iter().map(|lead| lead.id.as_str()).collect()
    }
}

fn task(status: &str) -> Response<Bytes> {
    granted(json!({ "task_id": "t1", "status": status, "file_name": "f", "file_type": "csv" }))
}

fn csv(text: impl Into<Vec<u8>>) -> Response<Bytes> {
    let mut answer = dated(answer(200, ""));
    answer.headers_mut().insert("content-type", "text/csv".parse().unwrap());
    *answer.body_mut() = Bytes::from(text.into());
    answer
}

fn row(id: u64, created: &str) -> String {
    format!("{id},{created},3,A,2,G,1,C,900,Form,false,jane{id}@example.com,the red one")
}

fn file(rows: &[String]) -> Response<Bytes> {
    csv(format!("{HEADER}\n{}\n", rows.join("\n")))
}

fn questions() -> Response<Bytes> {
    granted(json!({ "fields": ["email", "q_car", "Which car?"] }))
}

/// A region without leads.
fn empty_region() -> [Response<Bytes>; 2] {
    [task("SUCCEED"), file(&[])]
}

/// What a pull asks of a region whose leads are new.
fn region(rows: &[String]) -> Vec<Response<Bytes>> {
    let mut answers = vec![task("SUCCEED"), file(rows)];
    if !rows.is_empty() {
        answers.push(questions());
    }
    answers
}

fn header(request: &Request<Bytes>) -> Option<&str> {
    request.headers().get("x-lead-region").map(|value| value.to_str().unwrap())
}

fn seconds(time: &str) -> i64 {
    time.parse::<DateTime<Utc>>().unwrap().timestamp()
}

fn later(answer: Response<Bytes>, by: TimeDelta) -> Response<Bytes> {
    let mut answer = answer;
    let date = DateTime::parse_from_rfc2822(NOW).unwrap() + by;
    answer.headers_mut().insert("date", date.format("%a, %d %b %Y %H:%M:%S GMT").to_string().parse().unwrap());
    answer
}
