//! Receipt handles: the message's id and a nonce of the receive that gave it.

use crate::{AwsError, random};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

pub(super) struct Handle {
    pub(super) message: String,
    pub(super) nonce: String,
}

impl Handle {
    pub(super) fn new(message: &str) -> Self {
        Self { message: message.to_owned(), nonce: random::letters::<24>() }
    }

    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}", self.message, self.nonce))
    }

    pub(super) fn decode(text: &str) -> Result<Self, AwsError> {
        Self::parse(text).ok_or_else(|| {
            AwsError::client(
                "ReceiptHandleIsInvalid",
                format!("The input receipt handle \"{text}\" is not a valid receipt handle."),
            )
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let (message, nonce) = decoded.split_once(':')?;
        random::is_uuid(message).then(|| Self { message: message.to_owned(), nonce: nonce.to_owned() })
    }
}
