//! The template as this machine would run it, with nothing running: for what is compared with it.

use crate::environment::{self, REGION};
use crate::template::{self, Stack, TemplateError};
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
    let settings = environment::settings(&nowhere, nowhere.as_str(), REGION, nowhere.as_str());
    template::read(&text, &settings)
}
