//! The table of everything that is served. A test keeps it equal to the folder `assets`.

use crate::config::PageConfig;
use std::borrow::Cow;

/// A file as it is served.
pub(crate) struct Asset {
    /// The path it is served at.
    pub(crate) path: &'static str,
    /// What kind of file it is.
    pub(crate) kind: Kind,
    /// Its content: all of them are text.
    pub(crate) body: Cow<'static, str>,
}

/// Kinds of files the page is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Html,
    Css,
    Script,
    Svg,
    Json,
}

impl Kind {
    /// The kind by a file name's ending. A file without a known ending is not served.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "html" => Some(Self::Html),
            "css" => Some(Self::Css),
            "js" => Some(Self::Script),
            "svg" => Some(Self::Svg),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The media type. Browsers run a module only as JavaScript (RFC 9239).
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Html => "text/html; charset=utf-8",
            Self::Css => "text/css; charset=utf-8",
            Self::Script => "text/javascript; charset=utf-8",
            Self::Svg => "image/svg+xml",
            Self::Json => "application/json",
        }
    }
}

macro_rules! table {
    ($($name:literal,)*) => {
        &[$((concat!("/assets/", $name), include_str!(concat!("../assets/", $name))),)*]
    };
}

/// The files below `/assets/`. The page itself is served at `/` alone.
pub(crate) const FILES: &[(&str, &str)] = table![
    "icons/aura.svg",
    "icons/back.svg",
    "icons/check.svg",
    "icons/clock.svg",
    "icons/close.svg",
    "icons/delete.svg",
    "icons/down.svg",
    "icons/external.svg",
    "icons/facebook-lead-ads.svg",
    "icons/google-calendar.svg",
    "icons/info.svg",
    "icons/integration.svg",
    "icons/lock.svg",
    "icons/next.svg",
    "icons/pause.svg",
    "icons/place.svg",
    "icons/play.svg",
    "icons/plus.svg",
    "icons/previous.svg",
    "icons/search.svg",
    "icons/sync.svg",
    "icons/tiktok-lead-ads.svg",
    "icons/unplug.svg",
    "icons/video.svg",
    "icons/warning.svg",
    "js/api.js",
    "js/appointment-words.js",
    "js/appointment.js",
    "js/auth.js",
    "js/channel.js",
    "js/click.js",
    "js/complete.js",
    "js/components/access.js",
    "js/components/actions.js",
    "js/components/agenda-days.js",
    "js/components/agenda.js",
    "js/components/appointment-dialog.js",
    "js/components/appointment-form.js",
    "js/components/banner.js",
    "js/components/choices.js",
    "js/components/confirmation.js",
    "js/components/connect-panel.js",
    "js/components/error-banner.js",
    "js/components/explained.js",
    "js/components/figures.js",
    "js/components/form-row.js",
    "js/components/header.js",
    "js/components/history.js",
    "js/components/lead-row.js",
    "js/components/leads.js",
    "js/components/mapping-contact.js",
    "js/components/mapping-dialog.js",
    "js/components/mapping-lines.js",
    "js/components/menu.js",
    "js/components/picker-further.js",
    "js/components/picker.js",
    "js/components/problem.js",
    "js/components/progress.js",
    "js/components/runs.js",
    "js/components/settings-forms.js",
    "js/components/settings-interval.js",
    "js/components/settings-kept.js",
    "js/components/settings.js",
    "js/components/since.js",
    "js/components/status.js",
    "js/components/test-lead.js",
    "js/components/topbar.js",
    "js/components/trouble.js",
    "js/components/writes.js",
    "js/config.js",
    "js/connect.js",
    "js/countries.js",
    "js/dom.js",
    "js/format.js",
    "js/history-words.js",
    "js/lead-mapping.js",
    "js/leads-read.js",
    "js/main.js",
    "js/oidc.js",
    "js/poll.js",
    "js/preview.js",
    "js/return.js",
    "js/router.js",
    "js/views/detail-actions.js",
    "js/views/detail-appointments.js",
    "js/views/detail-connecting.js",
    "js/views/detail-panels.js",
    "js/views/detail.js",
    "js/views/grid.js",
    "js/words.js",
    "js/zoned.js",
    "return.html",
    "styles/agenda.css",
    "styles/appointments.css",
    "styles/base.css",
    "styles/controls.css",
    "styles/detail.css",
    "styles/grid.css",
    "styles/leads.css",
    "styles/life.css",
];

const PAGE: &str = include_str!("../assets/index.html");
const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// Everything that is served.
pub(crate) fn all(config: &PageConfig) -> Vec<Asset> {
    let files = FILES.iter().filter_map(|&(path, body)| Some(Asset { path, kind: Kind::of(path)?, body: body.into() }));
    let own = [
        Asset { path: "/", kind: Kind::Html, body: PAGE.into() },
        Asset { path: "/openapi.json", kind: Kind::Json, body: OPENAPI.into() },
        Asset { path: "/assets/config.json", kind: Kind::Json, body: config.document().to_string().into() },
    ];
    files.chain(own).collect()
}
