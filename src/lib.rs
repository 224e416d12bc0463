//! keytrail finds committed AWS access keys and other secrets.

pub mod error;
pub mod finding;
pub mod git;
pub mod origin;
pub mod report;
pub mod rules;
pub mod secret;
pub mod skip;
pub mod source;
pub mod text;
