//! Starts the function.

fn main() -> std::process::ExitCode {
    shared::entry::run(test_lead::function)
}
