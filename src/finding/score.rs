//! How likely a value without a form of its own is a secret: what detection reckons, and triage weighs by the path.

use crate::level::Confidence;

/// The odds of a secret. Private to the pipeline: reports give the confidence that it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    /// The natural logarithm of the odds, in 256ths.
    pub odds: i16,
    /// Whether the value stands in quotes: a bare one means something in settings and little in code.
    pub is_quoted: bool,
    pub form: Form,
}

/// What a value is made of: passwords that tests make up are of some forms more than of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// It looks drawn at random.
    Drawn,
    /// Letters and digits, as long as a token.
    Long,
    /// Letters and digits.
    Mixed,
    /// Letters alone.
    Word,
    /// Letters and signs.
    Marked,
    /// A word that stands for a password, or base64 of words.
    Stock,
}

impl Form {
    /// By number, from 0.
    pub const ALL: [Form; 6] = [
        Form::Drawn,
        Form::Long,
        Form::Mixed,
        Form::Word,
        Form::Marked,
        Form::Stock,
    ];
}

/// What odds each confidence needs. Chosen by `benches/train-score` on labelled lines.
const HIGH: i16 = 448;
const MEDIUM: i16 = 0;
const LOW: i16 = -448;

impl Score {
    /// The lowest odds that are worth a word.
    pub const LEAST: i16 = LOW;

    pub fn new(odds: i16, is_quoted: bool, form: Form) -> Self {
        Self { odds, is_quoted, form }
    }

    /// The odds with what something else says of them.
    #[must_use]
    pub fn plus(self, more: i16) -> Self {
        Self {
            odds: self.odds.saturating_add(more),
            ..self
        }
    }

    /// The odds of a value whose place says that it is a secret: never less than a medium confidence needs.
    #[must_use]
    pub fn believed(self) -> Self {
        Self {
            odds: self.odds.max(MEDIUM),
            ..self
        }
    }

    /// How sure these odds are; `None` if what has them is not worth a word.
    pub fn confidence(self) -> Option<Confidence> {
        match self.odds {
            HIGH.. => Some(Confidence::High),
            MEDIUM.. => Some(Confidence::Medium),
            LOW.. => Some(Confidence::Low),
            _ => None,
        }
    }
}
