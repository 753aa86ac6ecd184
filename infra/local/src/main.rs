//! `cargo run`: the whole product on this machine.

use local::cli::{self, Command, Flags};
use local::{Data, Options, terminal};
use shared::config::Vars;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let flags = match cli::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", cli::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(flags)) => flags,
        Err(error) => return failed(&error.to_string()),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    runtime.block_on(run(options(flags)))
}

async fn run(options: Options) -> ExitCode {
    let running = match local::start(options).await {
        Ok(running) => running,
        Err(error) => return failed(&error.to_string()),
    };
    terminal::say(&terminal::banner(&running));
    asked_to_stop().await;
    terminal::say("\nStopping; Ctrl-C again to stop at once.");
    tokio::select! {
        () = running.stop() => ExitCode::SUCCESS,
        () = asked_to_stop() => ExitCode::FAILURE,
    }
}

/// Ctrl-C, or a polite kill.
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn options(flags: Flags) -> Options {
    Options {
        port: flags.port,
        aws_port: flags.aws_port,
        sandbox_port: flags.sandbox_port,
        data: Data::Folder(flags.data),
        fresh: flags.fresh,
        allow_remote_aws: flags.allow_remote_aws,
        person: Vars::of_process(),
        schedules: true,
        log: Arc::new(terminal::Terminal),
        ..Options::default()
    }
}

fn failed(why: &str) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::FAILURE
}
