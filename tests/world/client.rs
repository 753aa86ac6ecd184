//! A member's HTTP client.

use serde_json::Value;
use std::collections::HashMap;
use url::Url;

/// Calls the API through the gateway.
pub(crate) struct Client {
    base: Url,
    token: Option<String>,
    http: reqwest::Client,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// An answer in API Gateway's form.
    pub(crate) fn of_event(event: &Value) -> Self {
        let headers = event["headers"].as_object().into_iter().flatten();
        let headers = headers.map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()));
        let text = event["body"].as_str().unwrap_or_default().to_owned();
        Self {
            status: event["statusCode"].as_u64().unwrap_or_default() as u16,
            headers: headers.collect(),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// Asserts a problem document of this status and code, and gives it.
    pub(crate) fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        for field in ["type", "title", "detail", "remedy", "request_id"] {
            assert!(self.body[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {self:?}");
        }
        self.body
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a test stands where a browser would, outside the product")]
    pub(crate) fn new(base: Url, token: Option<String>) -> Self {
        // Whoever comes second finds it installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build();
        Self { base, token, http: http.expect("a client") }
    }

    fn url(&self, path: &str) -> Url {
        self.base.join(path).expect("a path")
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(self.url(path))).await
    }

    pub(crate) async fn get_url(&self, url: Url) -> Answer {
        self.send(self.http.get(url)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.json("POST", path, body, &[]).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.json("PATCH", path, body, &[]).await
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: &Value, headers: &[(&str, &str)]) -> Answer {
        self.raw(method, path, body.to_string(), headers).await
    }

    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let mut request = self.http.request(method, self.url(path)).body(body);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = match &self.token {
            Some(token) => request.header("authorization", format!("Bearer {token}")),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        let headers = answer.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
        let (status, headers) = (answer.status().as_u16(), headers.collect());
        let text = answer.text().await.expect("a body");
        Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text }
    }
}
