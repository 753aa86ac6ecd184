//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file, with its path from the root of the repository.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package `tests` is in the root").to_path_buf()
}

/// The files with one of these extensions, but for what is built, kept or hidden.
pub(super) fn files(extensions: &[&str]) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root(), "", extensions, &mut found);
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn collect(folder: &Path, prefix: &str, extensions: &[&str], found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder that can be read").filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{path}/"), extensions, found);
        } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
            // Somebody's editor may remove a file between listing and reading.
            found.extend(fs::read_to_string(entry.path()).ok().map(|text| File { path, text }));
        }
    }
}

/// The text of one file.
pub(super) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the functions' folders.
pub(super) fn functions() -> Vec<String> {
    let folders = fs::read_dir(root().join("functions")).expect("the folder `functions`").filter_map(Result::ok);
    let folders = folders.filter(|folder| folder.path().is_dir());
    folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}
