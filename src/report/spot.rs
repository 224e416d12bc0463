//! The unit of every list that one thing is done about at a time: a secret at one path.
//!
//! A finding has a place for each commit and line; a reviewer has a file. SARIF, GitLab, JUnit, annotations and
//! tables count spots, so that their figures agree. Nothing here knows how a format is written.

use std::cmp::Reverse;
use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::roots::{Roots, segments};
use super::{Report, Target, place, time};
use crate::finding::{Finding, Occurrence};
use crate::origin::{ObjectId, Place, State, Step};
use crate::text::sanitize;

/// A secret at one path.
pub struct Spot<'r> {
    pub finding: &'r Finding,
    /// The occurrence that leads: one of today's, if the path has one.
    pub lead: &'r Occurrence,
    /// All occurrences at the path, the lead among them.
    pub all: Vec<&'r Occurrence>,
    /// The time that ages are reckoned from, Unix seconds.
    pub as_of: i64,
}

/// How a format writes words of ours and of strangers.
pub struct Markup {
    /// Running text.
    pub text: fn(&str) -> String,
    /// A name or value, set off from the text around it.
    pub name: fn(&str) -> String,
    /// What AWS or a policy says: it may quote names.
    pub said: fn(&str) -> String,
}

/// For formats that know no markup: safe for a terminal.
pub const PLAIN: Markup = Markup {
    text: |text| sanitize(text.as_bytes()),
    name: |name| format!("'{}'", sanitize(name.as_bytes())),
    said: |said| sanitize(said.as_bytes()),
};

/// Returns every secret at every path, what is to be acted on first, then the worst.
pub fn spots(report: &Report) -> Vec<Spot<'_>> {
    let mut spots: Vec<Spot> = report
        .all_findings()
        .flat_map(|finding| spots_of(finding, report.as_of))
        .collect();
    spots.sort_by_key(|spot| {
        let finding = spot.finding;
        (
            finding.suppressed.is_some(),
            Reverse(finding.severity),
            Reverse(finding.confidence),
        )
    });
    spots
}

/// The spots to act on, the worst first.
pub fn open_spots(report: &Report) -> Vec<Spot<'_>> {
    let mut spots = spots(report);
    spots.retain(|spot| spot.finding.suppressed.is_none());
    spots
}

/// Groups a finding's occurrences by path; paths of today come first.
fn spots_of(finding: &Finding, as_of: i64) -> Vec<Spot<'_>> {
    let mut index: HashMap<(Place, &[u8], Option<ObjectId>), usize> = HashMap::new();
    let mut spots: Vec<Spot> = Vec::new();
    for occurrence in &finding.occurrences {
        let origin = &occurrence.origin;
        let next = spots.len();
        let at = *index
            .entry((origin.place, &origin.path, name_of_pathless(occurrence)))
            .or_insert(next);
        if at == next {
            spots.push(Spot {
                finding,
                lead: occurrence,
                all: Vec::new(),
                as_of,
            });
        }
        let spot = &mut spots[at];
        spot.all.push(occurrence);
        if occurrence.in_head && !spot.lead.in_head {
            spot.lead = occurrence;
        }
    }
    spots.sort_by_key(|spot| !spot.lead.in_head);
    spots
}

/// A message or a nameless blob has no path; its object is its name.
fn name_of_pathless(occurrence: &Occurrence) -> Option<ObjectId> {
    occurrence.origin.object.filter(|_| occurrence.origin.path.is_empty())
}

impl<'r> Spot<'r> {
    /// The state of this path: a secret that HEAD has elsewhere may be only in this path's history.
    pub fn state(&self) -> State {
        match self.finding.state {
            State::InTree if !self.lead.in_head => State::HistoryOnly,
            state => state,
        }
    }

    /// The other places of the secret, wherever they are.
    pub fn others(&self) -> impl Iterator<Item = &'r Occurrence> + use<'r> {
        let lead = self.lead;
        let occurrences = self.finding.occurrences.iter();
        occurrences.filter(move |other| !std::ptr::eq(*other, lead))
    }

