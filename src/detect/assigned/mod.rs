//! Values that a name assigns: `db_password = "…"`, `"token": "…"`, `--secret …`, `PASSWORD=…`.
//!
//! At a word such as `pass` or `token` the whole name around it is read, then the sign, then the value. Only
//! what could be a literal value is given on: no call, no variable, no template. How likely the value is a
//! secret is for [`super::score`] to say. Nothing outside of a window of [`BEFORE`] and [`AFTER`] bytes around
//! the word is looked at, and nothing is known of paths.

mod bare;
mod name;
mod quoted;
mod sign;

use std::ops::Range;
use std::sync::Arc;

use super::candidate::Candidate;
use super::score;
use crate::rules::Rule;

pub use name::{Category, category};

/// How many bytes before the word can matter.
pub const BEFORE: usize = 96;
/// How many bytes from the word on can matter.
pub const AFTER: usize = 320;

/// The words of each detector, as they are searched for.
pub const PASSWORD: &[&str] = &["pass", "Pass", "PASS", "pwd", "Pwd", "PWD", "_pw", "_PW"];
pub const SECRET: &[&str] = &[
    "secret", "Secret", "SECRET", "cred", "Cred", "CRED", "auth", "Auth", "AUTH",
];
pub const TOKEN: &[&str] = &["token", "Token", "TOKEN"];
pub const KEY: &[&str] = &["_key", "-key", "Key", "_KEY", "apikey", "APIKEY"];

/// A name and the value that it is given, as spans of the content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    pub name: Range<usize>,
    /// Without its quotes.
    pub value: Range<usize>,
}

/// Reads the value whose name holds the word at `at`, for the rule of the name's category.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let assigned = at_word(bytes, at)?;
    (Some(category(&bytes[assigned.name.clone()])) == detects(rule)).then_some(())?;
    score::judge(rule, bytes, &assigned)
}

/// The category of names that a rule is for.
fn detects(rule: &Rule) -> Option<Category> {
    match rule.id.as_str() {
        "generic-password" => Some(Category::Password),
        "generic-secret" => Some(Category::Secret),
        "generic-token" => Some(Category::Token),
        "generic-key" => Some(Category::Key),
        _ => None,
    }
}

/// Reads what the name around the word at `at` is given.
pub fn at_word(bytes: &[u8], at: usize) -> Option<Assigned> {
    let low = at.saturating_sub(BEFORE);
    let window = &bytes[low..bytes.len().min(at + AFTER - score::CONTEXT_AFTER)];
    let name = name::around(window, at - low)?;
    let sign = sign::after(window, &name)?;
    let value = match quoted::opening(window, sign.end) {
        Some(quote) => quoted::read(window, quote)?,
        None => bare::read(window, &name, &sign)?,
    };
    Some(Assigned {
        name: name.start + low..name.end + low,
        value: value.start + low..value.end + low,
    })
}
