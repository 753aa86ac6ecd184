//! The data folder: one stack at a time, and only its own files.

use crate::options::StartError;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A data folder that this stack has claimed.
#[derive(Debug)]
pub(crate) struct DataFolder {
    root: PathBuf,
    /// Held open: it is the claim.
    _lock: File,
}

impl DataFolder {
    /// Makes the folder and claims it.
    pub(crate) fn claim(root: &Path, fresh: bool) -> Result<Self, StartError> {
        let failed = |source| StartError::Data { path: root.to_owned(), source };
        if root.is_file() {
            return Err(failed(std::io::Error::other("it is a file, not a folder")));
        }
        // Tokens are kept here, sealed, beside the keys that open them: for the owner only.
        DirBuilder::new().recursive(true).mode(0o700).create(root).map_err(failed)?;
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(root.join("lock")).map_err(failed)?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StartError::DataInUse { path: root.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        let folder = Self { root: root.to_owned(), _lock: lock };
        if fresh {
            folder.forget().map_err(failed)?;
        }
        Ok(folder)
    }

    /// The embedded AWS's own folder.
    pub(crate) fn aws(&self) -> PathBuf {
        self.root.join("aws")
    }

    /// The issuer's key.
    pub(crate) fn issuer_key(&self) -> PathBuf {
        self.root.join("issuer-key.pem")
    }

    /// The sandbox's state.
    pub(crate) fn sandbox(&self) -> PathBuf {
        self.root.join("sandbox.json")
    }

    /// Removes what this stack writes and nothing else: `--data` may name any folder.
    fn forget(&self) -> std::io::Result<()> {
        ignore_missing(std::fs::remove_dir_all(self.aws()))?;
        ignore_missing(std::fs::remove_file(self.issuer_key()))?;
        ignore_missing(std::fs::remove_file(self.sandbox()))
    }
}

fn ignore_missing(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
