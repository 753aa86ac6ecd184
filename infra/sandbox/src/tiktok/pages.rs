//! Forms, which TikTok calls pages, and the libraries that hold the leads of moved accounts.

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::{
    access::{self, Door, Scope},
    answers::Answer,
    call::Call,
    live::Desk,
    refusal::Refusal,
    state::{Form, time_text},
};

/// The most forms on one page of a listing.
const MOST: usize = 100;
/// How many entries a page has when nobody asks.
const USUAL: usize = 10;
/// The last page that may be asked for.
const LAST_PAGE: usize = 10_000;

/// `GET /page/get/`
pub(crate) fn list(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let target = access::open(desk, call, Scope::Pages, Door::Anybody)?;
    let filter = Filter::of(call)?;
    let paged = Paged::of(call, MOST)?;
    let of_target = |form: &&Form| form.account == target.account && !target.is_hollow;
    let mut forms: Vec<&Form> =
        desk.tiktok.forms.values().filter(of_target).filter(|form| filter.admits(form)).collect();
    forms.sort_by(|one, other| other.created.cmp(&one.created).then_with(|| one.id.cmp(&other.id)));
    Ok(paged.answer("list", &forms, |form| resource(form)))
}

/// `GET /page/library/get/`: the libraries of the grant's accounts.
pub(crate) fn libraries(desk: &mut Desk<'_>, call: &Call) -> Result<Answer, Refusal> {
    let grant = access::grant_with(desk.tiktok, call.token.as_deref(), Scope::Pages, desk.now)?;
    let seen = desk.tiktok.libraries.values().filter(|library| {
        access::reaches(desk.tiktok, grant, &library.account).is_ok()
            && desk.tiktok.library_of(&library.account) == Some(&library.id)
    });
    let list: Vec<Value> = seen
        .map(|library| {
            json!({
                "library_id": library.id,
                "library_name": library.name,
                "advertiser_id": library.account,
            })
        })
        .collect();
    Ok(Answer::Data(json!({ "list": list })))
}

/// One page of a listing.
pub(crate) struct Paged {
    page: usize,
    size: usize,
}

impl Paged {
    /// Reads `page` and `page_size`, which is `most` at the most.
    pub(crate) fn of(call: &Call, most: usize) -> Result<Self, Refusal> {
        Ok(Self { page: call.number("page", 1, LAST_PAGE)?, size: call.number("page_size", USUAL, most)? })
    }

    /// The entries of the page, below this name, and where it stands among all.
    pub(crate) fn answer<T>(&self, name: &str, all: &[T], resource: impl Fn(&T) -> Value) -> Answer {
        let (page, size, total) = (self.page, self.size, all.len());
        let shown: Vec<Value> = all.iter().skip((page - 1) * size).take(size).map(resource).collect();
        let page_info =
            json!({ "page": page, "page_size": size, "total_number": total, "total_page": total.div_ceil(size) });
        Answer::Data(json!({ name: shown, "page_info": page_info }))
    }
}

struct Filter<'a> {
    business_type: Option<&'a str>,
    status: Option<&'a str>,
    title: Option<&'a str>,
    updated: Option<[DateTime<Utc>; 2]>,
}

impl<'a> Filter<'a> {
    fn of(call: &'a Call) -> Result<Self, Refusal> {
        let status = call.text("status")?;
        if status.is_some_and(|status| !["PUBLISHED", "EDITED"].contains(&status)) {
            return Err(Refusal::invalid("status", "Must be PUBLISHED or EDITED."));
        }
        let updated = call.json("update_time_range")?.map(|range| time_range(&range)).transpose()?;
        Ok(Self { business_type: call.text("business_type")?, status, title: call.text("title")?, updated })
    }

    fn admits(&self, form: &Form) -> bool {
        self.business_type.is_none_or(|kind| form.business_type == kind)
            && self.status.is_none_or(|status| form.status() == status)
            && self.title.is_none_or(|title| form.title.contains(title))
            && self.updated.is_none_or(|[start, end]| (start..=end).contains(&form.updated))
    }
}

fn time_range(range: &Value) -> Result<[DateTime<Utc>; 2], Refusal> {
    let time = |name: &str| {
        let text = range[name].as_str()?;
        Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?.and_utc())
    };
    let times = time("start").zip(time("end")).map(|(start, end)| [start, end]);
    times.ok_or_else(|| Refusal::invalid("update_time_range", "Needs start and end as YYYY-MM-DD HH:MM:SS."))
}

fn resource(form: &Form) -> Value {
    let published = form.published.then(|| time_text(form.created));
    json!({
        "page_id": form.id,
        "title": form.title,
        "status": form.status(),
        "business_type": form.business_type,
        "create_time": time_text(form.created),
        "update_time": time_text(form.updated),
        "publish_time": published.unwrap_or_default(),
        "preview_url": format!("https://www.tiktok.com/instant_page/preview?page_id={}", form.id),
        "template_id": "1",
    })
}
