//! The real wire: TLS by rustls and ring, nothing of the environment, nothing followed.

use super::{AnswerCap, Wire, WireError};
use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// From the first byte sent to the last byte received.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(10);
const USER_AGENT: &str = concat!("aura-integrations/", env!("CARGO_PKG_VERSION"));

/// HTTP over reqwest. The client is made on first use: most invocations call no provider.
#[derive(Default)]
pub struct ReqwestWire {
    client: OnceLock<reqwest::Client>,
}

impl ReqwestWire {
    /// A wire that has not opened anything yet.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Wire for ReqwestWire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, WireError> {
        let cap = request.extensions().get::<AnswerCap>().copied().unwrap_or(AnswerCap::OAUTH);
        let request = reqwest::Request::try_from(request).map_err(|_| WireError::Connection)?;
        let answer = self.client.get_or_init(client).execute(request).await.map_err(fault)?;
        take(answer, cap).await
    }
}

/// Reads the answer and stops as soon as it is longer than `cap`.
async fn take(mut answer: reqwest::Response, cap: AnswerCap) -> Result<Response<Bytes>, WireError> {
    if answer.content_length().is_some_and(|length| length > cap.0 as u64) {
        return Err(WireError::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(fault)? {
        if body.len() + chunk.len() > cap.0 {
            return Err(WireError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let mut whole = Response::new(body.freeze());
    *whole.status_mut() = answer.status();
    *whole.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(whole)
}

fn fault(error: reqwest::Error) -> WireError {
    if error.is_timeout() { WireError::Timeout } else { WireError::Connection }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that makes the client")]
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .redirect(Policy::none())
        // The one retrying layer is `Client`, which knows what may be repeated.
        .retry(reqwest::retry::never())
        .no_proxy()
        .referer(false)
        .user_agent(USER_AGENT)
        .build()
        .expect("the client is made of constants")
}

/// Mozilla's roots, compiled in: the container's certificate files play no part.
fn tls() -> ClientConfig {
    let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring supports the default versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;
    use std::net::SocketAddr;
    use tokio::net::TcpListener;

    async fn serve(routes: Router) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    async fn fetch(url: String, cap: usize) -> Result<Response<Bytes>, WireError> {
        let mut request = Request::get(url).body(Bytes::new()).unwrap();
        request.extensions_mut().insert(AnswerCap(cap));
        ReqwestWire::new().send(request).await
    }

    #[tokio::test]
    async fn status_headers_and_body_come_through() {
        let address =
            serve(Router::new().route("/", get(|| async { (StatusCode::GONE, [("x-a", "b")], "body") }))).await;
        let answer = fetch(format!("http://{address}/"), 100).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (410, b"body".as_slice()));
        assert_eq!(answer.headers()["x-a"], "b");
    }

    #[tokio::test]
    async fn an_answer_is_cut_off_at_the_cap_with_and_without_a_length() {
        let chunks = |count| {
            let parts = (0..count).map(|_| Ok::<_, std::convert::Infallible>(Bytes::from_static(b"12345")));
            axum::body::Body::from_stream(futures_util::stream::iter(parts))
        };
        let routes = Router::new()
            .route("/long", get(|| async { "12345678901" }))
            .route("/chunked", get(move || async move { chunks(3) }))
            .route("/fits", get(move || async move { chunks(2) }));
        let address = serve(routes).await;
        assert_eq!(fetch(format!("http://{address}/long"), 10).await.unwrap_err(), WireError::TooLarge);
        assert_eq!(fetch(format!("http://{address}/chunked"), 10).await.unwrap_err(), WireError::TooLarge);
        assert_eq!(fetch(format!("http://{address}/fits"), 10).await.unwrap().body().len(), 10);
    }

    #[tokio::test]
    async fn a_redirect_is_an_answer_and_not_followed() {
        let elsewhere = || async { (StatusCode::FOUND, [("location", "/other")]) };
        let routes = Router::new().route("/", get(elsewhere)).route("/other", get(|| async { "followed" }));
        let address = serve(routes).await;
        let answer = fetch(format!("http://{address}/"), 100).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().len()), (302, 0));
    }

    #[tokio::test]
    async fn a_refused_connection_is_a_fault_of_the_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        assert_eq!(fetch(format!("http://{address}/"), 10).await.unwrap_err(), WireError::Connection);
    }

    #[tokio::test]
    async fn nothing_is_said_to_a_server_that_does_not_speak_tls() {
        let address = serve(Router::new().route("/", get(|| async { "plain" }))).await;
        assert_eq!(fetch(format!("https://{address}/"), 10).await.unwrap_err(), WireError::Connection);
    }

    #[tokio::test]
    async fn a_connection_that_breaks_within_the_answer_is_a_fault_too() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let (mut socket, _) = listener.accept().await.unwrap();
            let read = socket.read(&mut [0; 1024]).await.unwrap();
            assert!(read > 0);
            socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
        });
        assert_eq!(fetch(format!("http://{address}/"), 10).await.unwrap_err(), WireError::Connection);
    }
}
