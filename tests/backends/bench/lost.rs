//! A way to AWS on which an answer is lost: the call has its effect, and its caller does not learn of it.

use aws_smithy_http_client::Builder;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A client that loses the first answer to this operation.
pub(super) fn losing(operation: &'static str) -> SharedHttpClient {
    SharedHttpClient::new(Losing { operation, lost: Arc::default(), inner: Builder::new().build_http() })
}

struct Losing<I> {
    operation: &'static str,
    lost: Arc<AtomicBool>,
    inner: I,
}

impl<I> fmt::Debug for Losing<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Losing({})", self.operation)
    }
}

impl HttpClient for Losing<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, parts: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, parts);
        SharedHttpConnector::new(Losing { operation: self.operation, lost: Arc::clone(&self.lost), inner })
    }
}

impl HttpConnector for Losing<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let meant = target.rsplit('.').next() == Some(self.operation);
        let loses = meant && !self.lost.swap(true, Ordering::SeqCst);
        let answer = self.inner.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await;
            if loses { Err(ConnectorError::io("the answer was lost".into())) } else { answer }
        })
    }
}
