//! Just enough HTTP/1.1 to send a POST to this machine and to read the status of the answer.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

use super::Notification;

/// How long an attempt may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The status line is within the first so many bytes.
const MOST_READ: usize = 4_096;

/// Why a notification was not delivered.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The sandbox sends only to loopback `http` addresses, with headers that fit on their lines.
    #[error("{0} is not sent to: only loopback http addresses are")]
    Address(String),
    /// Nobody listens, or the connection broke.
    #[error("no connection: {0}")]
    Connection(#[from] std::io::Error),
    /// What came back is not HTTP, or did not come in time.
    #[error("no answer of HTTP in time")]
    Answer,
}

/// Whether the sandbox would send to this address.
pub(crate) fn is_loopback_http(address: &Url) -> bool {
    address.scheme() == "http"
        && match address.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
}

/// Sends the message once.
pub(crate) async fn post(notification: &Notification) -> Result<u16, DeliveryError> {
    let refused = || DeliveryError::Address(notification.address.clone());
    let address = Url::parse(&notification.address).ok().filter(is_loopback_http).ok_or_else(refused)?;
    let request = request(&address, notification).ok_or_else(refused)?;
    timeout(PATIENCE, exchange(&address, &request)).await.map_err(|_| DeliveryError::Answer)?
}

fn request(address: &Url, notification: &Notification) -> Option<String> {
    let path = &address[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &address[url::Position::BeforeHost..url::Position::AfterPort];
    let length = notification.body.len();
    let mut request =
        format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\n");
    request.push_str("Accept: */*\r\n");
    if notification.header("User-Agent").is_none() {
        request.push_str("User-Agent: APIs-Google; (+https://developers.google.com/webmasters/APIs-Google)\r\n");
    }
    for (name, value) in &notification.headers {
        if name.contains(|at: char| at.is_control() || at == ':') || value.contains(char::is_control) {
            return None;
        }
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(&notification.body);
    Some(request)
}

async fn exchange(address: &Url, request: &str) -> Result<u16, DeliveryError> {
    let mut stream = TcpStream::connect(socket(address).await?).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.windows(2).any(|end| end == b"\r\n") && answer.len() < MOST_READ {
        if stream.read_buf(&mut answer).await? == 0 {
            break;
        }
    }
    status(&answer).ok_or(DeliveryError::Answer)
}

/// `localhost` may have two addresses, and one of them nobody who listens.
async fn socket(address: &Url) -> Result<SocketAddr, DeliveryError> {
    let port = address.port_or_known_default().unwrap_or(80);
    let host = match address.host() {
        Some(Host::Ipv6(ip)) => ip.to_string(),
        Some(host) => host.to_string(),
        None => return Err(DeliveryError::Address(address.to_string())),
    };
    let mut found: Vec<SocketAddr> = lookup_host((host, port)).await?.filter(|at| at.ip().is_loopback()).collect();
    found.sort_by_key(SocketAddr::is_ipv6);
    found.first().copied().ok_or_else(|| DeliveryError::Address(address.to_string()))
}

/// The status of `HTTP/1.1 204 No Content`.
fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?.strip_prefix("HTTP/1.")?;
    line.split(' ').nth(1)?.parse().ok()
}
