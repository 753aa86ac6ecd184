//! What can be wrong with a template, said so that a person finds the place.

use std::path::PathBuf;

/// The template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("the template {path} cannot be read: {source}")]
    Unreadable {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// It is not YAML.
    #[error("the template is not valid YAML: {0}")]
    Yaml(String),
    /// It says something that this stack does not know.
    #[error("template{}: {path}: {problem}", line.map(|line| format!(" line {line}")).unwrap_or_default())]
    At {
        /// The line of the resource, when it is about one.
        line: Option<usize>,
        /// The path inside the document, like `Resources.SyncQueue.Properties.QueueName`.
        path: String,
        /// What is wrong.
        problem: String,
    },
}

impl TemplateError {
    pub(super) fn at(path: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::At { line: None, path: path.into(), problem: problem.into() }
    }

    /// The same error with the line where the resource it is about begins.
    pub(super) fn located(self, text: &str) -> Self {
        match self {
            Self::At { line: None, path, problem } => {
                let line = path.strip_prefix("Resources.").and_then(|rest| line_of(text, rest));
                Self::At { line, path, problem }
            }
            other => other,
        }
    }
}

/// Logical ids are the keys two spaces deep: the parser keeps no positions, so the text is asked.
fn line_of(text: &str, rest: &str) -> Option<usize> {
    let logical = rest.split('.').next()?;
    let key = format!("{logical}:");
    text.lines().position(|line| line.starts_with(' ') && line.trim_start().starts_with(&key)).map(|at| at + 1)
}
