//! The archive around a file that is too long to be sent as it is.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// An archive with this one file; `None` if it cannot be made, which memory alone could prevent.
pub(crate) fn zip(name: &str, content: &[u8]) -> Option<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    archive.start_file(name, options).ok()?;
    archive.write_all(content).ok()?;
    archive.finish().ok().map(Cursor::into_inner)
}
