//! Which path is answered by what.

use http::Method;

use super::{
    accounts, answers::Answer, call::Call, fields, leads, live::Desk, mock, oauth, pages, refusal::Refusal, subscribe,
    tasks,
};

/// Answers one request.
pub(crate) type Handler = fn(&mut Desk<'_>, &Call) -> Result<Answer, Refusal>;

/// Method, path below the version without the slash at its end, and who answers.
const ENDPOINTS: [(Method, &str, Handler); 19] = [
    (Method::POST, "oauth2/access_token", oauth::access_token),
    (Method::POST, "oauth2/token", oauth::token),
    (Method::POST, "tt_user/oauth2/refresh_token", oauth::refresh_token),
    (Method::POST, "oauth2/revoke_token", oauth::revoke_token),
    (Method::GET, "oauth2/advertiser/get", accounts::list),
    (Method::GET, "advertiser/info", accounts::info),
    (Method::GET, "page/get", pages::list),
    (Method::GET, "page/library/get", pages::libraries),
    (Method::GET, "page/field/get", fields::of_page),
    (Method::GET, "lead/field/get", fields::of_leads),
    (Method::GET, "lead/get", leads::get),
    (Method::POST, "page/lead/task", tasks::create_or_poll),
    (Method::GET, TASK_DOWNLOAD, tasks::download),
    (Method::POST, "page/lead/mock/create", mock::create),
    (Method::GET, "page/lead/mock/get", mock::get),
    (Method::POST, "page/lead/mock/delete", mock::delete),
    (Method::POST, "subscription/subscribe", subscribe::subscribe),
    (Method::GET, "subscription/get", subscribe::list),
    (Method::POST, "subscription/unsubscribe", subscribe::unsubscribe),
];

/// The one endpoint whose answer is a file.
pub(crate) const TASK_DOWNLOAD: &str = "page/lead/task/download";

/// What a path leads to.
pub(crate) enum Found {
    Handler(Handler),
    WrongMethod,
    Nothing,
}

pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut of_path = ENDPOINTS.iter().filter(|(_, known, _)| *known == path).peekable();
    if of_path.peek().is_none() {
        return Found::Nothing;
    }
    of_path.find(|(known, _, _)| known == method).map_or(Found::WrongMethod, |(_, _, handler)| Found::Handler(*handler))
}
