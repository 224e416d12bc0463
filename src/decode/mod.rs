//! Decoders: from content that hides its text to bytes that can be scanned. Pure functions.
//!
//! A decoder takes what it recognises beyond doubt and leaves the rest alone; it is bounded by the
//! size of its input.

mod utf16;

pub use utf16::Encoding;
