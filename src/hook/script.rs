//! The script that git runs: finds keytrail, runs it, and runs the hook that was there before.
//!
//! It is plain POSIX sh, for the sh of git for Windows, of BusyBox and of dash. What a person's paths hold is quoted.

use std::path::{Path, PathBuf};

use super::Kind;
use crate::report::card::shell;

/// What every script of ours says in its second line.
const MARK: &str = "# keytrail-hook: ";

/// Added to the name of a hook that was there before.
pub const KEPT: &str = ".before-keytrail";

/// What a script is to do.
#[derive(Clone, Copy, Debug)]
pub struct Script<'s> {
    /// The name of the hook.
    pub name: &'s str,
    /// What keytrail is to scan; `None` only passes on to the repository's own hook.
    pub kind: Option<Kind>,
    /// The absolute path of keytrail.
    pub program: &'s Path,
    /// Given to `keytrail hook run`.
    pub flags: &'s [String],
    /// Whether it stands for the hook of every repository, so that it has to run theirs.
    pub passes_on: bool,
}

impl Script<'_> {
    /// The text of the file.
    pub fn text(&self) -> String {
        let name = self.name;
        let mut text = format!(
            "#!/bin/sh\n{MARK}{name}\n\
             # Made by `keytrail hook install`; `keytrail hook uninstall` takes it away. Changes to it get lost.\n"
        );
        let other = match self.passes_on {
            true => format!("\"$(git rev-parse --git-common-dir)/hooks/{name}\""),
            false => format!("\"${{0%/*}}/{name}{KEPT}\""),
        };
        text += &format!("other={other}\n");
        let Some(kind) = self.kind else {
            text += "[ ! -x \"$other\" ] || exec \"$other\" \"$@\"\n";
            return text;
        };
        text += &self.find_program();
        let flags: String = self
            .flags
            .iter()
            .map(|flag| format!(" {}", shell::word(flag)))
            .collect();
        // What is on standard input can be read once, and two programs want it.
        let (read, give) = match kind.reads_input() {
            true => (
                "input=$(cat)\ngive() { [ -z \"$input\" ] || printf '%s\\n' \"$input\"; }\n",
                "give | ",
            ),
            false => ("", ""),
        };
        let ours = format!("{give}\"$program\" hook run {name}{flags} -- \"$@\"");
        let theirs = format!("[ ! -x \"$other\" ] || {give}\"$other\" \"$@\"");
        text += read;
        text += &match kind.comes_first() {
            true => format!("{ours} || exit\n{theirs}\n"),
            false => format!("{theirs} || exit\n{ours}\n"),
        };
        text
    }

    /// A program that is not where it was is looked for on PATH; without it nothing passes.
    fn find_program(&self) -> String {
        let program = shell::word(&self.program.to_string_lossy().replace('\\', "/"));
        format!(
            "made={program}\n\
             program=$made\n\
             [ -x \"$program\" ] || program=$(command -v keytrail) || {{\n    \
             echo \"keytrail: this hook has nothing to run: there is no $made, and no keytrail on PATH\" >&2\n    \
             echo \"  hint: install keytrail and run 'keytrail hook install' again, or remove $0\" >&2\n    \
             exit 2\n\
             }}\n"
        )
    }
}

/// Whether a hook is one of ours.
pub fn is_ours(text: &[u8]) -> bool {
    let second = text.split(|&b| b == b'\n').nth(1);
    second.is_some_and(|line| line.starts_with(MARK.as_bytes()))
}

/// Whether a script of ours scans, or only passes on.
pub fn scans(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"\nmade=").is_some()
}

/// The program that a script of ours runs, if it can be read from there.
pub fn program(text: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(text);
    let word = text.lines().find_map(|line| line.strip_prefix("made="))?;
    let quoted = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\''));
    let plain = quoted.map(|word| word.replace("'\\''", "'"));
    (!word.starts_with('"')).then(|| plain.unwrap_or_else(|| word.to_owned()).into())
}
