//! The login page: a button for each demo member.

use super::flow::Request;
use super::members::Member;

const STYLE: &str = "
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { display: grid; place-items: center; min-height: 90vh; margin: 0 1rem }
main { width: min(24rem, 100%) }
h1 { font-size: 1.25rem }
button { width: 100%; padding: .75rem 1rem; margin: .25rem 0; font: inherit; text-align: left; cursor: pointer;
  border: 1px solid color-mix(in srgb, currentColor 25%, transparent); border-radius: .5rem; background: transparent; color: inherit }
button:hover, button:focus-visible { border-color: currentColor }
p { opacity: .7 }";

/// The page on which a person chooses who to be.
pub(super) fn page(action: &str, request: &Request) -> String {
    let hidden: String = [
        ("response_type", Some(&request.response_type)),
        ("client_id", Some(&request.client_id)),
        ("redirect_uri", Some(&request.redirect_uri)),
        ("scope", Some(&request.scope)),
        ("state", request.state.as_ref()),
        ("nonce", request.nonce.as_ref()),
        ("code_challenge", Some(&request.code_challenge)),
        ("code_challenge_method", Some(&request.code_challenge_method)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some(format!("<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value?))))
    .collect();
    let buttons: String = Member::ALL
        .into_iter()
        .map(|member| {
            let (key, title) = (member.key(), member.title());
            format!("<button name=\"member\" value=\"{key}\">Sign in as {title}</button>")
        })
        .collect();
    document(&format!(
        "<h1>Sign in to the demo account</h1><form method=\"post\" action=\"{}\">{hidden}{buttons}</form>\
         <p>This issuer stands in for the real one on this machine.</p>",
        escape(action)
    ))
}

/// The page of a request that cannot be served.
pub(super) fn problem(text: &str) -> String {
    document(&format!("<h1>This sign-in request cannot be served</h1><p>{}</p>", escape(text)))
}

fn document(main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Sign in</title>\
         <style>{STYLE}</style></head><body><main>{main}</main></body></html>"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
