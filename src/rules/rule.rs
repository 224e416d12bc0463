//! One rule, checked and ready: what it is called, what it matches, what to do about a finding.

use std::borrow::Cow;

use super::about::OnDemand;
use super::foreign::Foreign;
use super::pattern::Pattern;
use crate::level::{Confidence, Severity};

/// A text of a rule: of a built-in one as it stands in the program, which copies none of them.
pub type Text = Cow<'static, str>;
pub type Texts = Cow<'static, [Text]>;

/// A rule. Built by [`super::schema`]; read-only afterwards.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Kebab-case, unique, stable: it is part of every fingerprint.
    pub id: Text,
    /// The class of secret: `access-key-id`, `secret-key`, `session-token`, `private-key`, `token`, `password`.
    pub kind: Text,
    pub severity: Severity,
    pub confidence: Confidence,
    /// Where two rules match overlapping text, the higher one is kept.
    pub precedence: u8,
    pub matcher: Matcher,
    /// The name of a check that the value carries in itself; `detect` knows what it means.
    pub checksum: Option<Text>,
    /// The files that it is about, where only a file's name tells; `triage::place` says how they are written.
    pub paths: Texts,
    pub about: OnDemand,
}

/// Rules up to this precedence know a secret by its name and looks alone.
const GENERIC: u8 = 10;

impl Rule {
    /// Where what it found stands among what others found at the same place: the surer first, then the more specific.
    /// However sure a generic rule is that it is a secret, another's form says of what.
    pub fn rank(&self, confidence: Confidence) -> (Confidence, u8) {
        let most = match self.precedence {
            ..=GENERIC => Confidence::Medium,
            _ => Confidence::High,
        };
        (confidence.min(most), self.precedence)
    }
}

/// How a rule finds its secrets.
#[derive(Clone, Debug)]
pub enum Matcher {
    /// A detector of our own, by name; `detect` knows what it means.
    Code(Text),
    /// A literal and the pattern that must hold around it.
    Pattern(Pattern),
    /// Words of which the name beside the value has one, and the pattern that the whole value has.
    Named { names: Texts, pattern: Pattern },
    /// A rule of another scanner: keywords, and a pattern that may stand anywhere near them.
    Foreign(Box<Foreign>),
}
