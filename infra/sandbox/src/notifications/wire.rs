//! How notifications are sent: a POST, in Google's name unless the message says otherwise.

use super::{DeliveryError, Notification, exchange};

const AGENT: &str = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google)";

/// Sends the message once.
pub(crate) async fn post(notification: &Notification) -> Result<u16, DeliveryError> {
    let mut headers = Vec::new();
    if notification.header("User-Agent").is_none() {
        headers.push(("User-Agent".to_owned(), AGENT.to_owned()));
    }
    headers.extend(notification.headers.iter().cloned());
    Ok(exchange::send("POST", &notification.address, &headers, &notification.body).await?.status)
}
