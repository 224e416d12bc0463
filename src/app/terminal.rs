//! What the terminal in front of the person can show: colours, links. As asked, as the environment says, or as it looks.

use std::env;
use std::path::PathBuf;

use crate::error::Error;
use crate::report::{Links, output};

/// Whether human reports may use colour. A flag or setting decides, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether
/// standard output is a terminal that can.
pub fn color(asked: Option<&str>) -> bool {
    match asked {
        Some("always") => true,
        Some("never") => false,
        _ if env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
        _ if is_said("CLICOLOR_FORCE") => true,
        _ => is_capable() && env::var_os("CLICOLOR").is_none_or(|value| value != "0"),
    }
}

/// How places become links, if they do: as asked, or as a terminal that is known to take them opens files. Relative
/// paths are below `folder`.
///
/// # Errors
/// What was asked for is no format.
pub fn links(asked: Option<&str>, folder: Option<PathBuf>) -> Result<Option<Links>, Error> {
    let links = Links::new(asked.unwrap_or("default"), &host(), folder.clone().unwrap_or_default())?;
    let is_wanted = match asked {
        Some(_) => is_capable() || is_said("CLICOLOR_FORCE"),
        None => is_capable() && knows_links(),
    };
    Ok(links.filter(|_| is_wanted && folder.is_some()))
}

/// Whether a variable is set to something that is not "no".
fn is_said(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn is_capable() -> bool {
    output::is_terminal() && env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the terminal is one that shows OSC 8 links. One that does not might show them as text, so the others are
/// left alone.
fn knows_links() -> bool {
    let text = |name| env::var(name).unwrap_or_default();
    let programs = [
        "iTerm.app",
        "WezTerm",
        "vscode",
        "Hyper",
        "ghostty",
        "Tabby",
        "zed",
        "mintty",
    ];
    let terms = [
        "xterm-kitty",
        "xterm-ghostty",
        "alacritty",
        "foot",
        "foot-extra",
        "wezterm",
        "contour",
    ];
    // VTE (GNOME's and most others of Linux) takes them from 0.50 on, and says 5000.
    let vte: u32 = text("VTE_VERSION").parse().unwrap_or(0);
    let is_known = programs.contains(&text("TERM_PROGRAM").as_str())
        || terms.contains(&text("TERM").as_str())
        || vte >= 5000
        || env::var_os("WT_SESSION").is_some()
        || env::var_os("KONSOLE_VERSION").is_some();
    is_known && !is_said("CI")
}

/// The name of this machine, where the system tells it in a file: editors of another machine then leave a link alone.
fn host() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim_end().to_owned()
}
