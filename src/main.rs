//! The program: parse, run, say what went wrong, return the code. Nothing is decided here.

use std::process::ExitCode;

use keytrail::cli::{self, Asked};
use keytrail::outcome::Outcome;
use keytrail::{app, interrupt, notice};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| notice::tell(app::describe_panic(panic))));
    interrupt::watch(|code| {
        app::leave();
        #[expect(clippy::disallowed_methods, reason = "this is main, which decides")]
        std::process::exit(code.into());
    });
    let outcome = cli::read(std::env::args_os()).and_then(|asked| match asked {
        Asked::Command(cli) => app::run(*cli),
        Asked::Help(help) => app::show(&help),
    });
    let outcome = outcome.unwrap_or_else(|error| {
        notice::tell(format!("error: {error}"));
        Outcome::Error
    });
    ExitCode::from(outcome.code())
}
