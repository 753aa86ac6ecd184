//! A row as a lead.

use super::super::questions::squash;
use super::rows::{Entry, Row};
use crate::contract::Pulled;
use crate::error::ProviderError;
use domain::failure::FailureClass;
use domain::lead::{Answer, Form, RawLead};
use std::collections::HashMap;

/// The entry as it is handed on. `keys` has the key of a question by its squashed key or label; a question that is not
/// among them keeps the name that the file has for it.
pub(super) fn lead(entry: Entry, form: &Form, keys: &HashMap<String, String>) -> Pulled {
    match entry {
        Entry::Lead(row) => Pulled::Lead(raw(row, form, keys)),
        Entry::Unreadable { id, .. } => {
            Pulled::Unreadable { id, error: ProviderError::new(FailureClass::PermanentRecord, "unreadable_lead") }
        }
    }
}

fn raw(row: Row, form: &Form, keys: &HashMap<String, String>) -> RawLead {
    let mut answers: Vec<Answer> = Vec::new();
    for (header, value) in row.answers {
        let key = keys.get(&squash(&header)).cloned().unwrap_or(header);
        match answers.iter_mut().find(|answer| answer.key == key) {
            Some(answer) => answer.values.push(value),
            None => answers.push(Answer { key, values: vec![value] }),
        }
    }
    let (id, created, source, test) = (row.id, row.created, row.source, row.test);
    RawLead { id, form: form.id().to_owned(), created, answers, source, test }
}
