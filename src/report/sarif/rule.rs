//! Rules as SARIF describes them, and the taxonomy they all point at: CWE-798.

use super::model::{
    Configuration, Help, Message, Relationship, ReportingDescriptor, RuleProperties, Taxon, TaxonReference, Taxonomy,
    ToolComponentReference,
};
use super::uri;
use crate::finding::{Confidence, Severity};
use crate::rules::Rule;

/// GitHub cuts descriptions here.
const LONGEST: usize = 1024;

/// Describes a rule.
pub fn describe(rule: &Rule) -> ReportingDescriptor {
    let link = uri::absolute(&rule.about.link);
    let markdown = match link {
        Some(link) => format!("{}\n\n[More about this]({link})", rule.about.advice),
        None => rule.about.advice.to_string(),
    };
    ReportingDescriptor {
        id: rule.id.to_string(),
        name: pascal_case(&rule.id),
        short_description: Message::new(sentence(&rule.about.title)),
        full_description: Message::new(sentence(&rule.about.description)),
        help: Help {
            text: rule.about.advice.to_string(),
            markdown,
        },
        help_uri: link.map(str::to_owned),
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        relationships: [Relationship {
            target: cwe_798(),
            kinds: ["superset"],
        }],
        properties: RuleProperties {
            tags: tags(rule),
            precision: precision(rule.confidence),
            security_severity: security_severity(rule.severity),
        },
    }
}

/// Tags for filtering, each once: a provider or kind may have the name of another tag.
fn tags(rule: &Rule) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in [
        "security",
        "secret",
        &rule.about.provider,
        &rule.kind,
        "external/cwe/cwe-798",
    ] {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

/// The SARIF level of a severity.
pub fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// The middle of GitHub's bands; `9.0` itself is in none.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.8",
        Severity::High => "8.1",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "very-high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

pub fn taxonomy() -> Taxonomy {
    Taxonomy {
        name: "CWE",
        organization: "MITRE",
        version: "4.18",
        information_uri: "https://cwe.mitre.org/",
        is_comprehensive: false,
        short_description: Message::new("The MITRE Common Weakness Enumeration."),
        taxa: [Taxon {
            id: "CWE-798",
            name: "UseOfHardCodedCredentials",
            short_description: Message::new("Use of Hard-coded Credentials."),
            help_uri: "https://cwe.mitre.org/data/definitions/798.html",
        }],
    }
}

/// DefectDojo reads the number out of `CWE-798`; a bare `798` would be lost on it.
pub fn cwe_798() -> TaxonReference {
    TaxonReference {
        id: "CWE-798",
        index: 0,
        tool_component: cwe(),
    }
}

pub fn cwe() -> ToolComponentReference {
    ToolComponentReference { name: "CWE", index: 0 }
}

/// `aws-access-key-id` becomes `AwsAccessKeyId`.
fn pascal_case(id: &str) -> String {
    let mut upper = true;
    let mut name = String::with_capacity(id.len());
    for c in id.chars() {
        if c == '-' {
            upper = true;
        } else {
            name.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        }
    }
    name
}

/// Ends a text with a period, cut to what GitHub keeps.
fn sentence(text: &str) -> String {
    let mut text: String = text.chars().take(LONGEST - 1).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_pascal_case_and_texts_are_sentences() {
        assert_eq!(pascal_case("aws-access-key-id"), "AwsAccessKeyId");
        assert_eq!(sentence("AWS key"), "AWS key.");
        assert_eq!(sentence("Why?"), "Why?");
        assert_eq!(sentence(&"é".repeat(2000)).chars().count(), LONGEST);
    }

    #[test]
    fn severities_lie_inside_githubs_bands() {
        assert_eq!(
            (level(Severity::High), security_severity(Severity::High)),
            ("error", "8.1")
        );
        assert_eq!(
            (level(Severity::Info), security_severity(Severity::Info)),
            ("note", "0.5")
        );
    }
}
