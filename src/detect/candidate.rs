//! A candidate: something that a detector holds for a secret, before anyone asks where it stands.
//!
//! It lives inside the worker that found it and has no `Debug`. Whether and what a candidate is
//! depends on a bounded window of bytes around its span ([`super::REACH`]) and on nothing else.

use std::ops::Range;
use std::sync::Arc;

use crate::finding::{Aws, Confidence, Score};
use crate::origin::Step;
use crate::rules::foreign::Holding;
use crate::rules::{Matcher, Rule};
use crate::secret::Secret;

/// Something held for a secret.
pub struct Candidate {
    pub rule: Arc<Rule>,
    /// The bytes of the content that hold the secret, escapes, quotes between its parts and all.
    pub span: Range<usize>,
    /// The value as it would be used.
    pub secret: Secret,
    pub confidence: Confidence,
    /// What the confidence was reckoned from, where no form of its own tells the value.
    pub score: Option<Score>,
    /// Why: short sentences, never content.
    pub reasons: Vec<String>,
    /// What part of an AWS credential it can be.
    pub role: Option<Role>,
    pub aws: Option<Box<Aws>>,
    /// Why it is a documented or made-up example, if it is one.
    pub placeholder: Option<&'static str>,
    /// How the value was reached, outermost first.
    pub via: Vec<Step>,
    /// The part of the content that it was decoded out of, if it was.
    pub within: Option<Range<usize>>,
    /// Which allow lists of its rule hold, as far as content says.
    pub holding: Holding,
    /// Set by pairing, within one content: the index of the other half and how they were joined.
    pub mate: Option<Mate>,
}

/// The parts of an AWS credential, for pairing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    KeyId,
    SecretKey,
    SessionToken,
    SmtpPassword,
}

/// The other half of a candidate in the same content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mate {
    /// Index into the candidates of the content.
    pub index: usize,
    pub confidence: Confidence,
    pub how: &'static str,
}

impl Candidate {
    pub fn new(rule: &Arc<Rule>, span: Range<usize>, value: &[u8]) -> Self {
        Self {
            rule: Arc::clone(rule),
            span,
            secret: Secret::new(value),
            confidence: rule.confidence,
            score: None,
            reasons: Vec::new(),
            role: None,
            aws: None,
            placeholder: None,
            via: Vec::new(),
            within: None,
            holding: 0,
            mate: None,
        }
    }

    /// Whether its rule is for some paths only.
    pub fn is_of_some_paths(&self) -> bool {
        matches!(&self.rule.matcher, Matcher::Foreign(foreign) if foreign.path.is_some())
    }

    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.role = Some(role);
        self
    }

    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reasons.push(reason.into());
        self
    }

    #[must_use]
    pub fn aws(mut self, aws: Aws) -> Self {
        self.aws = Some(Box::new(aws));
        self
    }

    #[must_use]
    pub fn placeholder(mut self, why: Option<&'static str>) -> Self {
        self.placeholder = why;
        self
    }
}
