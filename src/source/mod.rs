//! Sources: where content comes from. Each one discovers items, cheaply and in a fixed order;
//! content is loaded later, in a worker, into the worker's own buffer.
//!
//! A source never looks into content, and never passes over anything without a [`Skip`].

pub mod again;
mod change;
mod ending;
pub mod files;
pub mod history;
mod ignores;
mod item;
mod links;
pub mod outlines;
pub mod patterns;
pub mod pieces;
pub mod push;
pub mod range;
pub mod regular;
mod siblings;
pub mod staged;
mod top;
mod tracked;
mod walk;

pub use item::{Added, Content, Handle, Item};

use crate::skip::Skip;

/// What a source found to scan.
#[derive(Debug, Default)]
pub struct Discovered {
    /// In discovery order, which is the order of every report.
    pub items: Vec<Item>,
    pub skips: Vec<Skip>,
    /// Reasons, one sentence each, why even a full scan of the items is not complete (a shallow clone).
    pub incomplete: Vec<String>,
    /// How many of these the person lets pass.
    pub let_pass: usize,
    /// Commits read on the way (`range` and `history`).
    pub commits: u64,
}
