//! The reason behind a marker: a stranger's text from beside a secret, cut and without what may be one.

const LONGEST_REASON: usize = 160;
/// A run of this many token characters may be a secret that no rule knows.
const LONGEST_TOKEN: usize = 20;

/// The reason in what follows a marker: up to the end of its comment or of the string that it is in.
pub fn reason(text: &[u8]) -> String {
    let ends = |at: &usize| {
        b"\"`<>{}\\".contains(&text[*at]) || text[*at..].starts_with(b"*/") || text[*at..].starts_with(b"--")
    };
    let end = (0..text.len().min(LONGEST_REASON))
        .find(ends)
        .unwrap_or(text.len().min(LONGEST_REASON));
    let words = text[..end]
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let words = words
        .iter()
        .map(|word| if may_be_secret(word) { "…" } else { word.as_str() });
    let reason = words.collect::<Vec<_>>().join(" ");
    let is_sign = |c: char| !c.is_alphanumeric() && !matches!(c, '…' | '(' | ')' | '[' | ']' | '.' | '!' | '?');
    reason.trim_matches(is_sign).to_owned()
}

/// Whether a word holds a run of characters that a token is made of, longer than words are.
fn may_be_secret(word: &str) -> bool {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "_+=-".contains(c) || !c.is_ascii();
    let long = |run: &&str| run.len() >= LONGEST_TOKEN;
    // What follows a sign of assignment is a value, however short.
    let assigned = word
        .split_once(['=', ':'])
        .is_some_and(|(_, value)| !value.is_empty() && !value.starts_with("//"));
    assigned || word.contains('@') || word.split(|c| !is_token(c)).any(|run| long(&run))
}
