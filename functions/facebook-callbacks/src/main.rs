//! Starts the function.

fn main() -> std::process::ExitCode {
    shared::entry::run(facebook_callbacks::function)
}
