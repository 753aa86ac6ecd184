//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
Aura Integrations on this machine: the API, the page, AWS and the providers' imitations, in one process.

Usage: cargo run [-- OPTIONS]

Options:
  --port PORT           the API and the page       [default: 8787; 0 picks a free one]
  --aws-port PORT       the AWS endpoint           [default: 4566]
  --sandbox-port PORT   the providers' imitations  [default: 8788]
  --data DIR            where things are kept      [default: .local]
  --fresh               forget what was kept
  --allow-remote-aws    let AWS_ENDPOINT_URL lead off this machine
  --help                this text

Environment:
  GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET   talk to the real Google instead of the sandbox
  FACEBOOK_CLIENT_ID, FACEBOOK_CLIENT_SECRET, FACEBOOK_VERIFY_TOKEN
                                           talk to the real Facebook instead of the sandbox
  TIKTOK_CLIENT_ID, TIKTOK_CLIENT_SECRET   talk to the real TikTok instead of the sandbox
  AWS_ENDPOINT_URL                         use another AWS than the embedded one
";

/// What the person asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The help text.
    Help,
    /// A stack.
    Run(Flags),
}

/// The flags of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flags {
    /// `--port`
    pub port: u16,
    /// `--aws-port`
    pub aws_port: u16,
    /// `--sandbox-port`
    pub sandbox_port: u16,
    /// `--data`
    pub data: PathBuf,
    /// `--fresh`
    pub fresh: bool,
    /// `--allow-remote-aws`
    pub allow_remote_aws: bool,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            port: 8787,
            aws_port: 4566,
            sandbox_port: 8788,
            data: PathBuf::from(".local"),
            fresh: false,
            allow_remote_aws: false,
        }
    }
}

/// The command line makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UsageError {
    /// An unknown flag.
    #[error("there is no option {0}; --help lists them all")]
    Unknown(String),
    /// A flag without its value.
    #[error("{0} needs a value")]
    Missing(String),
    /// A port that is none.
    #[error("{flag} {value}: a port is a number from 0 to 65535")]
    Port {
        /// The flag.
        flag: String,
        /// What was given.
        value: String,
    },
}

/// Reads the arguments, the program's name left out. `--flag value` and `--flag=value` are the same.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command, UsageError> {
    let mut flags = Flags::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let (flag, attached) = match argument.split_once('=') {
            Some((flag, value)) => (flag.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value =
            || attached.clone().or_else(|| arguments.next()).ok_or_else(|| UsageError::Missing(flag.clone()));
        match flag.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--port" => flags.port = port(&flag, value()?)?,
            "--aws-port" => flags.aws_port = port(&flag, value()?)?,
            "--sandbox-port" => flags.sandbox_port = port(&flag, value()?)?,
            "--data" => flags.data = PathBuf::from(value()?),
            "--fresh" if attached.is_none() => flags.fresh = true,
            "--allow-remote-aws" if attached.is_none() => flags.allow_remote_aws = true,
            _ => return Err(UsageError::Unknown(flag)),
        }
    }
    Ok(Command::Run(flags))
}

fn port(flag: &str, value: String) -> Result<u16, UsageError> {
    value.parse().map_err(|_| UsageError::Port { flag: flag.to_owned(), value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Command, UsageError> {
        parse(arguments.iter().map(|argument| (*argument).to_owned()))
    }

    #[test]
    fn without_flags_the_ports_are_those_of_the_contract() {
        let Ok(Command::Run(flags)) = parsed(&[]) else { panic!("no flags are fine") };
        assert_eq!((flags.port, flags.aws_port, flags.sandbox_port), (8787, 4566, 8788));
        assert_eq!(flags.data, PathBuf::from(".local"));
    }

    #[test]
    fn a_value_may_follow_or_be_attached() {
        let Ok(Command::Run(flags)) = parsed(&["--port=0", "--data", "x y", "--fresh", "--allow-remote-aws"]) else {
            panic!("these flags are fine")
        };
        assert_eq!((flags.port, flags.data), (0, PathBuf::from("x y")));
        assert!(flags.fresh && flags.allow_remote_aws);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(parsed(&["--fresh=yes"]), Err(UsageError::Unknown("--fresh".to_owned())));
        assert_eq!(parsed(&["serve"]), Err(UsageError::Unknown("serve".to_owned())));
        assert_eq!(parsed(&["--data"]), Err(UsageError::Missing("--data".to_owned())));
        assert_eq!(parsed(&["--help"]), Ok(Command::Help));
    }
}
