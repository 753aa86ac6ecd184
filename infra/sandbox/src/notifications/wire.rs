//! How Google's notifications are sent: a POST without body.

use super::{DeliveryError, Notification, exchange};

const AGENT: &str = "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google)";

/// Sends the message once.
pub(crate) async fn post(notification: &Notification) -> Result<u16, DeliveryError> {
    let mut headers = vec![("User-Agent".to_owned(), AGENT.to_owned())];
    headers.extend(notification.headers.iter().cloned());
    Ok(exchange::send("POST", &notification.address, &headers, "").await?.status)
}
