//! The file of a baseline: one line for each entry, sorted by digest, without times, paths or line numbers.
//!
//! ```text
//! # keytrail baseline 1
//! salt 000102030405060708090a0b0c0d0e0f
//! #000
//! #001
//! 0013… rule=aws-access-key-id until=2027-01-31 reason=the key of the staging account
//! #002
//! ```
//!
//! Entries stand behind the numbered line of their first three digits. Git can merge two branches whose changes have
//! a line between them, so new entries meet only if they come behind the same of 4,096 lines; with `merge=union` in
//! `.gitattributes` never, for entries may stand in any order and twice. No error quotes the file.

use std::fmt::Write as _;

use jiff::civil::Date;

use super::{Baseline, Digest, Entry, Key};
use crate::error::Error;

/// The most that is read of one file.
pub const MOST_BYTES: u64 = 64 << 20;

const TITLE: &str = "# keytrail baseline 1";
const ABOUT: &str = "\
# Secrets that were accepted, by a keyed digest of their value. `keytrail baseline update` adds to it;
# reason and until may be written by hand. The numbered lines let git merge what two branches add.
";

/// The longest reason that is kept.
const LONGEST_REASON: usize = 500;

impl Baseline {
    /// Reads a file; `name` is for messages.
    ///
    /// # Errors
    /// It is no baseline, of a later version, or a line of it cannot be read: then nothing of it counts.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, Error> {
        let wrong = |line: usize, what: &str, hint: &str| {
            Err(Error::usage(format!("{name}: the baseline cannot be read"))
                .cause(format!("line {line}: {what}"))
                .hint(hint))
        };
        let mut lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii).zip(1..);
        match lines.next() {
            Some((first, _)) if first == TITLE.as_bytes() => {}
            Some((first, _)) if first.starts_with(b"# keytrail baseline ") => {
                return wrong(
                    1,
                    "its version is not known",
                    "use the keytrail that wrote it, or a newer one",
                );
            }
            _ => {
                let hint =
                    "make one with `keytrail baseline create FILE`, or of another scanner's with `keytrail import`";
                return wrong(1, "this is no keytrail baseline", hint);
            }
        }
        let mut key = None;
        let mut entries: Vec<(Digest, Entry)> = Vec::new();
        for (line, number) in lines {
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            if [&b"<<<<<<<"[..], b"=======", b">>>>>>>", b"|||||||"]
                .iter()
                .any(|mark| line.starts_with(mark))
            {
                let hint = "keep the lines of both sides, and take the conflict markers out";
                return wrong(number, "a merge was not finished here", hint);
            }
            if let Some(hex) = line.strip_prefix(b"salt ") {
                match (Key::parse(hex), key) {
                    (Some(read), known) if known.is_none_or(|known| known == read) => key = Some(read),
                    (Some(_), _) => {
                        let hint = "two baselines were put together; keep one, and run `keytrail baseline update`";
                        return wrong(number, "there are two salts", hint);
                    }
                    (None, _) => return wrong(number, "the salt is damaged", "take the file from git"),
                }
                continue;
            }
            match entry(line) {
                Ok(read) => entries.push(read),
                Err(what) => return wrong(number, what, "write DIGEST rule=ID until=2027-01-31 reason=WHY"),
            }
        }
        let Some(key) = key else {
            return wrong(1, "there is no salt in it", "take the file from git");
        };
        let mut baseline = Self::new(key);
        for (digest, entry) in entries {
            baseline.add(digest, entry);
        }
        Ok(baseline)
    }

    /// Of two entries for a secret, the one that holds longer counts.
    fn add(&mut self, digest: Digest, entry: Entry) {
        let holds = |entry: &Entry| entry.until.unwrap_or(Date::MAX);
        match self.entries.get(&digest) {
            Some(known) if holds(known) >= holds(&entry) => {}
            _ => {
                self.entries.insert(digest, entry);
            }
        }
    }

    /// Writes the file. The same entries give the same bytes.
    pub fn render(&self) -> String {
        let mut text = format!("{TITLE}\n{ABOUT}salt {}\n", self.key);
        let mut entries = self.entries.iter().peekable();
        for bucket in 0..4096 {
            let _ = writeln!(text, "#{bucket:03x}");
            while let Some((digest, entry)) = entries.next_if(|(digest, _)| digest.bucket() == bucket) {
                let _ = write!(text, "{digest} rule={}", entry.rule);
                if let Some(day) = entry.until {
                    let _ = write!(text, " until={day}");
                }
                if !entry.reason.is_empty() {
                    let _ = write!(text, " reason={}", one_line(&entry.reason));
                }
                text.push('\n');
            }
        }
        text
    }
}

