//! What documentation of code shows: a comment that calls something, and what comes of it behind an arrow.
//!
//! `#   user.update(password: "…") # => true`. What stands there was made up for the reader, or is long gone; it stays a
//! candidate of low confidence. Looks around the value, in a small window, and does not judge its look.

use crate::detect::assigned::Assigned;

/// How far the line may begin before the name, and how far behind the value its end and the lines below are looked at.
const BEFORE: usize = 128;
const BEHIND: usize = 256;
/// So many lines below the value's may lie between a call and what comes of it.
const LINES: usize = 3;

/// How a comment begins, and how it says what comes of a call.
const ARROWS: &[(&str, &[&str])] = &[("#", &["# =>", "#=>"]), ("//", &["// =>", "//=>"])];

/// Whether a comment shows the value in a call, and this line or one shortly below it, what comes of that.
pub fn is_shown(bytes: &[u8], assigned: &Assigned) -> bool {
    let start = assigned.name.start;
    let before = &bytes[start.saturating_sub(BEFORE)..start];
    let line = match memchr::memrchr(b'\n', before) {
        Some(end) => &before[end + 1..],
        None if start <= BEFORE => before,
        None => return false,
    };
    let begins = |text: &[u8], sign: &str| text.trim_ascii_start().starts_with(sign.as_bytes());
    let Some((sign, arrows)) = ARROWS.iter().find(|(sign, _)| begins(line, sign)) else {
        return false;
    };
    let has_arrow = |text: &[u8]| {
        arrows
            .iter()
            .any(|arrow| memchr::memmem::find(text, arrow.as_bytes()).is_some())
    };
    let behind = &bytes[assigned.value.end..bytes.len().min(assigned.value.end + BEHIND)];
    let mut lines = behind.split(|b| *b == b'\n');
    let rest = lines.next().unwrap_or_default();
    has_arrow(line) || has_arrow(rest) || lines.take(LINES).take_while(|line| begins(line, sign)).any(has_arrow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> bool {
        let name = text.find("password").expect("a name");
        let value = text.find("@@").expect("a value");
        let assigned = Assigned {
            name: name..name + "password".len(),
            value: value..value + 2,
        };
        is_shown(text.as_bytes(), &assigned)
    }

    #[test]
    fn a_comment_that_says_what_comes_of_a_call_shows_its_values() {
        assert!(is("  #   user.update(password: \"@@\") # => true\n"));
        assert!(is("x\n# u = User.new(password: '@@')\n# u.save\n# u.ok? #=> true\n"));
        assert!(is("// login({ password: '@@' })\n// => 'kim'\n"));
        assert!(is("#   # => <input name=\"password\" value=\"@@\">\n"));
    }

    #[test]
    fn other_comments_and_code_keep_theirs() {
        for text in [
            "user.update(password: \"@@\") # => true\n",
            "# password: @@\n",
            "# password: @@\nx = f() # => true\n",
            "# { :password => '@@' }\n",
            "# password: @@\n#\n#\n#\n# f() # => 1\n",
        ] {
            assert!(!is(text), "{text}");
        }
        let far = format!("# f(){}password: @@ # => true", " ".repeat(BEFORE));
        assert!(!is(&far));
    }
}
