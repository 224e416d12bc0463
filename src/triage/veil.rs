//! Names that tell a secret: paths and refs are masked where a found secret stands in them.
//!
//! A name is needed to find a place, so only the secret in it is veiled. Access key ids are public and stay.

use crate::finding::Finding;
use crate::origin::{Place, Step};
use crate::secret::Secret;

/// The secrets that stand in names.
pub struct Veil {
    secrets: Vec<Secret>,
}

impl Veil {
    /// Collects the secrets that were found in the name of a file, folder, ref or member of an archive.
    pub fn over(findings: &[Finding]) -> Self {
        let in_a_name = |finding: &&Finding| {
            finding.occurrences.iter().any(|place| {
                matches!(place.origin.place, Place::PathName | Place::RefName) || place.via.contains(&Step::Names)
            })
        };
        let secret = findings
            .iter()
            .filter(|finding| finding.rule.kind != "access-key-id")
            .filter(in_a_name)
            .map(|finding| finding.secret.clone());
        Self {
            secrets: secret.collect(),
        }
    }

    /// Masks the secrets in every path, ref and reason of the findings.
    pub fn draw(&self, findings: &mut [Finding]) {
        if self.secrets.is_empty() {
            return;
        }
        for finding in findings {
            for place in &mut finding.occurrences {
                self.mask(&mut place.origin.path);
                for step in &mut place.via {
                    if let Step::Member(name) = step {
                        let mut masked = name.to_vec();
                        self.mask(&mut masked);
                        *name = masked.into();
                    }
                }
                if let Some(name) = &mut place.origin.submodule {
                    let mut masked = name.to_vec();
                    self.mask(&mut masked);
                    *name = masked.into();
                }
            }
            // Reasons may name places.
            for name in finding.refs.iter_mut().chain(&mut finding.reasons) {
                self.mask_text(name);
            }
        }
    }

    /// Masks the secrets in a text that may be a name.
    pub fn mask_text(&self, name: &mut String) {
        let mut bytes = std::mem::take(name).into_bytes();
        self.mask(&mut bytes);
        *name = String::from_utf8_lossy(&bytes).into_owned();
    }

    /// Masks the secrets in a name.
    pub fn mask(&self, name: &mut Vec<u8>) {
        for secret in &self.secrets {
            #[expect(
                clippy::disallowed_methods,
                reason = "the value is looked for, to take it out of a name"
            )]
            let value = secret.expose();
            while let Some(at) = memchr::memmem::find(name, value) {
                name.splice(at..at + value.len(), secret.masked().into_bytes());
            }
        }
    }
}
