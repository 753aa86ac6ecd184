//! A sandbox on a loopback port, and a client small enough to show every byte it sends.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Duration, Utc};
use sandbox::{
    Consent, Options, Sandbox,
    google::{CLIENT_ID, CLIENT_SECRET, GRACE},
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use url::{Url, form_urlencoded};

pub(crate) const REDIRECT: &str = "http://127.0.0.1:8787/oauth/callback/google-calendar";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const LIST_SCOPE: &str = "https://www.googleapis.com/auth/calendar.calendarlist.readonly";
pub(crate) const EVENTS_SCOPE: &str = "https://www.googleapis.com/auth/calendar.events";

/// A running sandbox with a clock that only tests move.
pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) address: String,
    clock: Arc<AtomicI64>,
}

/// An answer, its body as text.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        Some(line.split_once(':')?.1.trim())
    }

    /// `errors[0].reason` of the API's envelope.
    pub(crate) fn reason(&self) -> String {
        self.json()["error"]["errors"][0]["reason"].as_str().unwrap_or_default().to_owned()
    }
}

impl World {
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let start: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().unwrap();
        let clock = Arc::new(AtomicI64::new(start.timestamp()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let told = clock.clone();
        let base = Url::parse(&format!("http://{address}/")).unwrap();
        let clock_of_sandbox = move || DateTime::from_timestamp(told.load(Ordering::SeqCst), 0).unwrap();
        let mut options = Options { events: 400, ..Options::new(Arc::new(clock_of_sandbox), base) };
        change(&mut options);
        let sandbox = Sandbox::new(options);
        let served = sandbox.clone();
        tokio::spawn(async move { served.serve(listener, std::future::pending()).await });
        Self { sandbox, address, clock }
    }

    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.fetch_add(by.num_seconds(), Ordering::SeqCst);
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(!head.to_lowercase().contains("transfer-encoding"), "the client reads no chunks: {head}");
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, &[("authorization", &format!("Bearer {token}"))], "").await
    }

    /// A request with a JSON body.
    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Answer {
        self.send(method, path, &[("authorization", &format!("Bearer {token}"))], &body.to_string()).await
    }

    /// An access token of Grace's with every scope.
    pub(crate) async fn token_of_grace(&self) -> String {
        let grace = Consent { account: Some(GRACE.to_owned()), ..Consent::default() };
        self.connect_as(&grace).await["access_token"].as_str().unwrap().to_owned()
    }

    /// One page of a calendar's events.
    pub(crate) async fn events(&self, token: &str, calendar: &str, query: &[(&str, &str)]) -> Answer {
        self.get(&format!("{}?{}", events_path(calendar), encoded(query)), token).await
    }

    /// All pages; the events and the sync token of the last page.
    pub(crate) async fn all_events(
        &self,
        token: &str,
        calendar: &str,
        query: &[(&str, &str)],
    ) -> (Vec<Value>, Option<String>) {
        let (mut events, mut page_token) = (Vec::new(), None::<String>);
        loop {
            let mut query = query.to_vec();
            if let Some(page_token) = &page_token {
                query.push(("pageToken", page_token));
            }
            let answer = self.events(token, calendar, &query).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            let answer = answer.json();
            events.extend(answer["items"].as_array().unwrap().iter().cloned());
            match answer["nextPageToken"].as_str() {
                Some(next) => page_token = Some(next.to_owned()),
                None => return (events, answer["nextSyncToken"].as_str().map(str::to_owned)),
            }
            assert!(answer.get("nextSyncToken").is_none(), "a sync token comes only on the last page");
        }
    }

    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send("POST", path, &[("content-type", "application/x-www-form-urlencoded")], &encoded(fields)).await
    }

    pub(crate) async fn exchange(&self, code: &str, verifier: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", verifier),
        ];
        self.form("/google/token", &fields).await
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            ("refresh_token", refresh_token),
        ];
        self.form("/google/token", &fields).await
    }

    /// A code for everything, of the first account.
    pub(crate) fn code(&self) -> String {
        let redirect = self.sandbox.consent(&self.authorization_url(&[]), &Consent::default()).unwrap();
        parameter(&redirect, "code").unwrap()
    }

    /// Consents as this says and exchanges the code; the token reply.
    pub(crate) async fn connect_as(&self, consent: &Consent) -> Value {
        let redirect = self.sandbox.consent(&self.authorization_url(&[]), consent).unwrap();
        let answer = self.exchange(&parameter(&redirect, "code").unwrap(), VERIFIER).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// An access token of Ada's with every scope.
    pub(crate) async fn access_token(&self) -> String {
        self.connect_as(&Consent::default()).await["access_token"].as_str().unwrap().to_owned()
    }

    /// A good authorization request; `change` replaces parameters, an empty value takes one away.
    pub(crate) fn authorization_url(&self, change: &[(&str, &str)]) -> Url {
        let scope = format!("openid email {LIST_SCOPE} {EVENTS_SCOPE}");
        let usual = [
            ("client_id", CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", &scope),
            ("state", "s t&a=te"),
            ("access_type", "offline"),
            ("prompt", "consent"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let kept = usual.iter().filter(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        let added = change.iter().filter(|(_, value)| !value.is_empty());
        let mut url = Url::parse(&self.sandbox.google_vars()["GOOGLE_AUTH_URL"]).unwrap();
        url.query_pairs_mut().extend_pairs(kept.chain(added));
        url
    }
}

pub(crate) fn events_path(calendar: &str) -> String {
    let id: String = form_urlencoded::byte_serialize(calendar.as_bytes()).collect();
    format!("/google/calendar/v3/calendars/{id}/events")
}

pub(crate) fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// The buttons of a provider's part of the page that send a body: path and body.
pub(crate) async fn buttons(world: &World, provider: &str) -> Vec<(String, Value)> {
    let page = world.send("GET", "/_sandbox/", &[], "").await.body;
    let panel = page.split("<section ").find(|part| part.contains(&format!("data-provider=\"{provider}\""))).unwrap();
    panel.split("<button ").skip(1).filter_map(button).collect()
}

fn button(text: &str) -> Option<(String, Value)> {
    let attribute = |name: &str, quote: char| {
        let rest = text.split('>').next()?.split_once(&format!("{name}={quote}"))?.1;
        Some(rest.split_once(quote)?.0)
    };
    let body = serde_json::from_str(attribute("data-body", '\'')?).unwrap();
    Some((attribute("data-path", '"').unwrap_or("switches").to_owned(), body))
}
