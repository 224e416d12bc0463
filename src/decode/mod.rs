//! Decoders: from content that hides its text to bytes that can be scanned. No path, no clock, nothing written.
//!
//! A decoder takes what it recognises beyond doubt and leaves the rest alone. What it gives is bounded by
//! [`limits`], in bytes, members and layers.

mod format;
pub mod limits;
mod streams;
mod tar;
mod unpack;
mod utf16;
mod whole;
mod zip;

pub use format::{Format, HEAD};
pub use limits::{Budget, Layers};
pub use unpack::{Input, Inside, Stop, unpack};
pub use utf16::Encoding;
pub use whole::WHOLE;
