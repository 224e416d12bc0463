//! Findings as SARIF results: one for each secret and path, since GitHub shows a result's first
//! location only. The worst come first, since GitHub keeps the first 5,000 only.

use std::collections::HashMap;

use super::location::Locator;
use super::model::{
    ContextRegion, Fingerprints, Location, Message, PartialFingerprints, PhysicalLocation, Region, RelatedLocation,
    Result, ResultProperties, Snippet, Suppression,
};
use super::rule;
use crate::finding::{self, Occurrence, SuppressionKind};
use crate::report::json::{Age, Verification};
use crate::report::spot::{Markup, Spot};
use crate::report::time;
use crate::text::sanitize;

/// GitHub takes so many, and uses the first to place the alert.
const MAX_LOCATIONS: usize = 100;
const MAX_RELATED: usize = 20;
/// How many of the related locations are linked from the message.
const LINKED: usize = 3;

/// A message holds placeholders and links, so what others wrote must not.
const MESSAGE: Markup = Markup {
    text: plain,
    name: |name| format!("'{}'", plain(name)),
    said: plain,
};

impl<'r> Spot<'r> {
    /// Builds the result. `rule_index` finds the rule's place in the driver's list.
    pub fn result(&self, locator: &mut Locator<'_>, rule_index: &HashMap<&str, usize>) -> Result<'r> {
        let finding = self.finding;
        let fingerprint = finding.fingerprint.to_string();
        let related = self.others().take(MAX_RELATED).enumerate();
        Result {
            rule_id: &finding.rule.id,
            rule_index: rule_index.get(&*finding.rule.id).copied(),
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

    /// All of it and links to the other places: GitHub shows nothing else.
    fn message(&self, locator: &Locator<'_>) -> String {
        self.says(&locator.name(self.lead), &MESSAGE) + &self.links(locator)
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
