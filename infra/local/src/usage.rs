//! What of the template was ever used: permissions that a call needed, comparisons of metric filters that a line met.
//! What a whole run of the tests never met is too much, or a test is missing. Stacks note what they met
//! (`Options::usage`); `examples/unused.rs` compares.

use crate::template::{Filter, Permission, Stack};
use serde_json::Value;
use shared::entry::log::LineSink;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The file that every process of a test run adds to.
const FILE: &str = "used.txt";

/// Notes what a stack uses of its template, each once.
#[derive(Clone)]
pub struct Usage {
    file: Arc<File>,
    noted: Arc<Mutex<BTreeSet<String>>>,
}

impl Usage {
    /// Adds to the notes in a folder.
    ///
    /// # Errors
    /// The folder or its file cannot be written.
    pub fn noted_in(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = OpenOptions::new().create(true).append(true).open(folder.join(FILE))?;
        Ok(Self { file: Arc::new(file), noted: Arc::default() })
    }

    /// What was noted in a folder.
    ///
    /// # Errors
    /// There are no notes, or they cannot be read.
    pub fn in_folder(folder: &Path) -> io::Result<BTreeSet<String>> {
        Ok(std::fs::read_to_string(folder.join(FILE))?.lines().map(str::to_owned).collect())
    }

    /// Notes a line of [`allowed`] or [`compared`].
    pub(crate) fn note(&self, met: String) {
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.insert(met.clone()) {
            // One write per line: lines of processes that run beside each other do not mix. A note that is lost shows
            // as something that nobody met.
            let _ = (&*self.file).write_all(format!("{met}\n").as_bytes());
        }
    }
}

/// Every permission of a template's functions, one line for each: function, action, resource.
pub fn allowed(stack: &Stack) -> BTreeSet<String> {
    let functions = stack.functions.values();
    let statements = functions.flat_map(|function| function.permissions.iter().map(move |one| (function, one)));
    statements.flat_map(|(function, statement)| lines(&function.package, statement)).collect()
}

fn lines(package: &str, statement: &Permission) -> Vec<String> {
    let pairs = statement.actions.iter().flat_map(|action| statement.resources.iter().map(move |one| (action, one)));
    pairs.map(|(action, resource)| line(package, action, resource)).collect()
}

/// A permission as it is noted. Neither the account nor the six characters that a secret's ARN ends in are part of it.
pub(crate) fn line(package: &str, action: &str, resource: &str) -> String {
    let name = resource.splitn(6, ':').nth(5).unwrap_or(resource);
    let name = match name.rsplit_once('-') {
        Some((secret, random)) if name.starts_with("secret:") && random.len() == 6 => secret,
        _ => name,
    };
    format!("{package} {action} {name}")
}

/// Every comparison of a template's metric filters, one line for each.
pub fn compared(filters: &[Filter]) -> BTreeSet<String> {
    let of = |filter: &Filter| -> Vec<String> { filter.terms().into_iter().map(|term| met(filter, term)).collect() };
    filters.iter().flat_map(of).collect()
}

fn met(filter: &Filter, term: &str) -> String {
    format!("{} {term}", filter.name)
}

/// Notes which filters a line passes, and hands it on.
pub(crate) struct Filtered {
    pub(crate) filters: Vec<Filter>,
    pub(crate) usage: Usage,
    pub(crate) next: Arc<dyn LineSink>,
}

impl LineSink for Filtered {
    fn line(&self, line: &str) {
        if let Ok(read) = serde_json::from_str::<Value>(line) {
            for filter in &self.filters {
                let terms = filter.terms_of(&read).unwrap_or_default();
                terms.into_iter().for_each(|term| self.usage.note(met(filter, term)));
            }
        }
        self.next.line(line);
    }
}
