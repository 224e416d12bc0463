//! What is allowed: findings that the content itself, a settings file or an ignore file says are not to be acted on.
//!
//! The order in which a suppression is looked for, the first of which a finding keeps:
//!
//! 1. *placeholder*: detection knows the value for an example.
//! 2. *inline*: every place where it is judged has a marker that holds. It is judged by its places in HEAD's tree if
//!    it stands there, else by all of its places.
//! 3. *allow*: every place, in history too, has a marker that holds or fits an allow rule.
//! 4. *baseline*: its value is accepted, wherever it stands.
//!
//! So a finding stays open as long as one place of it is. What has ended no longer counts, and the finding says so.

mod inline;
mod rules;

pub use inline::marker_of;
pub use rules::{Allowed, Marked};
