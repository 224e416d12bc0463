//! Words of a POSIX shell: whatever a stranger wrote becomes one word that expands to nothing but itself.
//!
//! A word that a terminal could not show as it is (control, zero-width, right-to-left characters) is written with
//! `printf` and octal numbers, so that the line that is read is the line that runs.

use crate::text::sanitize;

/// The text as one word of a shell command.
pub fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) && !text.starts_with(['=', '~']) {
        return text.to_owned();
    }
    if sanitize(text.as_bytes()) == text {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    // A line feed at the end would be lost by `$( )`; nothing that is named here may end in one.
    let mut format = String::new();
    for c in text.chars() {
        let safe = c.is_ascii_alphanumeric() || " _@+=:,./-".contains(c);
        if safe {
            format.push(c);
        } else {
            let mut bytes = [0; 4];
            c.encode_utf8(&mut bytes)
                .bytes()
                .for_each(|b| format += &format!("\\{b:03o}"));
        }
    }
    format!("\"$(printf -- '{format}')\"")
}

/// An option with its value: joined by `=` where the value could be taken for an option itself.
pub fn option(name: &str, value: &str) -> String {
    match value.starts_with('-') {
        true => format!("{name}={}", word(value)),
        false => format!("{name} {}", word(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_word_means_itself_and_nothing_else() {
        for text in [
            "deploy",
            "",
            "o'brien",
            "a b",
            "$(touch /tmp/keytrail-was-here)",
            "`id`",
            "$HOME",
            "\\",
            "a\"b",
            "a;b&c|d",
            "*?[a]",
            "~root",
            "=x",
            "-n",
            "%s%d",
            "grün",
            "a\u{202e}b",
            "esc\u{1b}[31m'%s\\n",
            "line\nfeed",
            "!history",
            "#no comment",
        ] {
            let script = format!("printf '%s' {}", word(text));
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&output.stdout), text, "{script}");
            assert!(output.status.success() && output.stderr.is_empty(), "{script}");
            assert_eq!(sanitize(word(text).as_bytes()), word(text), "nothing is hidden");
        }
    }

    #[test]
    fn a_value_is_no_option() {
        assert_eq!(option("--user-name", "-x"), "--user-name=-x");
        assert_eq!(option("--user-name", "o'b"), "--user-name 'o'\\''b'");
    }
}
