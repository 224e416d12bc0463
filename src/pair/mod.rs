//! Pairing: which id, secret key, session token and SMTP password belong together.
//!
//! First within one content, by place (`within`); then over files and commits, by path and by being the only ones
//! (`across`). A pair is a mark with a confidence; what stays alone stays a finding.

mod across;
mod within;

pub use across::across;
pub use within::within;
