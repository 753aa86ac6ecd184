//! Secrets Manager in memory: names, versions by request token, the newest, deletion; and how it can fail.

use crate::clients::fake::{Answer, Call, FakeAws};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

#[derive(Clone, Default)]
pub(super) struct Secrets(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    secrets: HashMap<String, Secret>,
    answers_to_lose: usize,
    reads_to_hide: usize,
    refuses_repetition: bool,
}

#[derive(Default)]
struct Secret {
    versions: HashMap<String, Value>,
    newest: String,
    deleted: bool,
}

impl Secrets {
    pub(super) fn aws(&self) -> FakeAws {
        let state = Arc::clone(&self.0);
        FakeAws::answering(move |call| state.lock().unwrap().handle(call))
    }

    /// The next requests take effect, but their answers do not arrive.
    pub(super) fn lose_answers(&self, count: usize) {
        self.0.lock().unwrap().answers_to_lose = count;
    }

    /// The next reads do not see what was written.
    pub(super) fn hide_versions(&self, count: usize) {
        self.0.lock().unwrap().reads_to_hide = count;
    }

    /// A creation is refused when the name exists, even with the same token and value.
    pub(super) fn refuse_repeated_creation(&self) {
        self.0.lock().unwrap().refuses_repetition = true;
    }

    pub(super) fn versions(&self, name: &str) -> usize {
        self.0.lock().unwrap().secrets[name].versions.len()
    }

    pub(super) fn set(&self, name: &str, text: &str) {
        let mut state = self.0.lock().unwrap();
        let secret = state.secrets.entry(name.to_owned()).or_default();
        secret.newest = secret.versions.len().to_string();
        secret.versions.insert(secret.newest.clone(), json!(text));
    }
}

impl State {
    fn handle(&mut self, call: &Call) -> Answer {
        let body = &call.body;
        let answer = match call.op.as_str() {
            "CreateSecret" => self.create(body),
            "PutSecretValue" => self.put(body),
            "GetSecretValue" => self.get(body),
            "DeleteSecret" => self.delete(body),
            other => panic!("unexpected {other}"),
        };
        if self.answers_to_lose > 0 {
            self.answers_to_lose -= 1;
            return Answer::Lost;
        }
        answer
    }

    fn create(&mut self, body: &Value) -> Answer {
        let name = text(body, "Name");
        if self.refuses_repetition && self.secrets.contains_key(&name) {
            return Answer::error(400, "ResourceExistsException");
        }
        match self.secrets.entry(name).or_default() {
            secret if secret.deleted => Answer::error(400, "InvalidRequestException"),
            secret => secret.write(body),
        }
    }

    fn put(&mut self, body: &Value) -> Answer {
        match self.living(body) {
            Ok(secret) => secret.write(body),
            Err(answer) => answer,
        }
    }

    fn get(&mut self, body: &Value) -> Answer {
        if self.reads_to_hide > 0 {
            self.reads_to_hide -= 1;
            return Answer::error(400, "ResourceNotFoundException");
        }
        let secret = match self.living(body) {
            Ok(secret) => secret,
            Err(answer) => return answer,
        };
        let version = body["VersionId"].as_str().unwrap_or(&secret.newest);
        match secret.versions.get(version) {
            Some(value) => Answer::ok(json!({ "SecretString": value, "VersionId": version })),
            None => Answer::error(400, "ResourceNotFoundException"),
        }
    }

    fn delete(&mut self, body: &Value) -> Answer {
        match self.living(body) {
            Ok(secret) => {
                secret.deleted = true;
                Answer::ok(json!({}))
            }
            Err(answer) => answer,
        }
    }

    fn living(&mut self, body: &Value) -> Result<&mut Secret, Answer> {
        match self.secrets.get_mut(&text(body, "SecretId")) {
            Some(secret) if secret.deleted => Err(Answer::error(400, "InvalidRequestException")),
            Some(secret) => Ok(secret),
            None => Err(Answer::error(400, "ResourceNotFoundException")),
        }
    }
}

impl Secret {
    fn write(&mut self, body: &Value) -> Answer {
        let (token, value) = (text(body, "ClientRequestToken"), body["SecretString"].clone());
        match self.versions.get(&token) {
            Some(held) if *held != value => return Answer::error(400, "ResourceExistsException"),
            Some(_) => {}
            None => {
                self.versions.insert(token.clone(), value);
                self.newest = token.clone();
            }
        }
        Answer::ok(json!({ "VersionId": token }))
    }
}

fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_default().to_owned()
}
