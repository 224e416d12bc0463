//! A finding, as the library gives it: what is stable of [`crate::finding::Finding`], by methods.
//!
//! What is known of a finding grows with the program; methods keep that out of the promise. Nothing here prints a secret.

use std::fmt;
use std::ops::Range;

use crate::finding::{self, Aws};
use crate::level::{Confidence, Severity};
use crate::origin::Step;
use crate::secret::Secret;
use crate::text::{LineIndex, Position};

/// One secret, and every place in the content at which it stands.
#[derive(Clone)]
pub struct Finding {
    inner: finding::Finding,
    occurrences: Vec<Occurrence>,
}

/// A place at which a secret stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Occurrence {
    pub start: Position,
    /// The position after the last character.
    pub end: Position,
    /// The bytes of the content that hold the secret, or the encoded text that does. `None` where the content had to be unpacked or
    /// decoded as a whole; positions are then those inside.
    pub span: Option<Range<usize>>,
    /// How it was reached inside of the content, outermost first: `zip`, `member a.env`, `base64 at line 3`. Names of
    /// members are a stranger's: escape them before they reach a terminal.
    pub via: Vec<String>,
}

impl Finding {
    /// Takes the findings of a content.
    pub(super) fn all_of(findings: Vec<finding::Finding>, content: &[u8]) -> Vec<Self> {
        if findings.is_empty() {
            return Vec::new();
        }
        let lines = LineIndex::new(content);
        let wrap = |inner: finding::Finding| Self {
            occurrences: inner.occurrences.iter().map(|it| occurrence(it, &lines)).collect(),
            inner,
        };
        findings.into_iter().map(wrap).collect()
    }

    /// The id of the rule, such as `aws-access-key-id`. It never changes.
    pub fn rule(&self) -> &str {
        &self.inner.rule.id
    }

    /// What it is, in a few words.
    pub fn title(&self) -> &str {
        &self.inner.rule.about.title
    }

    /// What it opens.
    pub fn description(&self) -> &str {
        self.inner.rule.about.description.trim()
    }

    /// What to do about it, in the order to do it.
    pub fn advice(&self) -> &str {
        self.inner.rule.about.advice.trim()
    }

    /// The provider's own page.
    pub fn link(&self) -> &str {
        &self.inner.rule.about.link
    }

    pub fn severity(&self) -> Severity {
        self.inner.severity
    }

    /// How sure it is. The program shows medium and high ones, unless it is asked for more.
    pub fn confidence(&self) -> Confidence {
        self.inner.confidence
    }

    /// Why it has this severity and confidence: short sentences, never content.
    pub fn reasons(&self) -> &[String] {
        &self.inner.reasons
    }

    /// What stands for rule and secret, 32 hex digits: the same in every place, file, version and report.
    pub fn fingerprint(&self) -> String {
        self.inner.fingerprint.to_string()
    }

    /// The secret, which can be shown masked, or exposed on purpose.
    pub fn secret(&self) -> &Secret {
        &self.inner.secret
    }

    /// Every place, in the order of the content. Never empty.
    pub fn occurrences(&self) -> &[Occurrence] {
        &self.occurrences
    }

    /// Why it is not to be acted on, if the value is an example or a marker allows it.
    pub fn suppressed(&self) -> Option<&str> {
        self.inner.suppressed.as_ref().map(|why| why.reason.as_str())
    }

    /// The AWS access key id that it is or belongs to. Public, by AWS's own definition.
    pub fn aws_key_id(&self) -> Option<&str> {
        self.aws().and_then(|aws| aws.key_id.as_deref())
    }

    /// The AWS account, twelve digits.
    pub fn aws_account(&self) -> Option<&str> {
        self.aws().and_then(|aws| aws.account_id.as_deref())
    }

    /// The fingerprint of the finding that holds the other half of an AWS credential; of a secret or token: the id.
    pub fn pair(&self) -> Option<String> {
        let pair = self.aws().and_then(|aws| aws.pair.as_ref());
        pair.map(|pair| pair.of.to_string())
    }

    fn aws(&self) -> Option<&Aws> {
        self.inner.aws.as_deref()
    }
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finding")
            .field("rule", &self.rule())
            .field("fingerprint", &self.inner.fingerprint)
            .field("occurrences", &self.occurrences)
            .finish_non_exhaustive()
    }
}

fn occurrence(inner: &finding::Occurrence, lines: &LineIndex<'_>) -> Occurrence {
    // A part of the text is placed in the text; what lies behind any other step has lines of its own.
    let is_in_text = matches!(inner.via.first(), None | Some(Step::Part { .. }));
    Occurrence {
        start: inner.start,
        end: inner.end,
        span: is_in_text.then(|| lines.offset(inner.start)..lines.offset(inner.end)),
        via: inner.via.iter().map(ToString::to_string).collect(),
    }
}
