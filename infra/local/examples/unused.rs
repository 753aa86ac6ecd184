//! Lists what no test used of the template: permissions of functions, comparisons of metric filters. Run it after the
//! tests with `AURA_TEMPLATE_USED` naming a folder: `unused FOLDER`. Fails when something is not named, with its reason, in
//! `infra/unused.txt`, and when something that is named there was used.

use local::{Usage, allowed, compared};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

const INFRA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1) else {
        eprintln!("usage: unused FOLDER");
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
    let template = infra.join("template.yaml");
    let filters = local::template::filters(&std::fs::read_to_string(&template)?)?;
    let declared: BTreeSet<String> = &allowed(&local::declared(&template)?) | &compared(&filters);
    let used = Usage::in_folder(folder)?;
    let excused = excused(&std::fs::read_to_string(infra.join("unused.txt"))?);
    let unused: BTreeSet<&String> = declared.difference(&used).collect();
    println!("{} permissions and comparisons, {} never met by a test", declared.len(), unused.len());
    unused.iter().for_each(|one| println!("  {one}"));
    let too_much = unused.iter().filter(|one| !excused.contains(**one));
    let too_much = too_much.map(|one| format!("no test meets it: {one}"));
    let not_so = excused.iter().filter(|one| !unused.contains(one));
    let not_so = not_so.map(|one| format!("infra/unused.txt names what is used or gone: {one}"));
    Ok(too_much.chain(not_so).collect())
}

/// One a line; what stands behind `#` is the reason.
fn excused(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
