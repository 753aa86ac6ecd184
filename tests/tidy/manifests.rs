//! What a `Cargo.toml` says about dependencies. Reads the few forms that this repository uses.

use super::tree::File;

/// A package.
pub(super) struct Manifest {
    /// Its folder, from the root of the repository.
    pub(super) folder: String,
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// A package that another one names.
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) line: usize,
    /// It stands under `[dev-dependencies]`.
    pub(super) only_for_tests: bool,
}

impl Manifest {
    /// Reads a file that is a package's manifest.
    pub(super) fn read(file: &File) -> Option<Self> {
        let folder = file.path.strip_suffix("/Cargo.toml")?.to_owned();
        let mut manifest = Self { folder, name: String::new(), dependencies: Vec::new() };
        let mut section = "";
        for (index, line) in file.text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if let Some(header) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = header;
                if let Some((table, name)) = header.rsplit_once('.').filter(|(table, _)| is_dependencies(table)) {
                    manifest.add(name, index + 1, table);
                }
            } else if let Some((key, value)) = line.split_once('=') {
                let key = key.trim();
                if section == "package" && key == "name" {
                    manifest.name = value.trim().trim_matches('"').to_owned();
                } else if is_dependencies(section) {
                    let name = renamed(value).unwrap_or(key.split('.').next().unwrap_or(key));
                    manifest.add(name, index + 1, section);
                }
            }
        }
        Some(manifest)
    }

    fn add(&mut self, name: &str, line: usize, section: &str) {
        let only_for_tests = section.ends_with("dev-dependencies");
        self.dependencies.push(Dependency { name: name.trim_matches('"').to_owned(), line, only_for_tests });
    }
}

fn is_dependencies(section: &str) -> bool {
    section.rsplit('.').next().is_some_and(|table| table.ends_with("dependencies"))
}

/// The true name in `{ package = "name" }`.
fn renamed(value: &str) -> Option<&str> {
    let (_, after) = value.split_once("package")?;
    after.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
}
