//! What people see in a browser: one consent page and one page of refusal, in the words and colours of each provider.

use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, StatusCode, header};
use url::Url;

const CONSENT: &str = include_str!("consent.html");
const REFUSED: &str = include_str!("refused.html");

/// What is peculiar to the pages of one provider.
pub(crate) struct Look {
    /// Its name.
    pub(crate) provider: &'static str,
    /// The colour of what confirms and of the text on it: in the light, and in the dark.
    pub(crate) act: [&'static str; 4],
    /// The heading of the page of refusal.
    pub(crate) refusal: &'static str,
    /// The form's values of `decision` and the texts of their buttons: one that refuses, one that confirms.
    pub(crate) decisions: [[&'static str; 2]; 2],
}

/// One box or radio button of the consent page.
pub(crate) struct Choice<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
    pub(crate) checked: bool,
    pub(crate) text: &'a str,
    /// Below the text.
    pub(crate) small: &'a str,
}

impl Look {
    /// The consent page: its heading, and legends with the choices below them as HTML.
    pub(crate) fn consent(&self, heading: &str, choices: &[(&str, String)]) -> Response {
        let fieldset =
            |(legend, html): &(&str, String)| format!("<fieldset><legend>{}</legend>{html}</fieldset>", escape(legend));
        let [[refuse, refuse_text], [confirm, confirm_text]] = self.decisions;
        let [act, on_act, act_in_the_dark, on_act_in_the_dark] = self.act;
        let page = CONSENT
            .replace("{{provider}}", self.provider)
            .replace("{{act}}", &format!("--act: {act}; --on-act: {on_act}"))
            .replace("{{dark}}", &format!("--act: {act_in_the_dark}; --on-act: {on_act_in_the_dark}"))
            .replace("{{refuse}}", &format!("value=\"{refuse}\">{refuse_text}"))
            .replace("{{confirm}}", &format!("value=\"{confirm}\">{confirm_text}"))
            .replace("{{heading}}", &escape(heading))
            .replace("{{choices}}", &choices.iter().map(fieldset).collect::<String>());
        html(StatusCode::OK, page)
    }

    /// The page that is shown instead of a redirect.
    pub(crate) fn refused(&self, why: &impl ToString) -> Response {
        let page = REFUSED.replace("{{provider}}", self.provider).replace("{{heading}}", self.refusal);
        html(StatusCode::BAD_REQUEST, page.replace("{{message}}", &escape(&why.to_string())))
    }

    /// What follows the form: the redirect, or the page of refusal.
    pub(crate) fn decided(&self, decided: Result<Url, impl ToString>) -> Response {
        match decided {
            Ok(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url.as_str()), NO_STORE]).into_response(),
            Err(why) => self.refused(&why),
        }
    }
}

/// One of several.
pub(crate) fn radio(choice: &Choice<'_>) -> String {
    input("radio", choice)
}

/// One that may be ticked.
pub(crate) fn tick(choice: &Choice<'_>) -> String {
    input("checkbox", choice)
}

/// Somebody to be chosen by a radio button, whose own boxes are seen only then.
pub(crate) fn person(choice: &Choice<'_>, boxes: &str) -> String {
    format!("<div class=\"person\">{}<div class=\"own\">{boxes}</div></div>", radio(choice))
}

fn input(kind: &str, choice: &Choice<'_>) -> String {
    let [name, value, text, small] = [choice.name, choice.value, choice.text, choice.small].map(escape);
    let checked = if choice.checked { " checked" } else { "" };
    format!(
        "<label class=\"choice\"><input type=\"{kind}\" name=\"{name}\" value=\"{value}\"{checked}>\
         <span>{text}<small>{small}</small></span></label>"
    )
}

fn html(status: StatusCode, page: String) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), NO_STORE];
    (status, headers, Html(page)).into_response()
}

const NO_STORE: (HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
