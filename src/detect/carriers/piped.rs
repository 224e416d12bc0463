//! Passwords that a shell hands to a command's standard input: `echo "root:…" | chpasswd`,
//! `echo … | docker login --password-stdin`, `chpasswd <<< "root:…"`.
//!
//! The command says what it reads; what it is given stands on the same line. What comes from a file or a variable is no
//! password.

use std::ops::Range;
use std::sync::Arc;

use super::command::unquoted;
use super::value::{after_blanks, is_reference};
use crate::detect::candidate::Candidate;
use crate::detect::{placeholder, stock};
use crate::rules::Rule;

pub const READERS: &[&str] = &[LOGINS, "--password-stdin", "passwd --stdin", "sudo -S", "kinit "];

/// It reads users with their passwords.
const LOGINS: &str = "chpasswd";
/// Commands that write their arguments, and flags that change how.
const WRITERS: &[&[u8]] = &[b"echo ", b"printf "];
const FLAGS: &[&[u8]] = &[b"-n ", b"-e ", b"-ne ", b"-en "];

/// The longest line before a command.
const LONGEST: usize = 512;

/// Reads the password that the command at `at` is given.
pub fn read(rule: &Arc<Rule>, bytes: &[u8], at: usize) -> Option<Candidate> {
    let given = piped(bytes, at).or_else(|| here_string(bytes, at))?;
    let text = &bytes[given.clone()];
    let (user, password) = match bytes[at..].starts_with(LOGINS.as_bytes()) {
        true => {
            let colon = memchr::memchr(b':', text)?;
            (Some(&text[..colon]), given.start + colon + 1..given.end)
        }
        false => (None, given),
    };
    let value = &bytes[password.clone()];
    let is_template = is_reference(value) || value.iter().any(|b| b"$<>{}()[]*\\` ".contains(b));
    let is_made_up = || match user {
        Some(user) => stock::of_login(user, value),
        None => stock::is_stock(value).then_some("documentation writes such a password"),
    };
    (value.len() >= 4 && !is_template).then(|| {
        let candidate = Candidate::new(rule, password, value).because("a command reads it as a password");
        candidate.placeholder(placeholder::of_password(value).or_else(is_made_up))
    })
}

/// What is written into the pipe that ends before the command.
fn piped(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let low = at.saturating_sub(LONGEST);
    let start = memchr::memrchr(b'\n', &bytes[low..at]).map_or(low, |end| low + end + 1);
    let line = &bytes[start..at];
    let pipe = memchr::memrchr(b'|', line)?;
    let written = line[..pipe].trim_ascii_end();
    let end_of = |writer: &&[u8]| Some(memchr::memmem::rfind(written, writer)? + writer.len());
    let mut text = WRITERS.iter().filter_map(end_of).max()?;
    if let Some(flag) = FLAGS.iter().find(|flag| written[text..].starts_with(flag)) {
        text += flag.len();
    }
    let value = unquoted(&written[text..])?;
    let quotes = 2 * usize::from(b"'\"".contains(&written[text]));
    let is_all = text + value.len() + quotes == written.len();
    let first = start + text + quotes / 2;
    is_all.then_some(first..first + value.len())
}

/// What stands behind `<<<` and the command.
fn here_string(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let window = &bytes[at..bytes.len().min(at + LONGEST)];
    let line = window.split(|b| *b == b'\n').next()?;
    let sign = memchr::memmem::find(line, b"<<<")?;
    let start = after_blanks(line, sign + 3);
    let value = unquoted(line.get(start..)?)?;
    let first = at + start + usize::from(b"'\"".contains(line.get(start)?));
    Some(first..first + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Option<&str> {
        let at = READERS.iter().find_map(|reader| text.find(reader))?;
        let span = piped(text.as_bytes(), at).or_else(|| here_string(text.as_bytes(), at))?;
        Some(&text[span])
    }

    #[test]
    fn what_is_written_for_a_command_is_what_it_reads() {
        for text in [
            "RUN echo 'kim:VALUE1' | chpasswd\n",
            "a\necho -n \"kim:VALUE1\" | sudo chpasswd",
            "chpasswd <<< 'kim:VALUE1'\n",
            "a && echo kim:VALUE1 | chpasswd",
        ] {
            assert_eq!(given(text), Some("kim:VALUE1"), "{text}");
        }
        for text in [
            "cat file | chpasswd",
            "echo a b | chpasswd",
            "echo 'a'\nchpasswd",
            "echo 'a' | grep b | chpasswd",
            "the command chpasswd",
            "echo \"a\"b | sudo -S ls",
        ] {
            assert_eq!(given(text), None, "{text}");
        }
    }
}
