//! The listeners and what answers on them.

use crate::gateway::Gateway;
use crate::options::StartError;
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::serve::ListenerExt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use url::Url;

/// A port of this machine that is open.
pub(crate) struct Door {
    pub(crate) listener: TcpListener,
    pub(crate) url: Url,
}

impl Door {
    /// Opens a port of the loopback interface, and of no other.
    pub(crate) async fn open(port: u16, what: &'static str, flag: &'static str) -> Result<Self, StartError> {
        let failed = |source| StartError::Port { port, what, flag, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).expect("a loopback address is a URL");
        Ok(Self { listener, url })
    }
}

/// The API: `/_local/` for this stack itself, everything else through the gateway.
pub(crate) async fn serve_api(
    listener: TcpListener,
    local: Router,
    gateway: Arc<Gateway>,
    stop: watch::Receiver<bool>,
) {
    let through = move |ConnectInfo(source): ConnectInfo<SocketAddr>, request: Request| {
        let gateway = Arc::clone(&gateway);
        async move { gateway.handle(request, source.ip()).await }
    };
    let router = Router::new().nest("/_local", local).fallback(through);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(|connection| {
        // Small answers should not wait for more; without it they only come later.
        let _ = connection.set_nodelay(true);
    });
    // The listener of a stack ends with the stack; there is nobody left to tell.
    let _ = axum::serve(listener, service).with_graceful_shutdown(stopped(stop)).await;
}

/// Resolves when the stack stops.
pub(crate) async fn stopped(mut stop: watch::Receiver<bool>) {
    // A dropped sender is a stop too.
    let _ = stop.wait_for(|stopped| *stopped).await;
}
