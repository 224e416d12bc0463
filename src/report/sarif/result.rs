//! Findings as SARIF results: one for each secret and path, since GitHub shows a result's first
//! location only. The worst come first, since GitHub keeps the first 5,000 only.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::location::Locator;
use super::model::{
    ContextRegion, Fingerprints, Location, Message, PartialFingerprints, PhysicalLocation, Region, RelatedLocation,
    Result, ResultProperties, Snippet, Suppression,
};
use super::rule;
use crate::finding::{self, Finding, Occurrence, SuppressionKind};
use crate::origin::{ObjectId, Place, State};
use crate::report::json::{Age, Verification};
use crate::report::{Report, time};
use crate::text::sanitize;

/// GitHub takes so many, and uses the first to place the alert.
const MAX_LOCATIONS: usize = 100;
const MAX_RELATED: usize = 20;
/// How many of the related locations are linked from the message.
const LINKED: usize = 3;

/// A secret at one path.
pub struct Spot<'r> {
    finding: &'r Finding,
    /// The occurrence that leads: one of today's, if the path has one.
    lead: &'r Occurrence,
    /// All occurrences at the path, the lead among them.
    all: Vec<&'r Occurrence>,
    as_of: i64,
}

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

/// Groups a finding's occurrences by path; paths of today come first.
fn spots_of(finding: &Finding, as_of: i64) -> Vec<Spot<'_>> {
    let mut index: HashMap<(Place, &[u8], Option<ObjectId>), usize> = HashMap::new();
    let mut spots: Vec<Spot> = Vec::new();
    for occurrence in &finding.occurrences {
        let origin = &occurrence.origin;
        // A message or a nameless blob has no path; its object is its name.
        let object = origin.object.filter(|_| origin.path.is_empty());
        let next = spots.len();
        let at = *index.entry((origin.place, &origin.path, object)).or_insert(next);
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

impl<'r> Spot<'r> {
    /// Builds the result. `rule_index` finds the rule's place in the driver's list.
    pub fn result(&self, locator: &mut Locator<'_>, rule_index: &HashMap<&str, usize>) -> Result<'r> {
        let finding = self.finding;
        let fingerprint = finding.fingerprint.to_string();
        let related = self.others().take(MAX_RELATED).enumerate();
        Result {
            rule_id: &finding.rule.id,
            rule_index: rule_index.get(finding.rule.id.as_str()).copied(),
            level: rule::level(finding.severity),
            message: Message::new(self.message(locator)),
            locations: self.locations(locator),
            related_locations: related
                .map(|(n, other)| related_location(n + 1, other, locator))
                .collect(),
            partial_fingerprints: PartialFingerprints {
                line_hash: self.lead.line_hash.as_deref(),
                secret: fingerprint[..16].to_owned(),
            },
            fingerprints: Fingerprints { whole: fingerprint },
            occurrence_count: self.all.len(),
            hosted_viewer_uri: locator.permalink(self.lead),
            suppressions: finding.suppressed.iter().map(suppression).collect(),
            taxa: [rule::cwe_798()],
            properties: ResultProperties {
                state: self.state().as_str(),
                severity: finding.severity.as_str(),
                confidence: finding.confidence.as_str(),
                commit: self.lead.commit.map(|stamp| stamp.id.to_string()),
                commit_date: self.lead.commit.and_then(|stamp| time::rfc3339(stamp.commit_time)),
                account_id: finding.aws.as_ref().and_then(|aws| aws.account_id.as_deref()),
                age: finding.judged.as_deref().map(|judged| Age::of(judged, self.as_of)),
                verification: finding.verification.as_deref().map(Verification::of),
            },
        }
    }

    /// Where the secret stands in the path, the lead first.
    fn locations(&self, locator: &mut Locator<'_>) -> Vec<Location<'r>> {
        let more = self.all.iter().filter(|other| !std::ptr::eq(**other, self.lead));
        let all = [self.lead].into_iter().chain(more.copied());
        let location = |at: &'r Occurrence| Location {
            physical_location: PhysicalLocation {
                artifact_location: locator.locate(at),
                region: region(at, Some(self.finding.secret.masked())),
                context_region: Some(ContextRegion {
                    start_line: at.start.line,
                    end_line: at.end.line,
                    snippet: Snippet { text: &at.snippet },
                }),
            },
        };
        all.take(MAX_LOCATIONS).map(location).collect()
    }

    /// The state of this path: a secret that HEAD has elsewhere may be only in this path's history.
    fn state(&self) -> State {
        match self.finding.state {
            State::InTree if !self.lead.in_head => State::HistoryOnly,
            state => state,
        }
    }

    fn others(&self) -> impl Iterator<Item = &'r Occurrence> + use<'r> {
        let lead = self.lead;
        let occurrences = self.finding.occurrences.iter();
        occurrences.filter(move |other| !std::ptr::eq(*other, lead))
    }

    /// Says all of it in one flat text; GitHub shows nothing else. The columns are in it because two
    /// secrets of one line differ in nothing else.
    fn message(&self, locator: &Locator<'_>) -> String {
        let finding = self.finding;
        let (start, end) = (self.lead.start, self.lead.end);
        let mut text = format!(
            "{} '{}' is in '{}', ",
            plain(&finding.rule.title),
            plain(&finding.secret.masked()),
            plain(&locator.name(self.lead)),
        );
        text += &if start.line == end.line {
            let last = end.column.saturating_sub(1).max(start.column);
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
        if let Some(service) = finding.aws.as_ref().and_then(|aws| aws.canary.as_ref()) {
            text += &format!(" It is a canary of '{}': do not verify it.", plain(service));
        }
        if let Some(verification) = &finding.verification {
            text += &format!(" Verification: {}.", plain(&verification.says()));
            text += match verification.tried {
                true => " For that the key was used, which leaves an event in the CloudTrail of its account.",
                false => "",
            };
        }
        if let Some(judged) = &finding.judged {
            let said = judged.verdicts.iter();
            let said = said.map(|verdict| format!(" {}: {}.", verdict.kind.as_str(), plain(&verdict.says)));
            text += &said.collect::<String>();
        }
        text + &self.links(locator)
    }

    fn links(&self, locator: &Locator<'_>) -> String {
        let total = self.finding.occurrences.len() - 1;
        if total == 0 {
            return String::new();
        }
        let linked = self.others().take(LINKED).enumerate();
        let links: Vec<String> = linked
            .map(|(n, other)| format!("[{}]({})", link_text(&locator.name(other)), n + 1))
            .collect();
        let rest = match total - links.len() {
            0 => String::new(),
            1 => " and 1 more place".to_owned(),
            more => format!(" and {more} more places"),
        };
        format!(" It also stands in {}{rest}.", links.join(", "))
    }
}

fn related_location<'r>(id: usize, other: &Occurrence, locator: &mut Locator<'_>) -> RelatedLocation<'r> {
    RelatedLocation {
        id,
        message: Message::new("The same secret stands here."),
        location: Location {
            physical_location: PhysicalLocation {
                artifact_location: locator.locate(other),
                region: region(other, None),
                context_region: None,
            },
        },
    }
}

fn region(occurrence: &Occurrence, masked: Option<String>) -> Region {
    Region {
        start_line: occurrence.start.line,
        start_column: occurrence.start.column,
        end_line: occurrence.end.line,
        end_column: occurrence.end.column,
        snippet: masked.map(|text| Snippet { text }),
    }
}

fn suppression(suppression: &finding::Suppression) -> Suppression {
    Suppression {
        kind: match suppression.kind {
            SuppressionKind::Inline => "inSource",
            SuppressionKind::Placeholder | SuppressionKind::Allow | SuppressionKind::Baseline => "external",
        },
        status: "accepted",
        // The words of whoever allowed it: a stranger, if they stand in the content.
        justification: sanitize(suppression.reason.as_bytes()),
    }
}

/// Makes a text safe inside a message: no control characters, no placeholder, no link of its own.
fn plain(text: &str) -> String {
    let text = sanitize(text.as_bytes()).replace('{', "{{").replace('}', "}}");
    text.replace("](", "]\\(")
}

fn link_text(text: &str) -> String {
    plain(&text.replace('[', "\\[").replace(']', "\\]"))
}
