//! Values that a rule knows by the name beside them and by their form: `DATADOG_API_KEY=<32 hex digits>`.
//!
//! The form alone says nothing of the service, the name alone nothing of the value; both together do. A value is
//! looked at only if it looks drawn at random.

use std::ops::Range;
use std::sync::Arc;

use super::candidate::Candidate;
use super::{checksum, name, placeholder};
use crate::rules::{Matcher, Rule};

/// Rules with names.
#[derive(Default)]
pub struct Named {
    rules: Vec<Arc<Rule>>,
}

impl Named {
    pub fn add(&mut self, rule: &Arc<Rule>) {
        self.rules.push(Arc::clone(rule));
    }

    /// Reads the value by every rule whose name stands beside it.
    pub fn read(&self, bytes: &[u8], span: Range<usize>, value: &[u8], found: &mut Vec<Candidate>) {
        if self.rules.is_empty() {
            return;
        }
        let beside = name::before(bytes, span.start);
        if beside.is_empty() {
            return;
        }
        for rule in &self.rules {
            let Matcher::Named { names, pattern } = &rule.matcher else {
                continue;
            };
            let fits = names.iter().any(|name| beside.contains(name.as_str()))
                && pattern
                    .regex()
                    .find(value)
                    .is_some_and(|found| found.len() == value.len())
                && checksum::holds(rule, value);
            if fits {
                let candidate = Candidate::new(rule, span.clone(), value).because("the name beside it and its form");
                found.push(candidate.placeholder(placeholder::of_secret(value)));
            }
        }
    }
}
