//! The template as this machine would run it, with nothing running: for what is compared with it.

use crate::environment::{self, ACCOUNT, REGION};
use crate::template::{self, Stack, TemplateError};
use std::collections::BTreeMap;
use std::path::Path;
use url::Url;

/// Reads a template with this machine's parameters and addresses at which nobody is.
///
/// # Errors
/// It is not there, or is no template that the local stack can run.
pub fn declared(template: &Path) -> Result<Stack, TemplateError> {
    let text = std::fs::read_to_string(template)
        .map_err(|source| TemplateError::Unreadable { path: template.to_owned(), source })?;
    let nowhere = Url::parse("http://127.0.0.1:1").expect("a URL");
    let settings = template::Settings {
        parameters: environment::parameters(&nowhere, nowhere.as_str()),
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        aws_endpoint: nowhere.to_string(),
        api_endpoint: nowhere.as_str().trim_end_matches('/').to_owned(),
        secret_arns: BTreeMap::new(),
    };
    template::read(&text, &settings)
}
