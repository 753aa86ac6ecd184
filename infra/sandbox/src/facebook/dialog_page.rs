//! The dialog as HTML.

use axum::response::Response;
use http::StatusCode;

use super::{
    dialog,
    request::DialogRequest,
    scopes,
    state::{Facebook, Person},
};
use crate::google::consent::{escape, html};

const PAGE: &str = include_str!("dialog.html");
const ERROR_PAGE: &str = include_str!("refused.html");

/// The dialog for a request that is in order.
pub(crate) fn render(request: &DialogRequest, facebook: &Facebook) -> Response {
    let app = facebook.apps.get(&request.app).map_or_else(String::new, |app| escape(&app.name));
    let people: String = facebook
        .people
        .values()
        .enumerate()
        .map(|(place, person)| choice(request, facebook, person, place == 0))
        .collect();
    let asked = |scope: &String| facebook.people.keys().any(|person| request.offered(facebook, person).contains(scope));
    let boxes: String = request.scopes.iter().filter(|scope| asked(scope)).map(|scope| permission(scope)).collect();
    let page = PAGE.replace("{{app}}", &app).replace("{{people}}", &people).replace("{{permissions}}", &boxes);
    html(StatusCode::OK, page)
}

/// The page that is shown instead of a redirect.
pub(crate) fn refused(message: &str) -> Response {
    html(StatusCode::BAD_REQUEST, ERROR_PAGE.replace("{{message}}", &escape(message)))
}

/// One person with their pages; what the app has already is ticked, or everything if it has nothing.
fn choice(request: &DialogRequest, facebook: &Facebook, person: &Person, first: bool) -> String {
    let grant = facebook.grants.of(&request.app, &person.id);
    let pages: String = dialog::pages_of(facebook, &person.id)
        .map(|page| {
            let ticked = grant.is_none_or(|grant| grant.pages.contains(&page.id));
            let label = format!("{}<small>{} · {}</small>", escape(&page.name), escape(&page.category), page.id);
            tick(&format!("page-{}", person.id), &page.id, ticked, &label)
        })
        .collect();
    let checked = if first { " checked" } else { "" };
    format!(
        "<div class=\"person\"><label class=\"choice\"><input type=\"radio\" name=\"person\" value=\"{}\"{checked}>\
         <span>{}<small>{}</small></span></label><div class=\"pages\">{pages}</div></div>",
        person.id,
        escape(&person.name),
        escape(&person.email),
    )
}

fn permission(scope: &str) -> String {
    let label = format!("{}<small>{}</small>", escape(scopes::description(scope).unwrap_or_default()), escape(scope));
    tick("permission", scope, true, &label)
}

fn tick(name: &str, value: &str, checked: bool, label: &str) -> String {
    let (value, checked) = (escape(value), if checked { " checked" } else { "" });
    format!(
        "<label class=\"choice\"><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"{checked}>\
         <span>{label}</span></label>"
    )
}
