//! How a stack is started, and why that can fail.

use crate::functions::{self, Functions};
use crate::template::TemplateError;
use crate::usage::Usage;
use shared::clock::{SharedClock, SystemClock};
use shared::config::{ConfigError, Vars};
use shared::entry::Wires;
use shared::entry::log::LineSink;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// This package in its repository; the template lies beside it.
const PACKAGE: &str = env!("CARGO_MANIFEST_DIR");

/// Where the stack keeps what should survive it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nowhere.
    Memory,
    /// In this folder.
    Folder(PathBuf),
}

/// How to start a stack. The default is one for tests: free ports, nothing kept, schedules by hand only.
#[derive(Clone)]
pub struct Options {
    /// Port of the API and the page; 0 picks a free one.
    pub port: u16,
    /// Port of the AWS endpoint.
    pub aws_port: u16,
    /// Port of the sandbox.
    pub sandbox_port: u16,
    /// Where things are kept.
    pub data: Data,
    /// Whether what was kept is forgotten first.
    pub fresh: bool,
    /// The template file.
    pub template: PathBuf,
    /// The time.
    pub clock: SharedClock,
    /// The code of the functions.
    pub functions: Functions,
    /// The functions' ways out; tests put faults in.
    pub wires: Wires,
    /// The environment of the person: `AWS_ENDPOINT_URL`, `GOOGLE_*`, `FACEBOOK_*`, `TIKTOK_*`.
    pub person: Vars,
    /// Whether `AWS_ENDPOINT_URL` may lead off this machine.
    pub allow_remote_aws: bool,
    /// Whether schedules run by the clock.
    pub schedules: bool,
    /// Where the functions' log lines go.
    pub log: Arc<dyn LineSink>,
    /// Who notes what is used of the template.
    pub usage: Option<Usage>,
    /// The seed of the sandbox's events.
    pub sandbox_seed: u64,
    /// About how many events each account of the sandbox has.
    pub sandbox_events: usize,
}

struct Silence;

impl LineSink for Silence {
    fn line(&self, _: &str) {}
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            aws_port: 0,
            sandbox_port: 0,
            data: Data::Memory,
            fresh: false,
            template: Path::new(PACKAGE).with_file_name("template.yaml"),
            clock: Arc::new(SystemClock),
            functions: functions::all(),
            wires: Wires::default(),
            person: Vars::default(),
            allow_remote_aws: false,
            schedules: false,
            log: Arc::new(Silence),
            usage: None,
            sandbox_seed: 1,
            sandbox_events: 3_000,
        }
    }
}

/// Why a stack does not start, in words for the person who started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A port is taken.
    #[error("port {port} for {what} cannot be opened: {source}. Stop what uses it, or choose another with {flag}")]
    Port {
        /// The port.
        port: u16,
        /// What it is for.
        what: &'static str,
        /// The flag that changes it.
        flag: &'static str,
        /// Why not.
        source: std::io::Error,
    },
    /// The data folder cannot be used.
    #[error("the data folder {} cannot be used: {source}", path.display())]
    Data {
        /// The folder, or what in it.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Another stack has the data folder.
    #[error("the data folder {} is used by another local stack; stop it, or choose another folder with --data", path.display())]
    DataInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The embedded AWS cannot use what it kept.
    #[error("the embedded AWS does not open: {0}")]
    Embedded(#[from] embedded_aws::OpenError),
    /// The sandbox cannot use what it kept.
    #[error("the sandbox's state {} is not readable; start with --fresh", path.display())]
    SandboxState {
        /// The file.
        path: PathBuf,
    },
    /// The template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Tokens would be refused.
    #[error(
        "the template's authorizer trusts {found}, not this stack's issuer {issuer}; is IssuerUrl a parameter of it?"
    )]
    Issuer {
        /// What the template says.
        found: String,
        /// What the local issuer is.
        issuer: String,
    },
    /// The signing key cannot be used.
    #[error(transparent)]
    Key(#[from] crate::issuer::KeyError),
    /// A client at a provider needs both.
    #[error("{given} is set without {missing}; set both for the real provider, or none for the sandbox")]
    HalfAClient {
        /// Which one is there.
        given: &'static str,
        /// Which one is not.
        missing: &'static str,
    },
    /// The AWS endpoint of the person is somewhere else.
    #[error("AWS_ENDPOINT_URL leads off this machine ({0}); add --allow-remote-aws if that is meant")]
    RemoteAws(String),
    /// A resource could not be made.
    #[error("{what} could not be made: {why}")]
    Provision {
        /// Which resource.
        what: String,
        /// What AWS said.
        why: String,
    },
    /// What was kept belongs to another template.
    #[error(
        "the table {0} was made by an older template; start with --fresh, or keep the data and go back to that template"
    )]
    OldTable(String),
    /// A function of the template is not in this program.
    #[error("the template has a function {0} that this program has no code for")]
    NoCode(String),
    /// A function cannot be built.
    #[error("the function {function} cannot start: {source}")]
    Function {
        /// The package.
        function: String,
        /// What is missing.
        source: ConfigError,
    },
    /// The local stack's own configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
}
