//! The program: parse, run, say what went wrong, return the code. Nothing is decided here.

use std::process::ExitCode;

use clap::Parser;
use keytrail::{app, cli::Cli, outcome::Outcome};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| eprintln!("{}", app::describe_panic(panic))));
    let outcome = app::run(Cli::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error}");
        Outcome::Error
    });
    ExitCode::from(outcome.code())
}
