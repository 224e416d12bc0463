//! What people read of a rule: what it finds, what that opens, what to do, and its examples.
//!
//! No search needs any of it. The texts of eight hundred rules, each with an address of its own, would have to be put in
//! place whenever the program starts; so a built-in rule keeps them as one text, which is taken apart when it is asked for.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use super::rule::{Text, Texts};

/// What the build script puts between the texts, and between those of a list: signs that no text has.
const BETWEEN_TEXTS: char = '\x1f';
const BETWEEN_LISTED: char = '\x1e';

/// The texts about a rule.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The rules file it came from, for error messages.
    pub file: Text,
    pub provider: Text,
    pub title: Text,
    pub description: Text,
    pub advice: Text,
    pub link: Text,
    /// Recipes whose expansion must be found, and must not be.
    pub matches: Texts,
    pub rejects: Texts,
}

/// The same, taken apart when it is first read.
#[derive(Clone)]
pub struct OnDemand {
    joined: &'static str,
    about: OnceLock<Box<About>>,
}

impl OnDemand {
    /// Of texts in the order of [`About`] that the build script joined.
    pub const fn of(joined: &'static str) -> Self {
        Self {
            joined,
            about: OnceLock::new(),
        }
    }
}

impl From<About> for OnDemand {
    fn from(about: About) -> Self {
        Self {
            joined: "",
            about: OnceLock::from(Box::new(about)),
        }
    }
}

impl Deref for OnDemand {
    type Target = About;

    fn deref(&self) -> &About {
        self.about.get_or_init(|| Box::new(About::apart(self.joined)))
    }
}

impl fmt::Debug for OnDemand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(out)
    }
}

impl About {
    fn apart(joined: &'static str) -> Self {
        let mut texts = joined.split(BETWEEN_TEXTS);
        let mut next = || texts.next().unwrap_or_default();
        let list = |text: &'static str| -> Texts {
            let listed = text.split(BETWEEN_LISTED).filter(|text| !text.is_empty());
            listed.map(Text::Borrowed).collect()
        };
        Self {
            file: next().into(),
            provider: next().into(),
            title: next().into(),
            description: next().into(),
            advice: next().into(),
            link: next().into(),
            matches: list(next()),
            rejects: list(next()),
        }
    }
}
