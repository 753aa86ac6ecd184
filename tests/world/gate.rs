//! Where calls wait.

use std::sync::Arc;
use tokio::sync::Notify;

/// A gate at which calls wait until the test opens it.
#[derive(Clone)]
pub(crate) struct Gate {
    arrivals: Arc<Notify>,
    open: Arc<tokio::sync::Semaphore>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { arrivals: Arc::default(), open: Arc::new(tokio::sync::Semaphore::new(0)) }
    }

    /// Waits until a call has come to the gate.
    pub(crate) async fn reached(&self) {
        self.arrivals.notified().await;
    }

    /// Lets whoever waits, and whoever comes later, pass.
    pub(crate) fn open(&self) {
        self.open.close();
    }

    pub(super) async fn pass(&self) {
        self.arrivals.notify_one();
        // Closed is open: a gate is never used for anything else.
        let _ = self.open.acquire().await;
    }
}
