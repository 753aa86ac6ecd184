//! Every metric that functions write, with its dimensions: what the template's filters and dashboard, the operations
//! page and the tests know them by. Dimensions are few and small; an account is never one.

/// A count of something, below the stage's namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// The names of its dimensions, in the order in which they are given.
    pub dimensions: &'static [&'static str],
}

const fn metric(name: &'static str, dimensions: &'static [&'static str]) -> Metric {
    Metric { name, dimensions }
}

/// Runs and their steps, by how they ended.
pub const RUNS: Metric = metric("runs", &["provider", "outcome"]);
/// Tokens refreshed, by how that ended.
pub const REFRESH: Metric = metric("refresh", &["provider", "outcome"]);
/// Credentials that Secrets Manager did not take in time and the table keeps meanwhile, sealed.
pub const JOURNAL: Metric = metric("journal", &["provider"]);
/// Credentials of the journal that cannot be read any more.
pub const JOURNAL_LOST: Metric = metric("journal_lost", &["provider"]);
/// Credentials that an earlier worker stored and did not commit.
pub const ROLL_FORWARD: Metric = metric("roll_forward", &["provider"]);
/// Grants lost in the moment between a provider's rotation and our writing it down.
pub const ROTATION_WINDOW_LOSS: Metric = metric("rotation_window_loss", &["provider"]);
/// Leads stored, by the way they came.
pub const LEADS: Metric = metric("leads", &["provider", "via"]);
/// Leads told and kept, because their provider did not hand them out.
pub const LEADS_UNREAD: Metric = metric("leads_unread", &["provider"]);
/// Deliveries that name nobody.
pub const LEADS_UNOWNED: Metric = metric("leads_unowned", &["provider"]);
/// Leads that their provider never handed out.
pub const LEADS_GIVEN_UP: Metric = metric("leads_given_up", &["provider"]);
/// Notifications, by what they turned out to be.
pub const WEBHOOK: Metric = metric("webhook", &["provider", "outcome"]);
/// Subscriptions made, renewed and ended, by how that ended.
pub const WATCH: Metric = metric("watch", &["provider", "outcome"]);
/// Revocations at providers, by how they ended.
pub const REVOCATION: Metric = metric("revocation", &["provider", "outcome"]);
/// Integrations that were put right because something of them was missing.
pub const REPAIRS: Metric = metric("repairs", &["what"]);
/// Automatic deactivations.
pub const DEACTIVATIONS: Metric = metric("deactivations", &["provider"]);
/// Sweeps in which more of a provider's integrations would have been deactivated than the policy allows in an hour.
pub const DEACTIVATION_CAP_REACHED: Metric = metric("deactivation_cap_reached", &["provider"]);
/// How a provider is, each time that changes.
pub const PROVIDER_HEALTH: Metric = metric("provider_health", &["provider", "state"]);

/// All of them.
pub const ALL: [Metric; 17] = [
    RUNS,
    REFRESH,
    JOURNAL,
    JOURNAL_LOST,
    ROLL_FORWARD,
    ROTATION_WINDOW_LOSS,
    LEADS,
    LEADS_UNREAD,
    LEADS_UNOWNED,
    LEADS_GIVEN_UP,
    WEBHOOK,
    WATCH,
    REVOCATION,
    REPAIRS,
    DEACTIVATIONS,
    DEACTIVATION_CAP_REACHED,
    PROVIDER_HEALTH,
];
