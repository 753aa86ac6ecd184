//! Secrets Manager, with the semantics that fenced credentials rely on: a version is named by its
//! `ClientRequestToken`, labels move in the open, and a name in deletion cannot be used again.
//!
//! Rules from the API reference of AWS Secrets Manager (2017-10-17).

mod create;
mod delete;
mod disk;
mod ids;
mod list;
mod model;
mod operations;
mod read;
mod stages;
mod write;

use crate::options::{Clock, OpenError, Options};
use crate::{AwsError, random};
use disk::Disk;
use model::{Secret, SecretData};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

type ByName = BTreeMap<String, Secret>;

/// The secrets. Cloning is cheap and gives the same secrets.
#[derive(Clone)]
pub struct Secrets {
    inner: Arc<Inner>,
}

struct Inner {
    secrets: Mutex<ByName>,
    disk: Option<Disk>,
    clock: Clock,
    arn_prefix: String,
}

impl Secrets {
    pub(crate) fn open(data: Option<&Path>, options: &Options) -> Result<Self, OpenError> {
        let disk = data.map(|folder| Disk::open(&folder.join("secrets"))).transpose()?;
        let secrets = disk.as_ref().map(Disk::load).transpose()?.unwrap_or_default();
        let inner = Inner {
            secrets: Mutex::new(secrets),
            disk,
            clock: Arc::clone(&options.clock),
            arn_prefix: format!("arn:aws:secretsmanager:{}:{}:secret:", options.region, options.account_id),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The current value of a secret that holds text; `None` if there is no such secret or value.
    pub fn value(&self, id: &str) -> Option<String> {
        let secrets = self.lock();
        let secret = ids::find(&secrets, id).filter(|secret| secret.deletion_ms.is_none())?;
        match &secret.holder(stages::CURRENT)?.value {
            SecretData::Text(text) => Some(text.clone()),
            SecretData::Binary(_) => None,
        }
    }

    /// Creates the secret if its name is free; answers whether it did.
    ///
    /// # Errors
    /// The name or value is invalid, the name is in deletion, or the disk failed.
    pub fn ensure(&self, name: &str, value: &str) -> Result<bool, AwsError> {
        let created = create::create(self, create::Create::of(name, value));
        match created {
            Ok(_) => Ok(true),
            Err(error) if error.code == "ResourceExistsException" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Makes `value` the current one of the secret, creating the secret if need be. A value that is
    /// current already is left as it is.
    ///
    /// # Errors
    /// As [`Secrets::ensure`].
    pub fn put(&self, name: &str, value: &str) -> Result<(), AwsError> {
        if self.value(name).as_deref() == Some(value) || self.ensure(name, value)? {
            return Ok(());
        }
        let value = SecretData::Text(value.to_owned());
        let now = self.now_ms();
        self.change(name, |secret| write::put(secret, random::uuid(), value, &[], now).map(drop))
    }

    /// The names of all secrets, those in deletion included.
    pub fn names(&self) -> Vec<String> {
        self.lock().keys().cloned().collect()
    }

    fn now_ms(&self) -> i64 {
        (self.inner.clock)().timestamp_millis()
    }

    /// The secrets as of now: those whose deletion window has passed are gone.
    fn lock(&self) -> MutexGuard<'_, ByName> {
        // A panic under the lock leaves the map as it was: every change replaces one whole entry at its end.
        let mut secrets = self.inner.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now_ms();
        let gone: Vec<String> =
            secrets.values().filter(|secret| secret.is_gone(now)).map(|secret| secret.name.clone()).collect();
        for name in gone {
            self.forget(&mut secrets, &name);
        }
        secrets
    }

    /// Edits a copy of a secret; only what is on disk becomes visible.
    fn change<T>(&self, id: &str, edit: impl FnOnce(&mut Secret) -> Result<T, AwsError>) -> Result<T, AwsError> {
        let mut secrets = self.lock();
        let mut secret = ids::find(&secrets, id).ok_or_else(ids::not_found)?.clone();
        let outcome = edit(&mut secret)?;
        self.keep(&mut secrets, secret)?;
        Ok(outcome)
    }

    fn keep(&self, secrets: &mut ByName, secret: Secret) -> Result<(), AwsError> {
        if let Some(disk) = &self.inner.disk {
            disk.store(&secret).map_err(AwsError::internal)?;
        }
        secrets.insert(secret.name.clone(), secret);
        Ok(())
    }

    /// A file that cannot be removed does no harm: its secret is still past its window after a restart.
    fn forget(&self, secrets: &mut ByName, name: &str) {
        secrets.remove(name);
        if let Some(disk) = &self.inner.disk {
            disk.remove(name);
        }
    }
}
