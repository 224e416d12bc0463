//! keytrail finds committed AWS access keys and other secrets. This is its library: bytes in, findings out.
//!
//! ```
//! use keytrail::Scanner;
//!
//! let scanner = Scanner::builtin()?;
//! let scanned = scanner.scan(b"aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n", "deploy/prod.env");
//! let finding = &scanned.findings[0];
//! assert_eq!(finding.rule(), "aws-access-key-id");
//! assert_eq!(finding.occurrences()[0].span, Some(20..40));
//! assert_eq!(finding.secret().masked(), "AKIA************MPLE");
//! // It is the example of AWS's own documentation, and nothing to act on.
//! assert!(finding.suppressed().is_some());
//! # Ok::<(), keytrail::Error>(())
//! ```
//!
//! [`Scanner`] and what it gives are what other programs may rely on, by the rules of semantic versioning. Everything else that can be
//! reached in this crate is for its program and its tests: it is hidden here, and may change in any release.

// The rooms are described to those who work in them.
#![allow(rustdoc::private_intra_doc_links)]

#[cfg_attr(not(inside), doc(hidden))]
pub mod app;
#[cfg_attr(not(inside), doc(hidden))]
pub mod baseline;
#[cfg_attr(not(inside), doc(hidden))]
pub mod ci;
#[cfg_attr(not(inside), doc(hidden))]
pub mod cli;
#[cfg_attr(not(inside), doc(hidden))]
pub mod config;
#[cfg_attr(not(inside), doc(hidden))]
pub mod decode;
#[cfg_attr(not(inside), doc(hidden))]
pub mod detect;
#[cfg_attr(not(inside), doc(hidden))]
pub mod error;
#[cfg_attr(not(inside), doc(hidden))]
pub mod finding;
#[cfg_attr(not(inside), doc(hidden))]
pub mod git;
#[cfg_attr(not(inside), doc(hidden))]
pub mod hook;
#[cfg_attr(not(inside), doc(hidden))]
pub mod import;
#[cfg_attr(not(inside), doc(hidden))]
pub mod interrupt;
#[cfg_attr(not(inside), doc(hidden))]
pub mod keys;
#[cfg_attr(not(inside), doc(hidden))]
pub mod level;
#[cfg_attr(not(inside), doc(hidden))]
pub mod memo;
#[cfg_attr(not(inside), doc(hidden))]
pub mod notice;
#[cfg_attr(not(inside), doc(hidden))]
pub mod origin;
#[cfg_attr(not(inside), doc(hidden))]
pub mod outcome;
#[cfg_attr(not(inside), doc(hidden))]
pub mod pair;
#[cfg_attr(not(inside), doc(hidden))]
pub mod report;
#[cfg_attr(not(inside), doc(hidden))]
pub mod rules;
#[cfg_attr(not(inside), doc(hidden))]
pub mod scan;
#[cfg_attr(not(inside), doc(hidden))]
pub mod scanner;
#[cfg_attr(not(inside), doc(hidden))]
pub mod secret;
#[cfg_attr(not(inside), doc(hidden))]
pub mod settings;
#[cfg_attr(not(inside), doc(hidden))]
pub mod skip;
#[cfg_attr(not(inside), doc(hidden))]
pub mod source;
#[cfg_attr(not(inside), doc(hidden))]
pub mod text;
#[cfg_attr(not(inside), doc(hidden))]
pub mod triage;

pub use error::Error;
pub use level::{Confidence, Severity};
pub use scanner::{Finding, Occurrence, Rules, Scanned, Scanner};
pub use secret::Secret;
pub use skip::{Policy, Skip, Why};
pub use text::Position;
