//! The `import` command: what another scanner's file says becomes settings or a baseline of ours.
//!
//! What could not be carried over is told on standard error, one line each. Raw secrets of a report become digests and
//! are neither kept nor shown.

mod accepting;
pub mod direct;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::print;
use crate::baseline::file::MOST_BYTES;
use crate::baseline::{Baseline, Entry, Key};
use crate::cli::Loudness;
use crate::config::is_inside;
use crate::error::Error;
use crate::import::settings::SettingsText;
use crate::import::{detect_secrets, gitleaks, left_out};
use crate::notice;
use crate::outcome::Outcome;
use crate::report::{Destination, Format};
use crate::rules::file;
use crate::source::pieces::PIECE;
use crate::source::regular::{Links, read_bounded};
use crate::text::sanitize;
use accepting::{Accepted, AcceptedSecret};

/// Reads the file, and writes what became of it.
pub fn import(
    kind: &str,
    file: &Path,
    repo: &Path,
    output: Option<PathBuf>,
    loudness: Loudness,
) -> Result<Outcome, Error> {
    let destination = output.map(|file| Destination {
        format: Format::Human,
        file: Some(file),
    });
    Destination::check(destination.as_slice())?;
    let text = file::read(file)?;
    let name = file.display().to_string();
    match kind {
        "gitleaksignore" | "gitleaks-report" => {
            let content = |path: &str| content_below(repo, path);
            let accepted = match kind {
                "gitleaksignore" => accepting::of_ignore_file(&name, &text, repo, &content)?,
                _ => accepting::of_report(&name, &text, repo, &content)?,
            };
            write_baseline(accepted, destination, loudness)
        }
        _ => {
            let settings = match kind {
                "gitleaks" => gitleaks::settings(file, &text)?,
                "detect-secrets" => detect_secrets::settings(&name, &text)?,
                "secretsignore" => left_out::secretsignore(&name, &text),
                _ => left_out::github(&name, &text),
            };
            write_settings(&settings, destination, loudness)
        }
    }
}

fn write_settings(
    settings: &SettingsText,
    destination: Option<Destination>,
    loudness: Loudness,
) -> Result<Outcome, Error> {
    write(settings.text(), destination)?;
    tell(&settings.notes, loudness);
    notice::tell(format!(
        "carried over: {} allow entries; not carried over: {}",
        settings.entries,
        settings.notes.len()
    ));
    Ok(Outcome::Clean)
}

fn write(text: &str, destination: Option<Destination>) -> Result<(), Error> {
    match destination {
        Some(destination) => destination.write(text.as_bytes()),
        None => print(text.as_bytes()).map(drop),
    }
}

/// Names what could not be carried over; how much that is is said in any case.
fn tell(notes: &[String], loudness: Loudness) {
    for note in notes.iter().filter(|_| !loudness.quiet) {
        notice::tell(format!("not carried over: {}", sanitize(note.as_bytes())));
    }
}

/// Adds what is accepted to the baseline that is there, or to an empty one.
fn write_baseline(accepted: Accepted, destination: Option<Destination>, loudness: Loudness) -> Result<Outcome, Error> {
    let known = destination.as_ref().and_then(|destination| destination.file.as_deref());
    let known = known.map(|path| (path, read_bounded(path, Links::Follow, MOST_BYTES)));
    let mut baseline = match known {
        Some((path, Ok(Some(text)))) => Baseline::parse(&path.display().to_string(), &text)?,
        Some((path, Err(error))) => {
            return Err(Error::usage(format!("{}: the baseline cannot be read", path.display()))
                .cause(error)
                .hint("name a baseline, or a file that is not there yet"));
        }
        Some((_, Ok(None))) | None => Baseline::new(Key::random()),
    };
    let mut carried = HashSet::new();
    for AcceptedSecret { secret, rule, reason } in accepted.secrets {
        let entry = Entry {
            rule,
            until: None,
            reason: reason.to_owned(),
        };
        carried.insert(baseline.accept(&secret, entry));
    }
    write(&baseline.render(), destination)?;
    tell(&accepted.notes, loudness);
    notice::tell(format!(
        "carried over: {} accepted secrets; not carried over: {}",
        carried.len(),
        accepted.notes.len()
    ));
    Ok(Outcome::Clean)
}

/// Reads a file below a folder, or says why not.
pub fn content_below(folder: &Path, path: &str) -> Result<Vec<u8>, String> {
    let path = Path::new(path);
    if !is_inside(path) {
        return Err("its path leads out of the folder".to_owned());
    }
    let bytes = read_bounded(&folder.join(path), Links::Refuse, PIECE as u64);
    bytes
        .map_err(|error| format!("its file cannot be read: {error}"))?
        .ok_or_else(|| "its file is not there any more".to_owned())
}
