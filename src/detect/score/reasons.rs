//! Why a value was scored as it was, in short sentences for people. Never content.

use super::text::Shape;
use crate::detect::assigned::{Assigned, Category, category};

/// What the name says, and what the value looks like.
pub fn of(bytes: &[u8], assigned: &Assigned, is_quoted: bool) -> Vec<String> {
    let kind = match category(&bytes[assigned.name.clone()]) {
        Category::Password => "password",
        Category::Secret => "secret",
        Category::Token => "token",
        Category::Key => "key",
    };
    let form = if is_quoted { "a quoted value" } else { "a value" };
    let shape = Shape::of(&bytes[assigned.value.clone()]);
    let look = match &shape {
        Shape { surprise: 148.., .. } => "it looks drawn at random",
        Shape {
            digits: 1..,
            marks: 1..,
            ..
        } => "letters, digits and signs",
        Shape { digits: 1.., .. } => "letters and digits",
        _ => "it looks chosen by a person",
    };
    vec![format!("{form} under a name that says {kind}"), look.to_owned()]
}
