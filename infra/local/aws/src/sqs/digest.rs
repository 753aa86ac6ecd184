//! The MD5 sums that clients verify. The encoding of attributes is the developer guide's "Calculating
//! the MD5 message digest for message attributes".

use super::errors::invalid_value;
use crate::AwsError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

const STRING: u8 = 1;
const BINARY: u8 = 2;
/// Attributes of one message.
const MOST_ATTRIBUTES: usize = 10;

/// The sum of a body, in hex.
pub(super) fn of_text(text: &str) -> String {
    hex::encode(md5::compute(text).0)
}

/// The sum of message attributes and their size in bytes; `None` without attributes.
pub(super) fn of_attributes(attributes: &Map<String, Value>) -> Result<Option<(String, usize)>, AwsError> {
    if attributes.is_empty() {
        return Ok(None);
    }
    if attributes.len() > MOST_ATTRIBUTES {
        return Err(invalid_value("MessageAttributes", "Number of message attributes exceeds the allowed maximum 10."));
    }
    let mut names: Vec<&String> = attributes.keys().collect();
    names.sort_unstable();
    let mut encoded = Vec::new();
    let mut size = 0;
    for name in names {
        let before = encoded.len();
        encode(&mut encoded, name, &attributes[name])?;
        // Three lengths of four bytes and the byte for the kind are not part of a message's size.
        size += encoded.len() - before - 13;
    }
    Ok(Some((hex::encode(md5::compute(encoded).0), size)))
}

fn encode(encoded: &mut Vec<u8>, name: &str, attribute: &Value) -> Result<(), AwsError> {
    let kind = attribute["DataType"].as_str().unwrap_or_default();
    let (transport, bytes) = match kind.split('.').next() {
        Some("String" | "Number") => (STRING, attribute["StringValue"].as_str().map(|text| text.as_bytes().to_vec())),
        Some("Binary") => (BINARY, attribute["BinaryValue"].as_str().and_then(|text| STANDARD.decode(text).ok())),
        _ => (STRING, None),
    };
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
        invalid_value(name, "The message attribute must have a type of String, Number or Binary and a value of it.")
    })?;
    append(encoded, name.as_bytes());
    append(encoded, kind.as_bytes());
    encoded.push(transport);
    append(encoded, &bytes);
    Ok(())
}

fn append(encoded: &mut Vec<u8>, bytes: &[u8]) {
    // A message is at most 1 MiB, far below 4 GiB.
    encoded.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    encoded.extend_from_slice(bytes);
}
