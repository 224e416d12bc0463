//! Mutants of rules: a rule that is a little wrong must fail its own examples.
//!
//! Works on the text of a pattern. What it changes is what a rule is about: the letters of a literal, the length
//! of what was drawn, and its alphabet.

/// The mutants of a pattern, each with what was changed.
///
/// A fixed count has one more and one less; a range of counts all that is above it and all that is below it. A class
/// with a count loses its first range, or the upper half of it if it has no other. A count that may be zero is
/// no part of a secret's form.
pub fn of_pattern(pattern: &str) -> Vec<(&'static str, String)> {
    let mut mutants = Vec::new();
    for (open, text) in pattern.match_indices('{') {
        let Some(length) = pattern[open..].find('}').filter(|_| !pattern[..open].ends_with('\\')) else {
            continue;
        };
        let count = &pattern[open + text.len()..open + length];
        let Some((longer, shorter)) = other_counts(count) else {
            continue;
        };
        let with = |count: String| format!("{}{count}{}", &pattern[..=open], &pattern[open + length..]);
        mutants.push(("a greater length", with(longer)));
        mutants.push(("a smaller length", with(shorter)));
        let class = pattern[..open].strip_suffix(']').and_then(|before| before.rfind('['));
        if let Some(start) = class.filter(|start| !pattern[start + 1..].starts_with('^')) {
            let class = without_a_part(&pattern[start + 1..open - 1]);
            let mutant = format!("{}[{class}]{}", &pattern[..start], &pattern[open..]);
            mutants.push(("a smaller alphabet", mutant));
        }
    }
    mutants
}

/// Counts above and below those of `30`, `30,40` or `30,`; none for what is no count or may be zero.
fn other_counts(count: &str) -> Option<(String, String)> {
    let (least, most) = count.split_once(',').unwrap_or((count, count));
    let least: usize = least.parse().ok().filter(|least| *least > 0)?;
    if !count.contains(',') {
        return Some(((least + 1).to_string(), (least - 1).to_string()));
    }
    let longer = match most.parse::<usize>() {
        Ok(most) => format!("{},{}", most + 1, most + 1 + most - least),
        Err(_) => format!("{},", least + 1000),
    };
    Some((longer, format!("{},{}", 1.min(least - 1), least - 1)))
}

/// A class without its first range, or with the lower half of it if there is nothing else.
fn without_a_part(class: &str) -> String {
    let bytes = class.as_bytes();
    let escaped = usize::from(bytes[0] == b'\\');
    let first = if bytes.len() >= escaped + 3 && bytes[escaped + 1] == b'-' {
        escaped + 3
    } else {
        escaped + 1
    };
    match &class[first..] {
        "" if first == 3 => format!("{}-{}", &class[..1], char::from(bytes[0].midpoint(bytes[2]))),
        "" => "\\x00".to_owned(),
        // At the start of a class `^` would mean its opposite.
        rest => rest.replace('^', "\\^"),
    }
}

/// A literal or name with its last letter replaced by the next one.
pub fn of_text(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let last = bytes
        .iter()
        .rposition(u8::is_ascii_alphabetic)
        .unwrap_or(bytes.len() - 1);
    bytes[last] = match bytes[last] {
        b'z' | b'Z' | b'9' => bytes[last] - 1,
        byte => byte + 1,
    };
    String::from_utf8(bytes).expect("ASCII")
}
