//! Cleaning git: the expression file, the rewriting, and everything that keeps a copy.
//!
//! The expressions hold no secret: an id is named, of a secret only the ends that every report shows, with a pattern
//! between. Where a mask shows no ends, the file is made from a report without passing the screen.

use super::shell::word;
use super::{Card, Step};
use crate::finding::Finding;
use crate::origin::{Place, State};
use crate::report::Target;

/// Refs and files that are named.
const NAMED: usize = 12;

/// The steps that take findings out of a repository; none if there are no findings.
pub fn steps(target: Option<&Target>, findings: &[&Finding]) -> Vec<Step> {
    let Some(state) = findings.iter().map(|finding| finding.state).min() else {
        return Vec::new();
    };
    match state {
        State::File => vec![in_files(findings)],
        State::Staged => vec![staged(findings)],
        State::Unreachable => vec![unreachable()],
        State::InTree | State::HistoryOnly => {
            vec![rewrite(target, findings), reach(findings), copies(target)]
        }
    }
}

/// The names of the files, each once.
fn paths<'f>(findings: &[&'f Finding]) -> Vec<&'f [u8]> {
    let places = findings.iter().flat_map(|finding| &finding.occurrences);
    let files = places.filter(|place| matches!(place.origin.place, Place::File | Place::Blob));
    let mut paths: Vec<&[u8]> = files
        .map(|place| &place.origin.path[..])
        .filter(|path| !path.is_empty())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn in_files(findings: &[&Finding]) -> Step {
    let step = Step::new("Take it out of the file").say(
        "Read it from the environment or a secret store instead. If the file was ever committed, scan that repository: \
         keytrail history.",
    );
    let paths = paths(findings);
    let names = paths.iter().take(NAMED).map(|path| String::from_utf8_lossy(path));
    let names: Vec<_> = names.collect();
    let more = match paths.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    match names.is_empty() {
        true => step,
        false => step.say(format!("Files: {}{more}", names.join(", "))),
    }
}

fn staged(findings: &[&Finding]) -> Step {
    let mut step = Step::new("Unstage it before it is committed")
        .say("It is in the index and in no commit yet. Git keeps the staged blob until it is collected.");
    let paths = paths(findings);
    for path in paths
        .iter()
        .take(NAMED)
        .filter_map(|path| std::str::from_utf8(path).ok())
    {
        step = step.run(format!("git restore --staged -- {}", word(path)));
    }
    if let more @ 1.. = paths.len().saturating_sub(NAMED) {
        step = step.say(format!("It is in {more} more files; keytrail staged names them all."));
    }
    step.run("git gc --prune=now")
}

fn unreachable() -> Step {
    Step::new("Collect what nothing reaches")
        .say("No ref reaches it; only this clone's object store still has it. Other clones may still reach it: scan them.")
        .run("git reflog expire --expire=now --expire-unreachable=now --all")
        .run("git gc --prune=now")
}

/// Rewriting, with the expression file.
fn rewrite(target: Option<&Target>, findings: &[&Finding]) -> Step {
    let remote = target.and_then(|target| target.remote.as_deref());
    let clone = match remote {
        Some(url) => format!("git clone --mirror -- {} ../keytrail-clean.git", word(url)),
        None => "git clone --mirror -- \"$(git remote get-url origin)\" ../keytrail-clean.git".to_owned(),
    };
    let mut lines: Vec<String> = findings.iter().filter_map(|finding| expression(finding)).collect();
    lines.sort();
    lines.dedup();
    let mut step = Step::new("Clean git's history")
        .say(
            "Only after the key is dead: rewriting changes every later commit, and whoever has a clone still has the key. \
             It never replaces making the key inactive.",
        )
        .say(
            "The expression file holds the id, and of a secret only the ends that are in every report. git-filter-repo: \
             https://github.com/newren/git-filter-repo, 2.47 or later.",
        )
        .run(clone)
        .run("cd ../keytrail-clean.git");
    if !lines.is_empty() {
        let words: Vec<String> = lines.iter().map(|line| word(line)).collect();
        step = step.run(format!(
            "printf '%s\\n' {} > ../keytrail-expressions.txt",
            words.join(" ")
        ));
    }
    for finding in findings.iter().filter(|finding| expression(finding).is_none()) {
        let print = finding.fingerprint.to_string();
        step = step
            .say(format!(
                "Of finding {} no part may be shown: its line is made from a report and passes no screen.",
                finding.fingerprint.id()
            ))
            .run(format!(
                "(umask 077; keytrail history --show-secrets --report json | jq -r '.findings[] | select(.fingerprint == \
                 \"{print}\") | \"literal:\" + .secret_raw + \"==>REMOVED\"' >> ../keytrail-expressions.txt)"
            ));
    }
    step.run(
        "git filter-repo --sensitive-data-removal --replace-text ../keytrail-expressions.txt --replace-message \
         ../keytrail-expressions.txt",
    )
    .run("keytrail history .   # must not find it any more")
    .run("git push --force --mirror origin")
    .run("rm ../keytrail-expressions.txt")
}

