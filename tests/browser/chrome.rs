//! Chromium, if there is one on this machine.

use super::tab::Tab;
use chromiumoxide::{Browser, BrowserConfig};
use futures_util::StreamExt;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// The longest that a test waits for one thing to be seen.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at a page.
pub(super) const GLANCE: Duration = Duration::from_millis(50);

/// What keeps Chromium from talking to anybody but the stack, or from needing a display.
const FLAGS: &[&str] = &[
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
];

/// One browser at a time: several slow each other down beyond anybody's patience.
static ONE: Mutex<()> = Mutex::const_new(());

/// A browser with a profile of its own.
pub(super) struct Chrome {
    browser: Browser,
    talk: JoinHandle<()>,
    _profile: TempDir,
    _only: MutexGuard<'static, ()>,
}

impl Chrome {
    /// Starts Chromium. `None`, and a line that says so, where there is none.
    ///
    /// # Panics
    /// There is none although `AURA_REQUIRE_BROWSER=1`, or it does not start.
    pub(super) async fn start() -> Option<Self> {
        let Some(executable) = executable() else {
            assert_ne!(variable("AURA_REQUIRE_BROWSER").as_deref(), Some("1"), "there is no Chromium");
            println!("skipped: there is no Chromium here (apt install chromium, or set CHROMIUM)");
            return None;
        };
        let only = ONE.lock().await;
        let profile = tempfile::tempdir().expect("a folder");
        let config = BrowserConfig::builder()
            .chrome_executable(executable)
            .new_headless_mode()
            .no_sandbox()
            .user_data_dir(profile.path())
            .window_size(1280, 900)
            .viewport(None)
            .launch_timeout(PATIENCE)
            .args(FLAGS.iter().copied());
        let config = config.build().expect("a configuration");
        let (browser, mut events) = Browser::launch(config).await.expect("Chromium starts");
        let talk = tokio::spawn(async move { while events.next().await.is_some() {} });
        Some(Self { browser, talk, _profile: profile, _only: only })
    }

    /// A new tab at this address.
    pub(super) async fn open(&self, address: &str) -> Tab {
        Tab::of(self.browser.new_page(address).await.expect("a tab"))
    }

    /// The window whose address has this in it, as soon as there is one.
    pub(super) async fn window(&self, part: &str) -> Tab {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for page in self.browser.pages().await.expect("the pages") {
                let tab = Tab::of(page);
                if tab.address().await.contains(part) {
                    return tab;
                }
            }
            assert!(Instant::now() < deadline, "no window at {part}");
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Waits until a window is gone.
    pub(super) async fn closed(&self, window: &Tab) {
        let deadline = Instant::now() + PATIENCE;
        while self.browser.pages().await.expect("the pages").iter().any(|page| page.target_id() == window.id()) {
            assert!(Instant::now() < deadline, "the window does not close: {}", window.address().await);
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Ends the browser before its profile is removed.
    pub(super) async fn stop(mut self) {
        self.browser.close().await.expect("Chromium closes");
        self.browser.wait().await.expect("Chromium ends");
        self.talk.abort();
    }
}

fn executable() -> Option<PathBuf> {
    let path = variable("CHROMIUM").unwrap_or_else(|| "/usr/bin/chromium".to_owned());
    Some(PathBuf::from(path)).filter(|path| path.exists())
}

#[expect(clippy::disallowed_methods, reason = "where Chromium is, is no configuration of the product")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
