//! The `import` command: what another scanner's file says becomes settings or a baseline of ours.
//!
//! What could not be carried over is told on standard error, one line each. Raw secrets of a report become digests and
//! are neither kept nor shown.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::print;
use crate::baseline::file::MOST_BYTES;
use crate::baseline::{Baseline, Digest, Entry, Key};
use crate::cli::Loudness;
use crate::config::is_inside;
use crate::detect::Detectors;
use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::{self, ReadObject, Repository, Store, tree};
use crate::import::left_out::{self, GitleaksPrint};
use crate::import::settings::SettingsText;
use crate::import::{detect_secrets, gitleaks, report};
use crate::notice;
use crate::outcome::Outcome;
use crate::report::{Destination, Format};
use crate::rules::RuleSet;
use crate::rules::file;
use crate::scan::examine;
use crate::secret::Secret;
use crate::source::pieces::PIECE;
use crate::source::regular::{Links, read_bounded};
use crate::text::{LineIndex, sanitize};

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
        "gitleaksignore" => {
            let mut accepting = Accepting::new(repo, destination)?;
            accepting.gitleaksignore(&name, &text);
            accepting.finish(loudness)
        }
        "gitleaks-report" => {
            let reported = report::read(&name, &text)?;
            let mut accepting = Accepting::new(repo, destination)?;
            accepting.report(&name, &reported);
            accepting.finish(loudness)
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

/// A baseline that secrets are added to.
struct Accepting {
    baseline: Baseline,
    destination: Option<Destination>,
    detectors: Detectors,
    folder: PathBuf,
    /// Where commits are looked up, if the folder is of a repository.
    repository: Option<(Repository, Store)>,
    carried: HashSet<Digest>,
    notes: Vec<String>,
}

impl Accepting {
    /// Starts with the baseline that is there, or with an empty one.
    fn new(folder: &Path, destination: Option<Destination>) -> Result<Self, Error> {
        let known = destination.as_ref().and_then(|destination| destination.file.as_deref());
        let known = known.map(|path| (path, read_bounded(path, Links::Follow, MOST_BYTES)));
        let baseline = match known {
            Some((path, Ok(Some(text)))) => Baseline::parse(&path.display().to_string(), &text)?,
            Some((path, Err(error))) => {
                return Err(Error::usage(format!("{}: the baseline cannot be read", path.display()))
                    .cause(error)
                    .hint("name a baseline, or a file that is not there yet"));
            }
            Some((_, Ok(None))) | None => Baseline::new(Key::random()),
        };
        let repository = Repository::open(Some(folder)).ok();
        let repository =
            repository.and_then(|repository| Store::unlisted(&repository).ok().map(|store| (repository, store)));
        Ok(Self {
            baseline,
            destination,
            detectors: Detectors::new(&RuleSet::builtin()?)?,
            folder: folder.to_owned(),
            repository,
            carried: HashSet::new(),
            notes: Vec::new(),
        })
    }

    fn finish(self, loudness: Loudness) -> Result<Outcome, Error> {
        write(&self.baseline.render(), self.destination)?;
        tell(&self.notes, loudness);
        notice::tell(format!(
            "carried over: {} accepted secrets; not carried over: {}",
            self.carried.len(),
            self.notes.len()
        ));
        Ok(Outcome::Clean)
    }

    fn accept(&mut self, secret: &Secret, rule: &str, reason: &str) {
        let entry = Entry {
            rule: rule.to_owned(),
            until: None,
            reason: reason.to_owned(),
        };
        let digest = self.baseline.accept(secret, entry);
        self.carried.insert(digest);
    }

    /// Accepts what is found on the lines that an ignore file names: a line is no identity, the secret on it is.
    fn gitleaksignore(&mut self, name: &str, text: &str) {
        let (prints, wrong) = left_out::gitleaksignore(text);
        let wrong = wrong
            .into_iter()
            .map(|line| format!("{name}: line {line}: it is no fingerprint"));
        self.notes.extend(wrong);
        for print in prints {
            if let Err(why) = self.look_up(&print, "in .gitleaksignore") {
                self.notes.push(format!("{name}: line {}: {why}", print.number));
            }
        }
    }

    /// Accepts what a report holds, as gitleaks has it and as we find it in the same text.
    fn report(&mut self, name: &str, reported: &[report::Reported]) {
        for (number, found) in reported.iter().enumerate() {
            let reason = "in a report of gitleaks";
            if !found.is_redacted() {
                self.accept(&found.secret, &gitleaks::id_of(&found.rule), reason);
                #[expect(clippy::disallowed_methods, reason = "it is searched for what our rules take of it")]
                let candidates = examine(&self.detectors, found.matched.expose());
                for candidate in candidates {
                    self.accept(&candidate.secret, &candidate.rule.id, reason);
                }
                continue;
            }
            let print = GitleaksPrint {
                commit: found.commit.clone(),
                path: found.path.clone(),
                rule: found.rule.clone(),
                line: found.line,
                number,
            };
            if let Err(why) = self.look_up(&print, reason) {
                self.notes.push(format!(
                    "{name}: finding {}: its secret is left out, and {why}",
                    number + 1
                ));
            }
        }
    }

    /// Accepts all that is found on a line.
    fn look_up(&mut self, print: &GitleaksPrint, reason: &str) -> Result<(), String> {
        let bytes = self.content(print)?;
        let index = LineIndex::new(&bytes);
        let found = examine(&self.detectors, &bytes);
        let on_line = found.iter().filter(|candidate| {
            let first = index.position(candidate.span.start).line;
            (first..=index.position(candidate.span.end).line).contains(&print.line)
        });
        let mut is_empty = true;
        for candidate in on_line {
            self.accept(&candidate.secret, &candidate.rule.id, reason);
            is_empty = false;
        }
        match is_empty {
            true => Err("nothing is found on that line, so there is nothing to accept".to_owned()),
            false => Ok(()),
        }
    }

    fn content(&self, print: &GitleaksPrint) -> Result<Vec<u8>, String> {
        let Some(commit) = &print.commit else {
            let path = Path::new(&print.path);
            if !is_inside(path) {
                return Err("its path leads out of the folder".to_owned());
            }
            let bytes = read_bounded(&self.folder.join(path), Links::Refuse, PIECE as u64);
            return bytes
                .map_err(|error| format!("its file cannot be read: {error}"))?
                .ok_or_else(|| "its file is not there any more".to_owned());
        };
        let (repository, store) = self
            .repository
            .as_ref()
            .ok_or("there is no repository to look it up in (--repo PATH)")?;
        let gone = |_| "its commit is not in the repository";
        let id = git::resolve(repository, store, commit).map_err(gone)?;
        let mut bytes = Vec::new();
        store.read(&id, &mut bytes).map_err(gone)?;
        let tree = Commit::parse(&bytes).tree.ok_or("its commit is damaged")?;
        let (_, blob) = tree::find(store, tree, print.path.as_bytes()).ok_or("its commit has no such file")?;
        store.read(&blob, &mut bytes).map_err(|_| "its file cannot be read")?;
        Ok(bytes)
    }
}
