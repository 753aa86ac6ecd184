//! The smallest HTTP client that the tests need.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub(crate) async fn get(base: &Url, path: &str) -> Answer {
    send(base, "GET", path, "", "").await
}

pub(crate) async fn post(base: &Url, path: &str, body: &str) -> Answer {
    send(base, "POST", path, "content-type: application/json\r\n", body).await
}

/// `headers` are whole lines.
pub(crate) async fn send(base: &Url, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let address = format!("127.0.0.1:{}", base.port().unwrap());
    let host = if headers.contains("host:") { String::new() } else { format!("host: {address}\r\n") };
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{host}{headers}connection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, body: body.to_owned() }
}
