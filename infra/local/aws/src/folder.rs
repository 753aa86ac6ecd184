//! The data folder: made private to its owner, and held by one process at a time.

use crate::OpenError;
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::path::Path;

/// Makes the folder, checks that it can be written, and takes its lock. The lock is held for as long as
/// the file is open, so a killed process leaves none behind.
pub(crate) fn claim(folder: &Path) -> Result<File, OpenError> {
    let refused = |source| OpenError::Folder { path: folder.to_owned(), source };
    make_private(folder).map_err(refused)?;
    let lock = File::create(folder.join("lock")).map_err(refused)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(refused(source)),
    }
}

/// Makes a folder that only its owner may enter. One that exists keeps its mode: it may be the person's.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
