//! Lambda events, for tests that invoke a function past the gateway.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use shared::api::routes::Route;

/// A member as the authorizer would have verified it.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: String,
    pub(crate) member: String,
    pub(crate) roles: Vec<String>,
}

impl Person {
    /// A Channels Administrator.
    pub(crate) fn admin(account: &str, member: &str) -> Self {
        Self { account: account.into(), member: member.into(), roles: vec!["channels_admin".into()] }
    }

    /// A member without roles.
    pub(crate) fn viewer(account: &str, member: &str) -> Self {
        Self { account: account.into(), member: member.into(), roles: vec![] }
    }

    fn token(&self) -> String {
        let payload = json!({ "sub": self.member, "account_id": self.account, "roles": self.roles });
        format!("e30.{}.signature", URL_SAFE_NO_PAD.encode(payload.to_string()))
    }
}

/// An API Gateway v2 event. `path` fills the route's parameters.
pub(crate) fn http_event(route: &Route, path: &[(&str, &str)], person: Option<&Person>, body: Option<&Value>) -> Value {
    let raw = path.iter().fold(route.path.to_owned(), |raw, (name, value)| raw.replace(&format!("{{{name}}}"), value));
    let parameters: Map<String, Value> = path.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{} {}", route.method, route.path),
        "rawPath": raw,
        "rawQueryString": "",
        "headers": { "content-type": "application/json" },
        "pathParameters": parameters,
        "requestContext": { "http": { "method": route.method, "path": raw }, "requestId": "test", "stage": "$default" },
        "isBase64Encoded": false,
    });
    if let Some(person) = person {
        event["headers"]["authorization"] = json!(format!("Bearer {}", person.token()));
        let claims = json!({
            "sub": person.member,
            "account_id": person.account,
            "roles": format!("[{}]", person.roles.join(" ")),
        });
        event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims, "scopes": null } });
    }
    if let Some(body) = body {
        event["body"] = json!(body.to_string());
    }
    event
}

/// An SQS batch of these bodies.
pub(crate) fn sqs_event(bodies: &[Value]) -> Value {
    let record = |(n, body): (usize, &Value)| {
        json!({
            "messageId": format!("message-{n}"),
            "receiptHandle": format!("handle-{n}"),
            "body": body.to_string(),
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:000000000000:sync",
            "awsRegion": "eu-central-1",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}
