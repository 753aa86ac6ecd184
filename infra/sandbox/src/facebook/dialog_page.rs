//! The dialog as HTML.

use axum::response::Response;

use super::{
    dialog,
    request::DialogRequest,
    scopes,
    state::{Facebook, Page, Person},
};
use crate::shell::{self, Choice, Look};

pub(crate) const LOOK: Look = Look {
    provider: "Facebook",
    act: ["#0866ff", "#fff", "#a8c7fa", "#062e6f"],
    refusal: "The app is not set up in the right way",
    decisions: [["deny", "Not now"], ["allow", "Allow"]],
};

/// The dialog for a request that is in order.
pub(crate) fn render(request: &DialogRequest, facebook: &Facebook) -> Response {
    let app = facebook.apps.get(&request.app).map_or("", |app| &app.name);
    let people = facebook.people.values().enumerate().map(|(place, it)| person(request, facebook, it, place == 0));
    let asked = |scope: &&String| facebook.people.keys().any(|it| request.offered(facebook, it).contains(scope));
    let permissions = request.scopes.iter().filter(asked).map(|scope| permission(scope));
    let choices = [
        (&*format!("Who you are, and the Pages you want to use with {app}"), people.collect()),
        (&*format!("What {app} is allowed to do"), permissions.collect()),
    ];
    LOOK.consent(&format!("{app} wants to access your Facebook account"), &choices)
}

/// One person with their pages; what the app has already is ticked, or everything if it has nothing.
fn person(request: &DialogRequest, facebook: &Facebook, person: &Person, first: bool) -> String {
    let grant = facebook.grants.of(&request.app, &person.id);
    let name = format!("page-{}", person.id);
    let page = |page: &Page| {
        let checked = grant.is_none_or(|grant| grant.pages.contains(&page.id));
        let small = format!("{} · {}", page.category, page.id);
        shell::tick(&Choice { name: &name, value: &page.id, checked, text: &page.name, small: &small })
    };
    let pages: String = dialog::pages_of(facebook, &person.id).map(page).collect();
    let (value, text, small) = (&person.id, &person.name, &person.email);
    shell::person(&Choice { name: "person", value, checked: first, text, small }, &pages)
}

fn permission(scope: &str) -> String {
    let text = scopes::description(scope).unwrap_or_default();
    shell::tick(&Choice { name: "permission", value: scope, checked: true, text, small: scope })
}
