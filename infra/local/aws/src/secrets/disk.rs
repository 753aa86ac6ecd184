//! One file per secret, readable by its owner only, replaced atomically.

use super::ByName;
use super::model::Secret;
use crate::{OpenError, folder};
use ring::digest;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    pub(super) fn open(folder: &Path) -> Result<Self, OpenError> {
        folder::make_private(folder).map_err(|source| OpenError::Folder { path: folder.to_owned(), source })?;
        Ok(Self { folder: folder.to_owned() })
    }

    pub(super) fn load(&self) -> Result<ByName, OpenError> {
        let unusable = |source| OpenError::Folder { path: self.folder.clone(), source };
        let mut secrets = ByName::new();
        for entry in fs::read_dir(&self.folder).map_err(unusable)? {
            let path = entry.map_err(unusable)?.path();
            // A file without this ending was being written when the process died: it never counted.
            if path.extension().is_some_and(|extension| extension == "json") {
                let secret = load_one(&path)?;
                secrets.insert(secret.name.clone(), secret);
            }
        }
        Ok(secrets)
    }

    /// Written beside, synced, then renamed: a crash leaves the old file or the new one.
    pub(super) fn store(&self, secret: &Secret) -> io::Result<()> {
        let path = self.path(&secret.name);
        let beside = path.with_extension("new");
        let mut file = create_private(&beside)?;
        file.write_all(&serde_json::to_vec(secret)?)?;
        file.sync_all()?;
        fs::rename(&beside, &path)?;
        File::open(&self.folder)?.sync_all()
    }

    pub(super) fn remove(&self, name: &str) {
        // The caller says why a failure does no harm.
        let _ = fs::remove_file(self.path(name));
    }

    /// Names hold slashes and may be long, so the file is named by a hash.
    fn path(&self, name: &str) -> PathBuf {
        let hash = digest::digest(&digest::SHA256, name.as_bytes());
        self.folder.join(format!("{}.json", hex::encode(hash)))
    }
}

fn load_one(path: &Path) -> Result<Secret, OpenError> {
    let bytes = fs::read(path).map_err(|source| OpenError::Folder { path: path.to_owned(), source })?;
    // Only the place of the mistake: serde's own message could quote the value.
    let reason = |error: serde_json::Error| format!("not a secret, line {} column {}", error.line(), error.column());
    serde_json::from_slice(&bytes).map_err(|error| OpenError::Damaged { path: path.to_owned(), reason: reason(error) })
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}
