//! Which keys an override or an exception is for.
//!
//! Everything that is said must hold. `*` stands for any characters, `?` for one; names are compared as they are
//! written. Facts that only the scanned content claims (a user name beside a key) never come here: a stranger
//! must not choose the limits of a key.

use std::collections::BTreeMap;

use crate::keys::{Key, Owner};

/// Patterns that a key must fit; at least one is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Match {
    pub user: Option<String>,
    pub path: Option<String>,
    pub arn: Option<String>,
    pub key: Option<String>,
    pub account: Option<String>,
    /// Tag names, as they are, and patterns of their values.
    pub tag: BTreeMap<String, String>,
}

impl Match {
    pub fn is_empty(&self) -> bool {
        *self == Match::default()
    }

    /// Whether the key is meant.
    pub fn holds(&self, key: &Key) -> bool {
        let owner = key.owner.as_ref();
        let (path, arn) = match owner {
            Some(Owner::User { path, arn, .. }) => (path.as_deref(), arn.as_deref()),
            _ => (None, None),
        };
        fits(&self.user, owner.map(Owner::name))
            && fits(&self.path, path)
            && fits(&self.arn, arn)
            && fits(&self.key, key.id.as_deref())
            && fits(&self.account, key.account.as_deref())
            && self
                .tag
                .iter()
                .all(|(name, value)| key.tags.get(name).is_some_and(|tag| glob(value, tag)))
    }
}

fn fits(pattern: &Option<String>, value: Option<&str>) -> bool {
    match (pattern, value) {
        (None, _) => true,
        (Some(pattern), Some(value)) => glob(pattern, value),
        (Some(_), None) => false,
    }
}

/// Whether the text fits the pattern. Goes back to the last `*` only, so it takes polynomial time.
fn glob(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text, expected) in [
            ("svc-*", "svc-ci", true),
            ("svc-*", "svc-", true),
            ("svc-*", "SVC-ci", false),
            ("*-ci-*", "svc-ci-2", true),
            ("*", "", true),
            ("?", "", false),
            ("a?c", "abc", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "aXbXb", false),
            ("", "", true),
            ("<root_account>", "<root_account>", true),
        ] {
            assert_eq!(glob(pattern, text), expected, "{pattern} {text}");
        }
        let hard = "*a".repeat(30) + "b";
        assert!(!glob(&hard, &"a".repeat(2000)));
    }
}
