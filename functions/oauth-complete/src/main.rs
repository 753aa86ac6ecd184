//! Starts the function.

fn main() -> std::process::ExitCode {
    shared::entry::run(oauth_complete::function)
}