    /// What stays the same while lines move: 16 bytes of rule, secret and path.
    pub fn identity(&self, roots: &Roots<'_>) -> [u8; 16] {
        let mut digest = Sha256::new();
        digest.update(b"keytrail spot v1\0");
        digest.update(self.finding.fingerprint.to_string());
        digest.update(self.lead.origin.place.as_str());
        digest.update(roots.relative(&self.lead.origin.path));
        if let Some(object) = name_of_pathless(self.lead) {
            digest.update(object.as_bytes());
        }
        let digest = digest.finalize();
        std::array::from_fn(|index| digest[index])
    }

    /// The path of the file, fit to be published; of an archive, not of its member. `None` for what is no file.
    pub fn file(&self, roots: &Roots<'_>) -> Option<Vec<u8>> {
        let origin = &self.lead.origin;
        let is_file = matches!(origin.place, Place::File | Place::Blob) && !origin.path.is_empty();
        is_file.then(|| segments(&roots.relative(&origin.path)).collect::<Vec<_>>().join(&b'/'))
    }

    /// The file as text, or what is no file by its name in a sentence. Not yet escaped.
    pub fn path(&self, roots: &Roots<'_>) -> String {
        match self.file(roots) {
            Some(path) => String::from_utf8_lossy(&path).into_owned(),
            None => self.name(roots),
        }
    }

    /// Names the place in a sentence, with the way into archives. Safe for a terminal.
    pub fn name(&self, roots: &Roots<'_>) -> String {
        place::name_by_path(self.lead, &roots.relative(&self.lead.origin.path))
    }

    /// The first and last line in the file; what is packed has lines that are none of the file's.
    pub fn lines(&self) -> (u32, u32) {
        match self.lead.via.iter().any(|step| matches!(step, Step::Member(_))) {
            true => (1, 1),
            false => (self.lead.start.line, self.lead.end.line),
        }
    }

    /// The last column, counted from 1.
    pub fn last_column(&self) -> u32 {
        self.lead.end.column.saturating_sub(1).max(1)
    }

    /// The commit whose tree has the secret at these lines, or whose message has it; `None` where it is in none yet.
    pub fn commit(&self, target: &Target) -> Option<ObjectId> {
        match self.lead.origin.place {
            Place::CommitMessage => self.lead.origin.object,
            _ => target.commit_of(self.lead),
        }
    }

    /// Says all of it in one flat text; `name` is the place's. The columns are in it because two secrets of one line
    /// differ in nothing else.
    pub fn says(&self, name: &str, markup: &Markup) -> String {
        let finding = self.finding;
        let (start, end) = (self.lead.start, self.lead.end);
        let mut text = format!(
            "{} {} is in {}, ",
            (markup.text)(&finding.rule.about.title),
            (markup.name)(&finding.secret.masked()),
            (markup.name)(name),
        );
        text += &if start.line == end.line {
            let last = self.last_column().max(start.column);
            format!("line {}, columns {} to {last}", start.line, start.column)
        } else {
            format!("lines {} to {}", start.line, end.line)
        };
        if let Some(stamp) = &self.lead.commit {
            let date = time::date(stamp.commit_time).unwrap_or_else(|| "no valid date".to_owned());
            text += &format!(", since commit {} ({date})", stamp.id.short());
        }
        text += ".";
        text += match self.state() {
            State::HistoryOnly => " It can still be read from history.",
            State::Unreachable => " No ref reaches it, but the object store still holds it.",
            _ => "",
        };
        text + &known(finding, markup)
    }
}

/// What is known of a secret besides its places: traps, what AWS said, what a policy says. Begins with a blank.
pub fn known(finding: &Finding, markup: &Markup) -> String {
    let mut text = String::new();
    if let Some(service) = finding.aws.as_ref().and_then(|aws| aws.canary.as_ref()) {
        text += &format!(" It is a canary of {}: do not verify it.", (markup.name)(service));
    }
    if let Some(verification) = &finding.verification {
        text += &format!(" Verification: {}.", (markup.said)(&verification.says()));
        text += match verification.tried {
            true => " For that the key was used, which leaves an event in the CloudTrail of its account.",
            false => "",
        };
    }
    if let Some(judged) = &finding.judged {
        let said = judged.verdicts.iter();
        let said = said.map(|verdict| format!(" {}: {}.", verdict.kind.as_str(), (markup.said)(&verdict.says)));
        text += &said.collect::<String>();
    }
    text
}
