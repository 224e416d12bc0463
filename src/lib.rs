//! keytrail finds committed AWS access keys and other secrets.

pub mod app;
pub mod baseline;
pub mod cli;
pub mod config;
pub mod decode;
pub mod detect;
pub mod error;
pub mod finding;
pub mod git;
pub mod hook;
pub mod import;
pub mod keys;
pub mod level;
pub mod memo;
pub mod origin;
pub mod outcome;
pub mod pair;
pub mod report;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod settings;
pub mod skip;
pub mod source;
pub mod text;
pub mod triage;
