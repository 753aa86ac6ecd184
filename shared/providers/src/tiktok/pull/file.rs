//! What a download brings: one CSV, several in an archive, or a refusal that is no envelope of the API.

use super::super::calls::envelope;
use super::super::errors::{not_reached, unreadable_answer};
use super::task::{State, refused};
use crate::error::ProviderError;
use bytes::Bytes;
use domain::failure::FailureClass;
use http::Response;
use http::header::CONTENT_TYPE;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What the files of an archive come to at most, in bytes. TikTok packs what is over 10 MB.
const MOST_UNPACKED: u64 = 64 * 1024 * 1024;
/// Files of an archive that are looked at.
const MOST_FILES: usize = 100;

/// What was downloaded.
pub(super) enum Download {
    /// The text of CSV files.
    Files(Vec<Bytes>),
    /// No file, but what became of the task.
    Not(State),
}

/// Opens a download. `too_large` (`OurBug`) for an archive beyond 64 MB.
pub(super) fn open(answer: &Response<Bytes>) -> Result<Download, ProviderError> {
    if !answer.status().is_success() || is_json(answer) {
        return no_file(answer);
    }
    match is_archive(answer.body()) {
        true => unpack(answer.body(), MOST_UNPACKED).map(Download::Files),
        false => Ok(Download::Files(vec![answer.body().clone()])),
    }
}

/// A header of a CSV never begins with a brace.
fn is_json(answer: &Response<Bytes>) -> bool {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let says = kind.trim_start().to_ascii_lowercase().starts_with("application/json");
    let first = answer.body().iter().find(|byte| !byte.is_ascii_whitespace());
    first == Some(&b'{') || says && !is_archive(answer.body()) && first.is_some() && !looks_like_csv(answer.body())
}

/// A content type alone is not believed: the first line of a file names at least two columns.
fn looks_like_csv(body: &[u8]) -> bool {
    let line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    line.contains(&b',')
}

fn no_file(answer: &Response<Bytes>) -> Result<Download, ProviderError> {
    match envelope(answer) {
        Ok(_) if !answer.status().is_success() => Err(not_reached(answer)),
        Ok(_) => Err(unreadable_answer()),
        Err(error) if error.class == FailureClass::ResourceNotFound => Ok(Download::Not(State::Failed)),
        Err(error) => refused(answer, error).map(|seen| Download::Not(seen.state)),
    }
}

/// The signature of a file within an archive, or of the end of an empty one.
fn is_archive(body: &[u8]) -> bool {
    body.starts_with(b"PK\x03\x04") || body.starts_with(b"PK\x05\x06")
}

/// The CSV files of an archive, in its order. What they say of their own size is not believed.
fn unpack(archive: &Bytes, most: u64) -> Result<Vec<Bytes>, ProviderError> {
    let unreadable = || ProviderError::new(FailureClass::Transient, "unreadable_archive");
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(|_| unreadable())?;
    let (mut files, mut left) = (Vec::new(), most);
    for index in 0..archive.len().min(MOST_FILES) {
        let file = archive.by_index(index).map_err(|_| unreadable())?;
        let is_csv = file.name().is_ok_and(|name| name.to_ascii_lowercase().ends_with(".csv"));
        if !file.is_file() || !is_csv {
            continue;
        }
        let mut text = Vec::new();
        file.take(left + 1).read_to_end(&mut text).map_err(|_| unreadable())?;
        let length = text.len() as u64;
        left = left.checked_sub(length).ok_or_else(|| ProviderError::new(FailureClass::OurBug, "too_large"))?;
        files.push(Bytes::from(text));
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(files: &[(&str, &[u8])]) -> Bytes {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(text).unwrap();
        }
        writer.finish().unwrap().into_inner().into()
    }

    #[test]
    fn an_archive_gives_its_csv_files_in_order() {
        let packed = archive(&[("a.csv", b"1"), ("readme.txt", b"x"), ("b/B.CSV", b"2"), ("../c.csv", b"3")]);
        assert_eq!(unpack(&packed, 3).unwrap(), [&b"1"[..], b"2", b"3"]);
        assert!(unpack(&archive(&[]), 3).unwrap().is_empty());
    }

    #[test]
    fn an_archive_that_unpacks_to_more_than_allowed_is_refused() {
        let bomb = archive(&[("a.csv", &[b'x'; 1000]), ("b.csv", &vec![b'0'; 1024 * 1024])]);
        assert!(bomb.len() < 4096);
        let error = unpack(&bomb, 1024 * 1024).unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (FailureClass::OurBug, "too_large"));
        assert_eq!(unpack(&bomb, 1024 * 1024 + 1000).unwrap().len(), 2);
    }

    #[test]
    fn a_damaged_archive_is_tried_again() {
        let mut packed = archive(&[("a.csv", &[b'x'; 1000])]).to_vec();
        packed.truncate(packed.len() - 10);
        let error = unpack(&packed.into(), 2000).unwrap_err();
        assert_eq!((error.class, error.code.as_str()), (FailureClass::Transient, "unreadable_archive"));
    }
}
