//! The variables of a CI job, and the file some providers describe the event in.
//!
//! The only place that reads them. A variable that is empty counts as unset, as providers set many of them so.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::name::{Branch, Revision};
use crate::error::Error;
use crate::source::regular::{Links, read_bounded};

/// Providers send at most 25 MB.
const MOST_BYTES: u64 = 32 << 20;

/// Variables by name.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// Takes those of this process, but for those that are no UTF-8.
    pub fn of_process() -> Self {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            Some((name, value.into_string().ok()?))
        });
        Self {
            variables: variables.collect(),
        }
    }

    #[cfg(test)]
    pub fn made_of(variables: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            variables: variables.iter().map(owned).collect(),
        }
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// The first of these variables that is set, as a commit.
    pub(super) fn revision(&self, names: &[&str]) -> Result<Option<Revision>, Error> {
        for name in names {
            if let Some(revision) = Revision::read(name, self.get(name))? {
                return Ok(Some(revision));
            }
        }
        Ok(None)
    }

    /// A variable as the name of a branch or tag.
    pub(super) fn branch(&self, name: &str) -> Result<Option<Branch>, Error> {
        Branch::read(name, self.get(name))
    }

    /// A variable as one of a provider's own words; what looks like no such word is left out.
    pub(super) fn word(&self, name: &str) -> Option<&str> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        self.get(name)
            .filter(|word| word.len() < 64 && word.chars().all(is_plain))
    }

    /// Reads the JSON file that a variable names.
    pub(super) fn event<T: DeserializeOwned>(&self, name: &str) -> Result<T, Error> {
        let wrong = |cause: String| {
            Error::input(format!("{name}: the event cannot be read"))
                .cause(cause)
                .hint("keytrail ci has to run in the job's own environment; --range or --all do without it")
        };
        let path = self
            .get(name)
            .ok_or_else(|| wrong("the variable is not set".to_owned()))?;
        let text =
            read_bounded(Path::new(path), Links::Follow, MOST_BYTES).map_err(|error| wrong(error.to_string()))?;
        let text = text.ok_or_else(|| wrong("there is no such file".to_owned()))?;
        // The text of the error would quote the file.
        serde_json::from_slice(&text).map_err(|error| {
            wrong(format!(
                "line {}, column {}: it is not the JSON of an event",
                error.line(),
                error.column()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &[u8]) -> Result<BTreeMap<String, u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("event.json");
        std::fs::write(&file, text).unwrap();
        let env = Environment::made_of(&[("EVENT", file.to_str().unwrap())]);
        env.event("EVENT").map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_that_cannot_be_read_is_not_quoted() {
        assert_eq!(event(br#"{"a": 1}"#).unwrap()["a"], 1);
        let error = event(b"{\n\"a\": \"PLANTED\"}").unwrap_err();
        assert!(error.contains("line 2") && !error.contains("PLANTED"), "{error}");
        let nested = "[".repeat(100_000);
        assert!(event(nested.as_bytes()).unwrap_err().contains("not the JSON"));
        let env = Environment::made_of(&[("EVENT", "/nowhere"), ("FIFO", "/dev/zero")]);
        for name in ["EVENT", "FIFO", "UNSET"] {
            let error = env.event::<u8>(name).unwrap_err().to_string();
            assert!(error.contains("hint:"), "{error}");
        }
    }

    #[test]
    fn only_words_are_words() {
        let env = Environment::made_of(&[("A", "pull_request"), ("B", "x\n::error::y"), ("C", "")]);
        assert_eq!(env.word("A"), Some("pull_request"));
        assert_eq!(env.word("B"), None);
        assert_eq!(env.get("C"), None);
    }
}
