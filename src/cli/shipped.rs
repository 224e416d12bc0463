//! What is shipped beside the program, made from the command line itself: completion scripts and man pages.
//!
//! They are texts; whoever asks for them prints or writes them. Nothing here depends on the machine or the time, so that
//! two builds of a package are alike.

use clap::CommandFactory;
use clap_mangen::Man;

pub use clap_complete::Shell;

use super::Cli;

/// A man page.
pub struct Page {
    /// What it is called where man pages are kept: `keytrail-history.1`.
    pub file: String,
    pub text: String,
}

/// The script that completes the command line in this shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keytrail", &mut script);
    script
}

/// The man pages: the program's own, then one for each command.
pub fn man_pages() -> Vec<Page> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut pages = Vec::new();
    add_pages(&program, &mut pages);
    pages
}

fn add_pages(command: &clap::Command, pages: &mut Vec<Page>) {
    pages.push(page(command));
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        add_pages(below, pages);
    }
}

fn page(command: &clap::Command) -> Page {
    let man = Man::new(command.clone())
        .source(concat!("keytrail ", env!("CARGO_PKG_VERSION")))
        .manual("keytrail");
    let mut text = Vec::new();
    man.render(&mut text).expect("a Vec takes all");
    let text = String::from_utf8(text).expect("the help is text");
    Page {
        file: man.get_filename(),
        // A date that is empty is left out of the title, and what follows would be taken for one.
        text: text.replacen(" 1  \"", " 1 \"\" \"", 1),
    }
}
