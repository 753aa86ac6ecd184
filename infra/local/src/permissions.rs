//! The permissions of the template, kept by the embedded AWS: a function that lacks one finds out here, not in a
//! deployment. Every function signs with a key of its own; whoever else calls (the AWS CLI) may do everything.

use crate::template::{Permission, Stack};
use crate::usage::{self, Usage};
use embedded_aws::{AwsError, Call, Service, Target};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The access key with which a function signs: an id that names the function.
pub(crate) fn access_key(package: &str) -> String {
    let name: String = package.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("AKIA{}", name.to_uppercase())
}

/// What every function may do. Empty until the template is read; nobody but the stack itself calls before that.
#[derive(Default)]
pub(crate) struct Permissions {
    rules: OnceLock<Rules>,
    usage: Option<Usage>,
}

struct Rules {
    region: String,
    account: String,
    /// By access key: the function's package and its statements.
    functions: BTreeMap<String, (String, Vec<Permission>)>,
}

impl Permissions {
    /// Permissions whose use is noted.
    pub(crate) fn noted_by(usage: Option<Usage>) -> Self {
        Self { rules: OnceLock::new(), usage }
    }

    /// Takes the permissions of a stack; the first one stands.
    pub(crate) fn set(&self, stack: &Stack, region: &str, account: &str) {
        let functions = stack
            .functions
            .values()
            .map(|function| (access_key(&function.package), (function.package.clone(), function.permissions.clone())))
            .collect();
        self.rules.get_or_init(|| Rules { region: region.to_owned(), account: account.to_owned(), functions });
    }

    /// Refuses a call that the caller's role does not allow.
    pub(crate) fn admit(&self, call: &Call) -> Result<(), AwsError> {
        let Some(rules) = self.rules.get() else { return Ok(()) };
        let Some((package, permissions)) = call.access_key_id.as_ref().and_then(|key| rules.functions.get(key)) else {
            return Ok(());
        };
        for target in &call.targets {
            let action = format!("{}:{}", call.service.iam_prefix(), target.action);
            let arns = rules.arns(call.service, target);
            let Some((allowed, on)) = permissions.iter().find_map(|permission| allows(permission, &action, &arns))
            else {
                let resource = arns.first().map(String::as_str).unwrap_or_default();
                return Err(AwsError::access_denied(format!(
                    "User: {package} is not authorized to perform: {action} on resource: {resource}"
                )));
            };
            if let Some(usage) = &self.usage {
                usage.note(usage::line(package, allowed, on));
            }
        }
        Ok(())
    }
}

impl Rules {
    /// The ARNs that a statement may name it by.
    fn arns(&self, service: Service, target: &Target) -> Vec<String> {
        let name = &target.resource;
        if name.starts_with("arn:") {
            return vec![name.clone()];
        }
        let arn = |rest: String| format!("arn:aws:{}:{}:{}:{rest}", service.iam_prefix(), self.region, self.account);
        match service {
            Service::DynamoDb => vec![arn(format!("table/{name}"))],
            Service::Sqs => vec![arn(name.clone())],
            Service::EventBridge => vec![arn(format!("event-bus/{name}"))],
            // The ARN of a secret ends in six characters that the name does not tell.
            Service::SecretsManager => vec![arn(format!("secret:{name}-??????"))],
        }
    }
}

/// The action and the resource of a statement that allow it.
fn allows<'a>(permission: &'a Permission, action: &str, arns: &[String]) -> Option<(&'a str, &'a str)> {
    let allowed = permission.actions.iter().find(|pattern| matches(pattern, action))?;
    let named = |pattern: &&String| arns.iter().any(|arn| matches(pattern, arn) || matches(arn, pattern));
    Some((allowed, permission.resources.iter().find(named)?))
}

/// `*` stands for any text, `?` for one character.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            text.char_indices().any(|(at, _)| matches(rest, &text[at..])) || matches(rest, "")
        }
        Some('?') => text.chars().next().is_some_and(|first| matches(&pattern[1..], &text[first.len_utf8()..])),
        Some(wanted) => text.strip_prefix(wanted).is_some_and(|rest| matches(&pattern[wanted.len_utf8()..], rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        assert!(matches("arn:*:secret:aura/dev/grants/*", "arn:aws:secret:aura/dev/grants/a/b"));
        assert!(matches("table/aura", "table/aura"));
        assert!(!matches("table/aura", "table/aura/index/due"));
        assert!(matches("keys-??????", "keys-AbCdEf"));
        assert!(!matches("keys-??????", "keys-AbC"));
        assert!(matches("*", ""));
    }

    #[test]
    fn the_key_of_a_function_names_it() {
        assert_eq!(access_key("sync-worker"), "AKIASYNCWORKER");
    }
}
