//! Just enough HTTP/1.1 to ask something of this machine: one request on a connection of its own.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

use super::DeliveryError;

/// How long an attempt may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// More than an answer to a message needs.
const MOST_READ: usize = 65_536;

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// As text; what is not text is replaced.
    pub(crate) body: String,
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

/// Sends a request once.
pub(crate) async fn send(
    method: &str,
    address: &str,
    headers: &[(String, String)],
    body: &str,
) -> Result<Reply, DeliveryError> {
    let refused = || DeliveryError::Address(address.to_owned());
    let url = Url::parse(address).ok().filter(is_loopback_http).ok_or_else(refused)?;
    let request = request(method, &url, headers, body).ok_or_else(refused)?;
    timeout(PATIENCE, exchange(&url, &request)).await.map_err(|_| DeliveryError::Answer)?
}

fn request(method: &str, address: &Url, headers: &[(String, String)], body: &str) -> Option<String> {
    let path = &address[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &address[url::Position::BeforeHost..url::Position::AfterPort];
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept: */*\r\n");
    if method != "GET" {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    for (name, value) in headers {
        if name.contains(|at: char| at.is_control() || at == ':') || value.contains(char::is_control) {
            return None;
        }
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    Some(request)
}

async fn exchange(address: &Url, request: &str) -> Result<Reply, DeliveryError> {
    let mut stream = TcpStream::connect(socket(address).await?).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    while !is_whole(&answer) && answer.len() < MOST_READ {
        if stream.read_buf(&mut answer).await? == 0 {
            break;
        }
    }
    read(&answer).ok_or(DeliveryError::Answer)
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

/// Whether the whole body that was announced has come; without an announcement it ends with the connection.
fn is_whole(answer: &[u8]) -> bool {
    let Some((head, body)) = split(answer) else { return false };
    length(head).is_some_and(|length| body.len() >= length)
}

fn split(answer: &[u8]) -> Option<(&str, &[u8])> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some((std::str::from_utf8(&answer[..end]).ok()?, &answer[end + 4..]))
}

fn length(head: &str) -> Option<usize> {
    let status = status(head)?;
    if matches!(status, 204 | 304) {
        return Some(0);
    }
    let of_name = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    head.lines().find_map(of_name)
}

/// The status of `HTTP/1.1 204 No Content`.
fn status(head: &str) -> Option<u16> {
    head.lines().next()?.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()
}

fn read(answer: &[u8]) -> Option<Reply> {
    let (head, body) = split(answer)?;
    Some(Reply { status: status(head)?, body: String::from_utf8_lossy(body).into_owned() })
}