/// The line of the expression file: an id whole, of a secret its ends with a pattern between.
fn expression(finding: &Finding) -> Option<String> {
    let id = finding.aws.as_ref().and_then(|aws| aws.key_id.as_deref());
    match (&*finding.rule.kind, id) {
        ("access-key-id", Some(id)) => return Some(format!("literal:{id}==>REMOVED-AWS-ACCESS-KEY-ID")),
        ("private-key", _) => {
            let line =
                "regex:(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----==>REMOVED-PRIVATE-KEY";
            return Some(line.to_owned());
        }
        _ => {}
    }
    let masked = finding.secret.masked();
    let (head, tail) = (masked.get(..4)?, masked.get(masked.len().checked_sub(4)?..)?);
    if head.contains('*') || tail.contains('*') || masked.len() < 20 {
        return None;
    }
    let between = match &*finding.rule.kind {
        "secret-key" => "[A-Za-z0-9+/]{32}".to_owned(),
        _ => "[^\\s\"'<>]{8,8000}?".to_owned(),
    };
    let kind = finding.rule.id.to_uppercase();
    Some(format!(
        "regex:{}{between}{}==>REMOVED-{kind}",
        literal(head),
        literal(tail)
    ))
}

/// Text for a regular expression that means itself.
fn literal(text: &str) -> String {
    let escaped = |c: char| match c.is_ascii_alphanumeric() {
        true => c.to_string(),
        false => format!("\\{c}"),
    };
    text.chars().map(escaped).collect()
}

/// The refs, tags, stashes and reflogs that hold it.
fn reach(findings: &[&Finding]) -> Step {
    let mut refs: Vec<&str> = findings
        .iter()
        .flat_map(|finding| &finding.refs)
        .map(String::as_str)
        .collect();
    refs.sort_unstable();
    refs.dedup();
    let more = findings
        .iter()
        .map(|finding| finding.more_refs)
        .max()
        .unwrap_or_default();
    let local = |name: &&str| name.starts_with("stash") || name.contains("@{") || *name == "refs/stash";
    let (here, shared): (Vec<&str>, Vec<&str>) = refs.into_iter().partition(local);
    let tags = shared.iter().filter(|name| name.starts_with("refs/tags/")).count();
    let mut step = Step::new("Rewrite every ref, tag, stash and reflog that holds it");
    if !shared.is_empty() {
        let named: Vec<&str> = shared.iter().take(NAMED).copied().collect();
        let rest = shared.len().saturating_sub(NAMED) as u64 + more;
        let rest = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        step = step.say(format!(
            "These reach it, and the mirror push replaces them: {}{rest}.",
            named.join(", ")
        ));
    }
    if tags > 0 {
        step = step.say("Tags are among them: signed ones lose their signature and must be signed again.");
    }
    step = step.say("Stashes and reflogs are never pushed: in each clone, drop them and collect.");
    // Dropping renumbers, so the highest number goes first.
    let mut stashes: Vec<&str> = here
        .iter()
        .copied()
        .filter(|name| name.starts_with("stash@{"))
        .collect();
    stashes.sort_by_key(|name| std::cmp::Reverse((name.len(), name.to_string())));
    for name in stashes.into_iter().take(NAMED) {
        step = step.run(format!("git stash drop {}", word(name)));
    }
    step.run("git reflog expire --expire=now --expire-unreachable=now --all")
        .run("git gc --prune=now")
}

/// What else keeps copies.
fn copies(target: Option<&Target>) -> Step {
    let mut step = Step::new("Forks, caches and other copies")
        .say(
            "Forks and pull requests keep the old commits: their owners must rewrite or delete them. On GitHub, refs/pull/* \
             cannot be pushed and cached views stay until support collects them: https://support.github.com, \"remove \
             sensitive data\", with the first changed commits that filter-repo prints.",
        )
        .say(
            "Everybody makes a fresh clone; a pull into an old one brings the key back. Then purge: CI caches and artifacts, \
             container images and layers, packages, wheels and bundles that were published, mirrors, backups, search \
             indexes, and logs.",
        );
    if let Some(repository) = target.and_then(|target| github(target.remote.as_deref()?)) {
        step = step.run(format!(
            "gh api --paginate {} --jq '.[].full_name'",
            word(&format!("repos/{repository}/forks"))
        ));
    }
    step
}

/// `owner/name` of a repository on GitHub.
fn github(remote: &str) -> Option<String> {
    let rest = remote.strip_prefix("https://github.com/")?;
    let mut parts = rest.trim_end_matches('/').trim_end_matches(".git").split('/');
    let (owner, name) = (parts.next()?, parts.next()?);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    (parts.next().is_none() && plain(owner) && plain(name)).then(|| format!("{owner}/{name}"))
}

/// Adds the steps to a card.
pub fn add(card: &mut Card, target: Option<&Target>, findings: &[&Finding]) {
    card.steps.extend(steps(target, findings));
}
