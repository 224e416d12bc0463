//! Triage: findings of the same secret become one, and each gets its severity and its marks.
//!
//! Nothing is deleted here. What is not to be acted on is marked; what is of low confidence is counted by
//! the report. Paths are looked at only here, so that detection depends on bytes alone.

pub mod allow;
mod folder;
mod foreign;
mod grade;
mod kind;
mod locate;
mod merge;
mod place;
pub mod submodule;
mod veil;
mod weigh;
mod weights;

pub use foreign::ask_places;
pub use grade::grade;
pub use locate::locate;
pub use merge::merge;
pub use place::place;
pub use veil::Veil;
pub use weigh::{confidence_at, weigh};

use crate::detect::Role;
use crate::finding::Finding;

/// What part of an AWS credential a finding is.
pub fn role_of(finding: &Finding) -> Option<Role> {
    match &*finding.rule.id {
        "aws-access-key-id" => Some(Role::KeyId),
        "aws-secret-access-key" => Some(Role::SecretKey),
        "aws-session-token" => Some(Role::SessionToken),
        "aws-ses-smtp-password" => Some(Role::SmtpPassword),
        _ => None,
    }
}