/// Reads one entry, or says what is wrong with it.
fn entry(line: &[u8]) -> Result<(Digest, Entry), &'static str> {
    let line = std::str::from_utf8(line).map_err(|_| "it is not UTF-8")?;
    let (digest, mut rest) = line.split_once(' ').unwrap_or((line, ""));
    let digest = Digest::parse(digest.as_bytes()).ok_or("the digest does not have 32 hex digits")?;
    let mut entry = Entry {
        rule: String::new(),
        until: None,
        reason: String::new(),
    };
    while !rest.is_empty() {
        if let Some(reason) = rest.strip_prefix("reason=") {
            entry.reason = one_line(reason);
            break;
        }
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        match word.split_once('=') {
            Some(("rule", id)) => entry.rule = id.to_owned(),
            Some(("until", day)) => entry.until = Some(day.parse().map_err(|_| "until: it is no day")?),
            _ => return Err("there is something else than rule=, until= and reason="),
        }
        rest = after.trim_start();
    }
    Ok((digest, entry))
}

/// A reason as it can stand in a line.
fn one_line(reason: &str) -> String {
    let words: Vec<&str> = reason.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn filled() -> Baseline {
        let key = Key::parse(b"000102030405060708090a0b0c0d0e0f").expect("32 digits");
        let mut baseline = Baseline::new(key);
        for n in 0..40 {
            let entry = Entry {
                rule: "generic".to_owned(),
                until: (n % 2 == 0).then(|| Date::constant(2027, 1, 31)),
                reason: "two\nlines  of it".repeat(n % 3),
            };
            baseline.accept(&Secret::new(format!("value {n}").as_bytes()), entry);
        }
        baseline
    }

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let text = filled().render();
        let read = Baseline::parse("b", text.as_bytes()).expect("it is one");
        assert_eq!(read.entries().count(), 40);
        assert_eq!(read.render(), text);
        assert!(text.contains("reason=two lines of it\n"), "{text}");
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        lines.remove(0);
        assert!(lines.is_sorted());
    }

    #[test]
    fn entries_may_stand_anywhere_and_twice() {
        let text = filled().render();
        let mut lines: Vec<&str> = text.lines().skip(1).chain(text.lines().skip(1)).collect();
        lines.reverse();
        let mixed = format!("{TITLE}\r\n{}", lines.join("\r\n"));
        let read = Baseline::parse("b", mixed.as_bytes()).expect("it is one");
        assert_eq!(read.render(), text);
    }

    #[test]
    fn a_damaged_file_is_refused_without_a_quote() {
        let text = filled().render();
        let planted = "hunter2-planted";
        for (from, to) in [
            (TITLE, planted),
            (TITLE, "# keytrail baseline 2"),
            ("salt 00", "salt zz"),
            ("salt 00", "# no salt 00"),
            ("#800\n", "<<<<<<< ours\n"),
            ("#800\n", "salt 101112131415161718191a1b1c1d1e1f\n"),
            ("#800\n", &format!("{planted}\n")),
            ("until=2027-01-31", &format!("until={planted}")),
            ("rule=", &format!("{planted}=")),
        ] {
            let damaged = text.replacen(from, to, 1);
            let error = Baseline::parse("b", damaged.as_bytes()).expect_err(from).to_string();
            assert!(error.contains("line ") && error.contains("hint:"), "{error}");
            assert!(!error.contains(planted), "{error}");
        }
    }
}
