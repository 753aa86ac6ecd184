//! Lists the permissions of the template that no test used, after a run of the tests with `AURA_PERMISSIONS_USED` naming
//! a folder: `permissions FOLDER`. Fails when one is not named, with its reason, in `infra/unused-permissions.txt`, and
//! when one that is named there was used.

use local::permissions::{Usage, allowed};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

const INFRA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: permissions FOLDER");
        return ExitCode::from(2);
    };
    match compare(Path::new(&folder)) {
        Ok(mistakes) if mistakes.is_empty() => ExitCode::SUCCESS,
        Ok(mistakes) => {
            eprintln!("{}", mistakes.join("\n"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// What is wrong, in words.
fn compare(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let infra = Path::new(INFRA);
    let declared = allowed(&local::declared(&infra.join("template.yaml"))?);
    let used = Usage::in_folder(folder)?;
    let excused = excused(&std::fs::read_to_string(infra.join("unused-permissions.txt"))?);
    let unused: BTreeSet<&String> = declared.difference(&used).collect();
    println!("{} permissions, {} never used by a test", declared.len(), unused.len());
    unused.iter().for_each(|permission| println!("  {permission}"));
    let too_much = unused.iter().filter(|permission| !excused.contains(**permission));
    let too_much = too_much.map(|permission| format!("no test uses it: {permission}"));
    let not_so = excused.iter().filter(|permission| !unused.contains(permission));
    let not_so =
        not_so.map(|permission| format!("infra/unused-permissions.txt names what is used or gone: {permission}"));
    Ok(too_much.chain(not_so).collect())
}

/// A permission a line; what stands behind `#` is the reason.
fn excused(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
