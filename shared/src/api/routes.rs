//! Every route of the API: who may call it and which function answers.

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Any member of the account.
    Member,
    /// A Channels Administrator.
    Admin,
}

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path with `{parameters}`, as in the template.
    pub path: &'static str,
    /// The function that answers: its folder in `functions/`.
    pub function: &'static str,
    /// Who may call it.
    pub access: Access,
    /// One line for the document.
    pub summary: &'static str,
}

const fn route(
    method: &'static str,
    path: &'static str,
    function: &'static str,
    access: Access,
    summary: &'static str,
) -> Route {
    Route { method, path, function, access, summary }
}

/// The catalogue.
pub const LIST: Route = route("GET", "/integrations", "list", Access::Member, "The catalogue with what is connected");
/// One integration.
pub const GET: Route = route("GET", "/integrations/{provider}", "get", Access::Admin, "One integration in full");
/// Create.
pub const CREATE: Route = route("POST", "/integrations", "create", Access::Admin, "Create an integration");
/// Start a connect or reconnect.
pub const CONNECT: Route =
    route("POST", "/integrations/{provider}/connect", "connect", Access::Admin, "Start to connect or reconnect");
/// Where the provider sends the browser back to.
pub const CALLBACK: Route =
    route("GET", "/oauth/callback/{provider}", "oauth-callback", Access::Public, "The provider's answer to a consent");
/// Finish a connect.
pub const COMPLETE: Route =
    route("POST", "/oauth/complete", "oauth-complete", Access::Admin, "Finish to connect, by the member who started");
/// What can be chosen.
pub const OPTIONS: Route = route(
    "GET",
    "/integrations/{provider}/options/{resource}",
    "options",
    Access::Admin,
    "What can be chosen in the settings",
);
/// Change the settings.
pub const SETTINGS: Route =
    route("PATCH", "/integrations/{provider}/settings", "settings", Access::Admin, "Change the settings");
/// Pause.
pub const PAUSE: Route =
    route("POST", "/integrations/{provider}/pause", "pause", Access::Admin, "Stop syncing until it is resumed");
/// Resume.
pub const RESUME: Route = route("POST", "/integrations/{provider}/resume", "resume", Access::Admin, "Sync again");
/// Disconnect.
pub const DISCONNECT: Route = route(
    "POST",
    "/integrations/{provider}/disconnect",
    "disconnect",
    Access::Admin,
    "Give the grant back, keep configuration and history",
);
/// Delete.
pub const DELETE: Route =
    route("DELETE", "/integrations/{provider}", "delete", Access::Admin, "Delete an integration and all that is its");
/// Test the connection.
pub const TEST: Route =
    route("POST", "/integrations/{provider}/test", "test", Access::Admin, "Test the connection at once");
/// Sync now.
pub const SYNC: Route = route("POST", "/integrations/{provider}/sync", "sync", Access::Admin, "Sync now");
/// The runs.
pub const RUNS: Route = route("GET", "/integrations/{provider}/runs", "runs", Access::Admin, "The run history");
/// One run.
pub const RUN: Route = route("GET", "/integrations/{provider}/runs/{run}", "runs", Access::Admin, "One run");
/// The history.
pub const HISTORY: Route =
    route("GET", "/integrations/{provider}/history", "history", Access::Admin, "What happened to the integration");
/// The synced records.
pub const RECORDS: Route =
    route("GET", "/integrations/{provider}/records", "records", Access::Member, "The synced records");
/// Put an appointment.
pub const PUT_EVENT: Route = route(
    "PUT",
    "/integrations/{provider}/events/{id}",
    "write-event",
    Access::Member,
    "Make or change an appointment in the calendar",
);
/// Cancel an appointment.
pub const CANCEL_EVENT: Route = route(
    "DELETE",
    "/integrations/{provider}/events/{id}",
    "write-event",
    Access::Member,
    "Cancel an appointment in the calendar",
);
/// What is not written yet.
pub const WRITES: Route = route(
    "GET",
    "/integrations/{provider}/events/writes",
    "write-event",
    Access::Member,
    "Changes of appointments that the provider does not have yet",
);
/// What a mapping makes of a lead.
pub const PREVIEW: Route = route(
    "POST",
    "/integrations/{provider}/mapping/preview",
    "preview",
    Access::Admin,
    "What a mapping makes of a lead; changes nothing",
);
/// Ask for a test lead.
pub const TEST_LEAD: Route = route(
    "POST",
    "/integrations/{provider}/test-lead",
    "test-lead",
    Access::Admin,
    "Make the provider send a test lead",
);
/// The figures of forms.
pub const RECONCILIATION: Route = route(
    "GET",
    "/integrations/{provider}/reconciliation",
    "reconciliation",
    Access::Admin,
    "How the leads of each form came, and whether any is missing",
);
/// Whether the address of deliveries is ours.
pub const HANDSHAKE: Route =
    route("GET", "/webhooks/{provider}", "webhook", Access::Public, "A provider asks whether the address is ours");
/// What a provider tells.
pub const WEBHOOK: Route = route(
    "POST",
    "/webhooks/{provider}",
    "webhook",
    Access::Public,
    "A delivery of a provider, verified by its own means",
);
/// Facebook tells that a person removed the application.
pub const DEAUTHORIZE: Route = route(
    "POST",
    "/webhooks/facebook/deauthorize",
    "facebook-callbacks",
    Access::Public,
    "Facebook tells that a person removed the application; signed by its secret",
);
/// Facebook tells that a person wants their data deleted.
pub const DELETION: Route = route(
    "POST",
    "/webhooks/facebook/deletion",
    "facebook-callbacks",
    Access::Public,
    "Facebook tells that a person wants their data deleted; signed by its secret",
);
/// How far such a deletion is.
pub const DELETION_STATE: Route = route(
    "GET",
    "/webhooks/facebook/deletion/{code}",
    "facebook-callbacks",
    Access::Public,
    "How far a deletion is, for the person who asked for it",
);
/// The page.
pub const PAGE: Route = route("GET", "/", "console", Access::Public, "The reference page");
/// The page's files.
pub const ASSETS: Route = route("GET", "/assets/{proxy+}", "console", Access::Public, "The page's files");
/// The OpenAPI document.
pub const OPENAPI: Route = route("GET", "/openapi.json", "console", Access::Public, "This document");

/// Every route.
pub const ALL: [Route; 32] = [
    LIST,
    GET,
    CREATE,
    DELETE,
    CONNECT,
    CALLBACK,
    COMPLETE,
    OPTIONS,
    SETTINGS,
    PAUSE,
    RESUME,
    DISCONNECT,
    TEST,
    SYNC,
    RUNS,
    RUN,
    HISTORY,
    RECORDS,
    PUT_EVENT,
    CANCEL_EVENT,
    WRITES,
    PREVIEW,
    TEST_LEAD,
    RECONCILIATION,
    HANDSHAKE,
    WEBHOOK,
    DEAUTHORIZE,
    DELETION,
    DELETION_STATE,
    PAGE,
    ASSETS,
    OPENAPI,
];
