//! What ends a run: one error type that says what happened, to what, and what to do next.
//!
//! A thing that could not be read does not end a run; that is a [`crate::skip::Skip`].
//! An error never holds file content, so it can always be printed. Names in it are a stranger's, and are escaped then.

mod nearest;

use std::fmt;

use crate::text::{safe_lines, sanitize};
pub use nearest::nearest;

/// Why the run ended; decides nothing but how the message is introduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A flag, rule, policy or settings file is wrong: nothing was scanned.
    Usage,
    /// What was to be scanned is not there or is not what was asked for.
    Input,
    /// A report could not be written.
    Output,
}

/// What happened, to what, its cause, and the remedy.
#[derive(Clone, Debug)]
pub struct Error {
    pub kind: ErrorKind,
    what: String,
    cause: Option<String>,
    hint: Option<String>,
}

impl Error {
    pub fn usage(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, what)
    }

    pub fn input(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, what)
    }

    pub fn output(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Output, what)
    }

    fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            cause: None,
            hint: None,
        }
    }

    /// Adds the underlying cause, in the words of whoever reported it.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    /// Adds what the person can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Puts before the hint which of the known words may have been meant.
    #[must_use]
    pub fn did_you_mean<'k>(mut self, word: &str, known: impl IntoIterator<Item = &'k str>) -> Self {
        if let Some(meant) = nearest(word, known) {
            let rest = self.hint.map_or_else(String::new, |hint| format!(" {hint}"));
            self.hint = Some(format!("did you mean {meant:?}?{rest}"));
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", sanitize(self.what.as_bytes()))?;
        if let Some(cause) = &self.cause {
            write!(f, "\n  cause: {}", safe_lines(cause))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  hint: {}", safe_lines(hint))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
