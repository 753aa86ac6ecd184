//! Secrets.

use crate::aws_error::said;
use crate::template::{Secret, SecretValue};
use aws_sdk_secretsmanager::Client;
use rand::Rng;
use rand::rngs::OsRng;
use serde_json::{Map, Value};

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,-./:;<=>?@[]^_{|}~";

/// Makes the secret with its first value, once. Answers its ARN.
pub(super) async fn ensure(secrets: &Client, secret: &Secret) -> Result<String, String> {
    let created =
        secrets.create_secret().name(&secret.name).set_secret_string(first_value(&secret.value)?).send().await;
    let arn = match created {
        Ok(created) => created.arn,
        Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_exists_exception()) => {
            let described = secrets.describe_secret().secret_id(&secret.name).send().await;
            described.map_err(|error| said(&error))?.arn
        }
        Err(error) => return Err(said(&error)),
    };
    arn.ok_or_else(|| "the answer has no ARN".to_owned())
}

/// Makes a secret hold this value, and leaves one alone that does.
pub(crate) async fn keep(secrets: &Client, name: &str, value: &str) -> Result<(), String> {
    let created = secrets.create_secret().name(name).secret_string(value).send().await;
    match created {
        Ok(_) => return Ok(()),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_exists_exception()) => {}
        Err(error) => return Err(said(&error)),
    }
    let current = secrets.get_secret_value().secret_id(name).send().await;
    if current.is_ok_and(|current| current.secret_string() == Some(value)) {
        return Ok(());
    }
    let put = secrets.put_secret_value().secret_id(name).secret_string(value).send().await;
    put.map(drop).map_err(|error| said(&error))
}

fn first_value(value: &SecretValue) -> Result<Option<String>, String> {
    match value {
        SecretValue::Empty => Ok(None),
        SecretValue::Generated { length, template, letters_and_digits } => {
            let password = password(*length, if *letters_and_digits { LETTERS_AND_DIGITS } else { ALL });
            match template {
                None => Ok(Some(password)),
                Some((template, key)) => into_template(template, key, password).map(Some),
            }
        }
    }
}

fn into_template(template: &str, key: &str, password: String) -> Result<String, String> {
    let mut object: Map<String, Value> = serde_json::from_str(template)
        .map_err(|error| format!("SecretStringTemplate is not a JSON object: {error}"))?;
    object.insert(key.to_owned(), Value::String(password));
    Ok(Value::Object(object).to_string())
}

fn password(length: usize, alphabet: &[u8]) -> String {
    (0..length).map(|_| char::from(alphabet[OsRng.gen_range(0..alphabet.len())])).collect()
}
