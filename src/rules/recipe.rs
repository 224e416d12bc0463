//! Recipes: how the rules describe their examples without holding one.
//!
//! `<[A-Z2-7]{16}>` stands for sixteen characters of that class, `<[A-Z]>` for one. `<FORM:TEXT>` stands for
//! what the form makes of TEXT, after `{[class]{n}}` and `{[class]}` in it were drawn: TEXT in base64, or TEXT with
//! the right checksum behind it. Everything else, other `<` and `{` too, stands for itself.

mod forms;

use forms::FORMS;

/// Draws a number from 0 to the bound, which is not among them.
pub type Below<'d> = &'d mut dyn FnMut(u64) -> u64;

/// The most characters that one class stands for.
const MOST: usize = 1 << 16;

/// A generator with a seed (xorshift64*), the same in every run. Not for cryptography.
#[derive(Debug)]
pub struct Seeded(u64);

impl Seeded {
    pub fn new(seed: u64) -> Self {
        Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }
}

/// Makes one text of a recipe.
///
/// # Errors
/// What of the recipe cannot be understood.
pub fn expand(recipe: &str, below: Below<'_>) -> Result<String, &'static str> {
    replaced(recipe, |part| made(part, below))
}

/// What stands for drawn characters in an outline.
pub const DRAWN: &str = "...";

/// A recipe as people read it: [`DRAWN`] for each part that is drawn.
///
/// # Errors
/// What of the recipe cannot be understood.
pub fn outline(recipe: &str) -> Result<String, &'static str> {
    replaced(recipe, |part| {
        let (text, length) = made(part, &mut |_| 0)?;
        let is_drawn = length > 1;
        Ok((if is_drawn { DRAWN.to_owned() } else { text }, length))
    })
}

/// The recipe with what a function gives for each part that begins with `<`; it also says how long that part is.
fn replaced(
    recipe: &str,
    mut by: impl FnMut(&str) -> Result<(String, usize), &'static str>,
) -> Result<String, &'static str> {
    let mut text = String::new();
    let mut rest = recipe;
    while let Some(start) = rest.find('<') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let (part, length) = by(rest)?;
        text.push_str(&part);
        rest = &rest[length..];
    }
    Ok(text + rest)
}

/// What the part makes that a recipe begins with, and how long it is: a class, a form, or `<` itself.
fn made(recipe: &str, below: Below<'_>) -> Result<(String, usize), &'static str> {
    if recipe.starts_with("<[") {
        return draw(recipe, '>', below);
    }
    let Some((name, make)) = FORMS.iter().find(|(name, _)| is_form(recipe, name)) else {
        return Ok(("<".to_owned(), 1));
    };
    let (inner, length) = filled(&recipe[name.len() + 2..], below)?;
    let made = make(inner).ok_or("the form is not made of such a text")?;
    Ok((made, name.len() + 2 + length))
}

/// Whether the recipe begins with `<name:`.
fn is_form(recipe: &str, name: &str) -> bool {
    recipe[1..].strip_prefix(name).is_some_and(|rest| rest.starts_with(':'))
}

/// The text of a form with its classes drawn; and how long that part of the recipe is, `>` included.
fn filled(inner: &str, below: Below<'_>) -> Result<(String, usize), &'static str> {
    let end = inner.find('>').ok_or("a form ends in >")?;
    let mut text = String::new();
    let mut rest = &inner[..end];
    while let Some(start) = rest.find("{[") {
        let (drawn, length) = draw(&rest[start..], '}', below)?;
        text += &rest[..start];
        text += &drawn;
        rest = &rest[start + length..];
    }
    Ok((text + rest, end + 1))
}

/// Characters of the class that the recipe begins with, and how long that part of the recipe is.
fn draw(recipe: &str, close: char, below: Below<'_>) -> Result<(String, usize), &'static str> {
    let bracket = recipe.find(']').ok_or("a class ends in ]")?;
    let alphabet = class(&recipe[2..bracket])?;
    let after = &recipe[bracket + 1..];
    let (count, counted) = match after.strip_prefix('{') {
        Some(number) => {
            let end = number.find('}').ok_or("a count ends in }")?;
            let count: usize = number[..end].parse().map_err(|_| "a count is a number")?;
            (count, end + 2)
        }
        None => (1, 0),
    };
    if count > MOST {
        return Err("a count is 65536 at most");
    }
    if !after[counted..].starts_with(close) {
        return Err("after a class comes its count or the end of the recipe");
    }
    let text = (0..count)
        .map(|_| char::from(alphabet[below(alphabet.len() as u64) as usize]))
        .collect();
    Ok((text, bracket + 1 + counted + 1))
}

/// The characters of a class as in a regular expression, such as `A-Za-z0-9+/`.
///
/// # Errors
/// It has none, or some that are not ASCII.
pub fn class(class: &str) -> Result<Vec<u8>, &'static str> {
    let bytes = class.as_bytes();
    let mut alphabet = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if at + 2 < bytes.len() && bytes[at + 1] == b'-' {
            alphabet.extend(bytes[at]..=bytes[at + 2]);
            at += 3;
        } else {
            alphabet.push(bytes[at]);
            at += 1;
        }
    }
    match alphabet.is_empty() || !alphabet.is_ascii() {
        true => Err("a class has ASCII characters"),
        false => Ok(alphabet),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_that_cannot_be_understood_says_why() {
        let fails = |recipe: &str| expand(recipe, &mut |_| 0).is_err();
        for recipe in [
            "<[a",
            "<[]>",
            "<[a]{x}>",
            "<[a]{3",
            "<[a]{99999999}>",
            "<[a]x",
            "<b64:abc",
            "<[z-a]>",
            "<[é]>",
        ] {
            assert!(fails(recipe), "{recipe}");
        }
        assert_eq!(expand("<a> <[x]{2}>", &mut |_| 0), Ok("<a> xx".to_owned()));
    }

    #[test]
    fn an_outline_holds_nothing_that_is_drawn() {
        assert_eq!(outline("<a> <[x]{2}>-<b64:a{[y]{3}}>;"), Ok("<a> ...-...;".to_owned()));
        assert!(outline("<[a").is_err());
    }
}
