//! The one layer that retries.

use super::{AnswerCap, SharedWire, WireError, retry_after};
use crate::error::ProviderError;
use bytes::Bytes;
use domain::failure::FailureClass;
use http::{HeaderValue, Request, Response};
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Attempts at one idempotent call, the first included.
const ATTEMPTS: u32 = 3;
/// The wait before the second attempt is drawn from zero to this; it doubles from attempt to attempt.
const FIRST_WAIT: Duration = Duration::from_millis(300);
/// No wait between attempts is longer. A provider that asks for more is left to the schedule.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Sends requests of a provider over a wire.
#[derive(Clone)]
pub struct Client {
    wire: SharedWire,
}

impl Client {
    /// A client on this wire.
    pub fn new(wire: SharedWire) -> Self {
        Self { wire }
    }

    /// Sends a request that must not be repeated: its first attempt may have had an effect.
    pub async fn send_once(&self, mut request: Request<Bytes>, cap: AnswerCap) -> Result<Response<Bytes>, WireError> {
        request.extensions_mut().insert(cap);
        let answer = self.wire.send(request).await?;
        if answer.body().len() > cap.0 { Err(WireError::TooLarge) } else { Ok(answer) }
    }

    /// Sends a request that may be repeated, up to three times: after timeouts, broken connections and 5xx, never
    /// after a 429, which is for the schedule to wait out.
    pub async fn send(&self, request: Request<Bytes>, cap: AnswerCap) -> Result<Response<Bytes>, WireError> {
        let mut attempt = 1;
        loop {
            let result = self.send_once(request.clone(), cap).await;
            if attempt == ATTEMPTS {
                return result;
            }
            let Some(wait) = wait_before_next(attempt, &result) else { return result };
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }
}

/// How long to wait after the `attempt`th try; `None` when there is no point in another one.
fn wait_before_next(attempt: u32, result: &Result<Response<Bytes>, WireError>) -> Option<Duration> {
    let asked = match result {
        Err(WireError::TooLarge) => return None,
        Err(WireError::Timeout | WireError::Connection) => Duration::ZERO,
        Ok(answer) if !answer.status().is_server_error() => return None,
        Ok(answer) => retry_after(answer.headers()).and_then(|wait| wait.to_std().ok()).unwrap_or_default(),
    };
    let longest = (FIRST_WAIT * 2u32.pow(attempt - 1)).min(LONGEST_WAIT);
    (asked <= LONGEST_WAIT).then(|| longest.mul_f64(fraction()).max(asked))
}

/// Uniform in 0.0..=1.0; full jitter keeps many workers from coming back together.
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}

/// The `Authorization` header for a bearer token (RFC 6750 §2.1), marked so that no layer prints it.
pub fn bearer(token: &SecretString) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
        .map_err(|_| ProviderError::new(FailureClass::OurBug, "unusable_token"))?;
    value.set_sensitive(true);
    Ok(value)
}

impl From<WireError> for ProviderError {
    fn from(error: WireError) -> Self {
        let class = match error {
            WireError::Timeout | WireError::Connection => FailureClass::Transient,
            WireError::TooLarge => FailureClass::OurBug,
        };
        Self::new(class, &error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fake::{FakeWire, answer};
    use super::*;
    use http::header::RETRY_AFTER;
    use std::sync::Arc;
    use tokio::time::Instant;

    fn request() -> Request<Bytes> {
        Request::get("https://example.com/").body(Bytes::new()).unwrap()
    }

    async fn attempts(answers: Vec<Result<Response<Bytes>, WireError>>) -> (usize, Duration) {
        let wire = Arc::new(FakeWire::new(answers));
        let start = Instant::now();
        Client::new(wire.clone()).send(request(), AnswerCap::DATA).await.ok();
        (wire.requests().len(), start.elapsed())
    }

    fn unavailable(retry_after: &str) -> Result<Response<Bytes>, WireError> {
        let mut answer = answer(503, "");
        answer.headers_mut().insert(RETRY_AFTER, retry_after.parse().unwrap());
        Ok(answer)
    }

    #[tokio::test(start_paused = true)]
    async fn passing_faults_are_tried_three_times_with_short_waits() {
        let fault = || Err(WireError::Timeout);
        let (count, waited) = attempts(vec![fault(), fault(), fault(), Ok(answer(200, ""))]).await;
        assert_eq!(count, 3);
        assert!(waited <= Duration::from_millis(910), "{waited:?}");
        assert_eq!(attempts(vec![Err(WireError::Connection), Ok(answer(200, ""))]).await.0, 2);
        assert_eq!(attempts(vec![Ok(answer(500, "")), Ok(answer(503, "")), Ok(answer(200, ""))]).await.0, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn rate_limits_refusals_and_oversized_answers_are_not_tried_again() {
        for result in [Ok(answer(429, "")), Ok(answer(403, "")), Ok(answer(401, "")), Err(WireError::TooLarge)] {
            assert_eq!(attempts(vec![result, Ok(answer(200, ""))]).await, (1, Duration::ZERO));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_wait_that_is_asked_for_is_kept_and_a_long_one_is_left_to_the_schedule() {
        let (count, waited) = attempts(vec![unavailable("4"), Ok(answer(200, ""))]).await;
        assert_eq!(count, 2);
        assert!(waited >= Duration::from_secs(4) && waited < Duration::from_secs(5), "{waited:?}");
        assert_eq!(attempts(vec![unavailable("6"), Ok(answer(200, ""))]).await, (1, Duration::ZERO));
    }

    #[tokio::test]
    async fn an_answer_beyond_the_cap_is_refused_whatever_the_wire_lets_through() {
        let wire = Arc::new(FakeWire::new(vec![Ok(answer(200, "12345"))]));
        let result = Client::new(wire.clone()).send_once(request(), AnswerCap(4)).await;
        assert_eq!(result.unwrap_err(), WireError::TooLarge);
        assert_eq!(wire.requests()[0].extensions().get::<AnswerCap>(), Some(&AnswerCap(4)));
    }

    #[test]
    fn a_bearer_header_never_shows_its_token() {
        let header = bearer(&SecretString::from("canary-token")).unwrap();
        assert!(!format!("{header:?}").contains("canary"));
        let refused = bearer(&SecretString::from("canary\r\nX: y")).unwrap_err();
        assert!(!format!("{refused:?} {refused}").contains("canary"));
    }
}
