//! keytrail finds committed AWS access keys and other secrets.

pub mod detect;
pub mod error;
pub mod finding;
pub mod origin;
pub mod pair;
pub mod report;
pub mod rules;
pub mod secret;
pub mod skip;
pub mod source;
pub mod text;
pub mod triage;
