//! What functions find in their environment, and what the template's parameters are on this machine.

use crate::permissions::access_key;
use crate::template::{FunctionSpec, Settings};
use shared::config::Vars;
use std::collections::{BTreeMap, HashMap};
use url::Url;

/// The region that the stack pretends to be in.
pub(crate) const REGION: &str = "eu-central-1";

/// The AWS account that the stack pretends to be.
pub(crate) const ACCOUNT: &str = "000000000000";

/// The public client of the page.
pub(crate) const WEB_CLIENT: &str = "aura-web";

/// The audience of the members' tokens.
pub(crate) const AUDIENCE: &str = "aura-integrations";

/// The person's own variables that functions get: another provider than the sandbox.
const PROVIDER_URLS: [&str; 11] = [
    "GOOGLE_AUTH_URL",
    "GOOGLE_TOKEN_URL",
    "GOOGLE_REVOKE_URL",
    "GOOGLE_USERINFO_URL",
    "GOOGLE_CALENDAR_URL",
    "FACEBOOK_DIALOG_URL",
    "FACEBOOK_GRAPH_URL",
    "FACEBOOK_GRAPH_VERSION",
    "FACEBOOK_LOGIN_CONFIG",
    "TIKTOK_AUTH_URL",
    "TIKTOK_API_URL",
];

/// The values of the template's parameters, given as in a deployment.
fn parameters(api: &Url, issuer: &str) -> BTreeMap<String, String> {
    let api = api.as_str().trim_end_matches('/');
    let same_machine = api.replace("127.0.0.1", "localhost");
    [
        ("Stage", "local".to_owned()),
        ("WebOrigins", format!("{api},{same_machine}")),
        ("ReturnPageUrl", format!("{api}/assets/return.html")),
        ("RedirectBaseUrl", api.to_owned()),
        ("IssuerUrl", issuer.to_owned()),
        ("Audience", AUDIENCE.to_owned()),
        ("WebClientId", WEB_CLIENT.to_owned()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// What the template is read with on this machine: the API and its issuer, the region, and where AWS answers.
pub(crate) fn settings(api: &Url, issuer: &str, region: &str, aws_endpoint: &str) -> Settings {
    Settings {
        parameters: parameters(api, issuer),
        region: region.to_owned(),
        account: ACCOUNT.to_owned(),
        aws_endpoint: aws_endpoint.to_owned(),
        api_endpoint: api.as_str().trim_end_matches('/').to_owned(),
        secret_arns: BTreeMap::new(),
    }
}

/// How AWS is reached: the endpoint, and the person's own credentials when the endpoint is theirs.
pub(crate) struct AwsAccess {
    pub(crate) endpoint: String,
    pub(crate) credentials: Option<[(&'static str, String); 3]>,
    pub(crate) region: String,
}

impl AwsAccess {
    /// The embedded AWS, or the one that the person named.
    pub(crate) fn of(endpoint: String, person: &Vars, theirs: bool) -> Self {
        let text = |name| person.get(name).unwrap_or_default().to_owned();
        let credentials = person.get("AWS_ACCESS_KEY_ID").filter(|_| theirs).map(|key| {
            [
                ("AWS_ACCESS_KEY_ID", key.to_owned()),
                ("AWS_SECRET_ACCESS_KEY", text("AWS_SECRET_ACCESS_KEY")),
                ("AWS_SESSION_TOKEN", text("AWS_SESSION_TOKEN")),
            ]
        });
        let region = person.get("AWS_REGION").filter(|_| theirs).unwrap_or(REGION).to_owned();
        Self { endpoint, credentials, region }
    }

    /// The variables of a caller, which signs with a key of its own.
    pub(crate) fn vars(&self, caller: &str) -> HashMap<String, String> {
        let mut vars = HashMap::from([
            ("AWS_REGION".to_owned(), self.region.clone()),
            ("AWS_ENDPOINT_URL".to_owned(), self.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID".to_owned(), access_key(caller)),
            ("AWS_SECRET_ACCESS_KEY".to_owned(), "local".to_owned()),
        ]);
        vars.extend(self.credentials.iter().flatten().map(|(name, value)| ((*name).to_owned(), value.clone())));
        vars
    }
}

/// The environment of one function: the template's, and what Lambda adds.
pub(crate) fn of(function: &FunctionSpec, aws: &AwsAccess, sandbox: &HashMap<String, String>, person: &Vars) -> Vars {
    let mut vars: HashMap<String, String> = function.environment.clone().into_iter().collect();
    vars.extend(aws.vars(&function.package));
    vars.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), function.name.clone());
    vars.insert("AWS_LAMBDA_FUNCTION_MEMORY_SIZE".to_owned(), function.memory.to_string());
    vars.extend(sandbox.clone());
    let own = PROVIDER_URLS.into_iter().filter_map(|name| Some((name.to_owned(), person.get(name)?.to_owned())));
    vars.extend(own);
    Vars::new(vars)
}
