//! One request through the gateway.

use super::answer::{internal_error, message, response};
use super::cors;
use super::event::{Caller, Exchange, event};
use super::jwt::{JwtAuthorizer, Refused};
use super::limits;
use super::routes::{Match, Routes};
use crate::runner::{Instances, InvokeError};
use crate::template::{Cors, RouteAuth};
use axum::body::Body;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use shared::clock::SharedClock;
use std::net::IpAddr;
use uuid::Uuid;

/// The gateway of an HTTP API.
pub struct Gateway {
    /// Its routes.
    pub routes: Routes,
    /// Who verifies tokens; without one every route that asks for a token is closed.
    pub authorizer: Option<JwtAuthorizer>,
    /// What other origins may do.
    pub cors: Option<Cors>,
    /// The functions behind it.
    pub instances: Instances,
    /// The time.
    pub clock: SharedClock,
    /// The AWS account it pretends to be in.
    pub account: String,
}

impl Gateway {
    /// Answers one request.
    pub async fn handle(&self, request: Request<Body>, source: IpAddr) -> Response<Body> {
        let (parts, body) = request.into_parts();
        match &self.cors {
            Some(cors) if cors::is_preflight(&parts.method, &parts.headers) => cors::preflight(cors, &parts.headers),
            Some(cors) => {
                let mut answer = self.answer(&parts, body, source).await;
                cors::apply(cors, &parts.headers, &mut answer);
                answer
            }
            None => self.answer(&parts, body, source).await,
        }
    }

    async fn answer(&self, parts: &Parts, body: Body, source: IpAddr) -> Response<Body> {
        if limits::head_too_large(parts) {
            return message(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large");
        }
        let Some(found) = self.routes.find(parts.method.as_str(), parts.uri.path()) else {
            return message(StatusCode::NOT_FOUND, "Not Found");
        };
        let now = self.clock.now();
        let caller = match self.caller(parts, &found, now) {
            Ok(caller) => caller,
            Err(refused) => return refusal(refused),
        };
        let Ok(body) = Limited::new(body, limits::BODY).collect().await.map(|body| body.to_bytes()) else {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        };
        self.invoke(parts, body, &found, caller.as_ref(), now, source).await
    }

    fn caller(&self, parts: &Parts, found: &Match<'_>, now: DateTime<Utc>) -> Result<Option<Caller>, Refused> {
        let RouteAuth::Jwt { scopes } = &found.route.auth else { return Ok(None) };
        let authorizer = self.authorizer.as_ref().ok_or(Refused::Unauthorized)?;
        let claims = authorizer.authorize(&parts.headers, scopes, now)?;
        Ok(Some(Caller { claims, scopes: scopes.clone() }))
    }

    async fn invoke(
        &self,
        parts: &Parts,
        body: Bytes,
        found: &Match<'_>,
        caller: Option<&Caller>,
        at: DateTime<Utc>,
        source: IpAddr,
    ) -> Response<Body> {
        let request_id = Uuid::now_v7().to_string();
        let exchange = Exchange { request_id: request_id.clone(), at, source, account: self.account.clone() };
        let event = event(parts, &body, found, caller, &exchange);
        if event.to_string().len() > limits::PAYLOAD {
            return message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large");
        }
        let invocation = self.instances.invoke(&found.route.function, event, request_id);
        match tokio::time::timeout(limits::INTEGRATION, invocation).await {
            Err(_) => message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
            Ok(Err(InvokeError::TimedOut | InvokeError::Failed | InvokeError::Panicked | InvokeError::Unknown)) => {
                internal_error()
            }
            Ok(Ok(answer)) if answer.to_string().len() > limits::PAYLOAD => internal_error(),
            Ok(Ok(answer)) => response(answer).unwrap_or_else(internal_error),
        }
    }
}

fn refusal(refused: Refused) -> Response<Body> {
    let (mut response, challenge) = match refused {
        Refused::Unauthorized => (message(StatusCode::UNAUTHORIZED, "Unauthorized"), "Bearer"),
        Refused::Forbidden => (message(StatusCode::FORBIDDEN, "Forbidden"), "Bearer error=\"insufficient_scope\""),
    };
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    response
}
