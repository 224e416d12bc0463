//! What gitleaks was told to accept, as secrets: those of a report, and what is found on the lines that it names.
//!
//! A line is no identity, so it is looked up: in the commit that is named, or in the file as it is now. What is given back
//! holds secrets; whoever takes it makes digests of them.

use std::path::Path;

use crate::detect::Detectors;
use crate::error::Error;
use crate::git::commit::Commit;
use crate::git::{self, ReadObject, Repository, Store, tree};
use crate::import::left_out::{self, GitleaksPrint};
use crate::import::{gitleaks, report};
use crate::rules::RuleSet;
use crate::scan::examine;
use crate::secret::Secret;
use crate::text::LineIndex;

/// Gives the content of a path as it is now, or says why not.
pub type Content<'c> = &'c dyn Fn(&str) -> Result<Vec<u8>, String>;

/// The secrets of a file, and what could not be carried over.
pub struct Accepted {
    pub secrets: Vec<AcceptedSecret>,
    pub notes: Vec<String>,
}

/// A secret that is accepted.
pub struct AcceptedSecret {
    pub secret: Secret,
    /// The rule that found it.
    pub rule: String,
    pub reason: &'static str,
}

/// Accepts what is found on the lines that a `.gitleaksignore` names.
pub fn of_ignore_file(name: &str, text: &str, folder: &Path, content: Content<'_>) -> Result<Accepted, Error> {
    let mut accepting = Accepting::new(folder, content)?;
    let (prints, wrong) = left_out::gitleaksignore(text);
    let wrong = wrong
        .into_iter()
        .map(|line| format!("{name}: line {line}: it is no fingerprint"));
    accepting.accepted.notes.extend(wrong);
    for print in prints {
        if let Err(why) = accepting.look_up(&print, "in .gitleaksignore") {
            let note = format!("{name}: line {}: {why}", print.number);
            accepting.accepted.notes.push(note);
        }
    }
    Ok(accepting.accepted)
}

/// Accepts what a report holds, as gitleaks has it and as we find it in the same text.
pub fn of_report(name: &str, text: &str, folder: &Path, content: Content<'_>) -> Result<Accepted, Error> {
    let reported = report::read(name, text)?;
    let mut accepting = Accepting::new(folder, content)?;
    let reason = "in a report of gitleaks";
    for (number, found) in reported.into_iter().enumerate() {
        if !found.is_redacted() {
            #[expect(clippy::disallowed_methods, reason = "it is searched for what our rules take of it")]
            let candidates = examine(&accepting.detectors, found.matched.expose());
            accepting.accept(found.secret, &gitleaks::id_of(&found.rule), reason);
            for candidate in candidates {
                accepting.accept(candidate.secret, &candidate.rule.id, reason);
            }
            continue;
        }
        let print = GitleaksPrint {
            commit: found.commit,
            path: found.path,
            rule: found.rule,
            line: found.line,
            number,
        };
        if let Err(why) = accepting.look_up(&print, reason) {
            let note = format!("{name}: finding {}: its secret is left out, and {why}", number + 1);
            accepting.accepted.notes.push(note);
        }
    }
    Ok(accepting.accepted)
}

/// What secrets are looked up with.
struct Accepting<'c> {
    detectors: Detectors,
    content: Content<'c>,
    /// Where commits are looked up, if the folder is of a repository.
    repository: Option<(Repository, Store)>,
    accepted: Accepted,
}

impl<'c> Accepting<'c> {
    fn new(folder: &Path, content: Content<'c>) -> Result<Self, Error> {
        let repository = Repository::open(Some(folder)).ok();
        let repository =
            repository.and_then(|repository| Store::unlisted(&repository).ok().map(|store| (repository, store)));
        Ok(Self {
            detectors: Detectors::new(&RuleSet::builtin()?)?,
            content,
            repository,
            accepted: Accepted {
                secrets: Vec::new(),
                notes: Vec::new(),
            },
        })
    }

    fn accept(&mut self, secret: Secret, rule: &str, reason: &'static str) {
        let rule = rule.to_owned();
        self.accepted.secrets.push(AcceptedSecret { secret, rule, reason });
    }

    /// Accepts all that is found on a line.
    fn look_up(&mut self, print: &GitleaksPrint, reason: &'static str) -> Result<(), String> {
        let bytes = match &print.commit {
            Some(commit) => self.content_in(commit, &print.path)?,
            None => (self.content)(&print.path)?,
        };
        let index = LineIndex::new(&bytes);
        let found = examine(&self.detectors, &bytes);
        let on_line = found.into_iter().filter(|candidate| {
            let first = index.position(candidate.span.start).line;
            (first..=index.position(candidate.span.end).line).contains(&print.line)
        });
        let before = self.accepted.secrets.len();
        for candidate in on_line {
            self.accept(candidate.secret, &candidate.rule.id, reason);
        }
        match self.accepted.secrets.len() == before {
            true => Err("nothing is found on that line, so there is nothing to accept".to_owned()),
            false => Ok(()),
        }
    }

    fn content_in(&self, commit: &str, path: &str) -> Result<Vec<u8>, String> {
        let (repository, store) = self
            .repository
            .as_ref()
            .ok_or("there is no repository to look it up in (--repo PATH)")?;
        let gone = |_| "its commit is not in the repository";
        let id = git::resolve(repository, store, commit).map_err(gone)?;
        let mut bytes = Vec::new();
        store.read(&id, &mut bytes).map_err(gone)?;
        let tree = Commit::parse(&bytes).tree.ok_or("its commit is damaged")?;
        let (_, blob) = tree::find(store, tree, path.as_bytes()).ok_or("its commit has no such file")?;
        store.read(&blob, &mut bytes).map_err(|_| "its file cannot be read")?;
        Ok(bytes)
    }
}
