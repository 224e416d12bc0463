//! The name beside a value: what the text calls it, read backwards from the value.
//!
//! Reads at most [`REACH`] bytes. Understands `name = value`, `"name": "value"`, XML elements and attributes,
//! tables, calls, typed declarations, and a value under its name (`Default:`, `"value":`). It never looks
//! ahead, and knows nothing of paths.

use std::cell::OnceCell;
use std::ops::Range;

use super::given::is_directed;
pub use super::says::{Says, is_personal_token, judge};

/// How far back a name may start.
const REACH: usize = 256;
/// How many words that only carry a value (`value`, `Default`, `String`) are passed over.
const MOST_CARRIERS: usize = 10;

/// Words that stand between a name and its value and say nothing themselves.
const CARRIERS: &[&str] = &[
    "value", "default", "name", "string", "str", "type", "true", "false", "none", "noecho", "text", "property", "key",
    "char", "const", "static", "var", "let", "final", "entry", "add",
];

/// Reads what the name before `start` says.
pub fn says(bytes: &[u8], start: usize) -> Says {
    Beside::new(bytes, start).says()
}

/// Returns the name before `start`, lower-case, letters and digits only; empty if there is none.
pub fn before(bytes: &[u8], start: usize) -> String {
    Beside::new(bytes, start).text()
}

/// The name beside a value, which several detectors may ask for: it is read once, and only if one does.
pub struct Beside<'c> {
    bytes: &'c [u8],
    start: usize,
    name: OnceCell<Name>,
}

impl<'c> Beside<'c> {
    /// The name before `start`.
    pub fn new(bytes: &'c [u8], start: usize) -> Self {
        Self {
            bytes,
            start,
            name: OnceCell::new(),
        }
    }

    fn name(&self) -> &Name {
        self.name.get_or_init(|| name_before(self.bytes, self.start))
    }

    /// What it says.
    pub fn says(&self) -> Says {
        judge(&self.name().words)
    }

    /// Where it stands, if it says that its value is secret and a sign assigns it. A bare `key` counts where nothing else
    /// names the value.
    pub fn of_assigned_secret(&self) -> Option<Range<usize>> {
        let name = self.name();
        match self.says() {
            Says::Secret | Says::AwsSecret | Says::Key => name.assigned.then(|| name.span.clone()),
            Says::Nothing => name.key.clone(),
            Says::Harmless => None,
        }
    }

    /// Lower-case, letters and digits only; empty if there is none.
    pub fn text(&self) -> String {
        self.name().words.concat()
    }
}

/// A name as it stands before a value.
#[derive(Default)]
struct Name {
    /// Lower-case: `awsSecretKey` and `AWS_SECRET_KEY` have three.
    words: Vec<String>,
    /// Where it stands in the content.
    span: Range<usize>,
    /// Where the value's own name stands if that is `key`: it may be a key, or the key of an entry.
    key: Option<Range<usize>>,
    /// A sign stands between name and value, or the name is a command's flag.
    assigned: bool,
}

fn name_before(bytes: &[u8], start: usize) -> Name {
    let low = start.saturating_sub(REACH);
    let window = &bytes[low..start];
    let mut at = window.len();
    let mut carried = false;
    let mut key = None;
    for _ in 0..MOST_CARRIERS {
        let Some(end) = skip_separators(window, at, carried) else {
            break;
        };
        let length = window[..end].iter().rev().take_while(|&&b| is_name(b)).count();
        let text = &window[end - length..end];
        // Of a command line, the flag alone is the name.
        let last = text
            .rsplit(|&b| b == b' ')
            .find(|word| !word.is_empty())
            .unwrap_or_default();
        let flag = last.starts_with(b"-");
        let signed = flag || window[end..].iter().any(|b| b"=:>,(|".contains(b));
        let directed = !signed && is_directed(&window[..end], window.last().copied());
        let words = words(if flag || directed { last } else { text });
        // `AWS Secret Access Key [****************ABCD]:` shows the end of the value before.
        let masked = window[..end - length].ends_with(b"**");
        if !words.is_empty() && !masked && !is_carrier(&words) {
            let assigned = signed || directed;
            let start = end - if flag || directed { last.len() } else { length };
            let span = low + start..low + end;
            return Name {
                words,
                span,
                key,
                assigned,
            };
        }
        if length == 0 {
            break;
        }
        let is_assigned = window[end..].iter().any(|b| b"=:".contains(b));
        if !carried && is_assigned && last.eq_ignore_ascii_case(b"key") {
            key = Some(low + end - last.len()..low + end);
        }
        carried = true;
        at = end - length;
    }
    Name { key, ..Name::default() }
}

fn is_carrier(words: &[String]) -> bool {
    let letters = || words.iter().flat_map(|word| word.bytes());
    CARRIERS.iter().any(|carrier| carrier.bytes().eq(letters()))
}

/// Splits a name into words, at signs and where a capital follows a small letter. An access key id in it is
/// no word of it.
pub fn words(name: &[u8]) -> Vec<String> {
    let mut words = Vec::new();
    for part in name.split(|b| !b.is_ascii_alphanumeric()) {
        let is_id = part.len() == 20
            && [&b"AKIA"[..], b"ASIA", b"ABIA"]
                .iter()
                .any(|prefix| part.starts_with(prefix));
        if is_id {
            continue;
        }
        let mut word = String::with_capacity(part.len());
        for (i, byte) in part.iter().enumerate() {
            if byte.is_ascii_uppercase() && i > 0 && part[i - 1].is_ascii_lowercase() {
                let rest = String::with_capacity(part.len() - i);
                words.push(std::mem::replace(&mut word, rest));
            }
            word.push(byte.to_ascii_lowercase() as char);
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Steps back over quotes, brackets, signs and white space. A line end is crossed only after a carrier, or
/// when the line above ends in a sign that leaves the value open. `None` at the start of the window.
fn skip_separators(window: &[u8], mut at: usize, carried: bool) -> Option<usize> {
    while at > 0 {
        match window[at - 1] {
            b'\n' => {
                let above = window[..at - 1].trim_ascii_end();
                let open = above.last().is_some_and(|b| b"=:>|({[+-\\,".contains(b));
                if !carried && !open {
                    return None;
                }
            }
            // `\"`, `\n` and `\t` of a string within a string.
            b'n' | b't' | b'r' if at > 1 && window[at - 2] == b'\\' => return None,
            byte if is_name(byte) && byte != b' ' && byte != b'-' => return Some(at),
            b' ' | b'\t' | b'\r' | b'"' | b'\'' | b'`' | b'\\' | b'=' | b':' | b'>' | b'<' | b'/' | b'(' | b'['
            | b'{' | b']' | b')' | b'@' | b'|' | b',' | b'&' | b'*' | b'+' | b'-' | b'?' | b'!' => {}
            _ => return None,
        }
        at -= 1;
    }
    None
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b' ' | b'$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        let at = text.find('@').expect("the value is marked with @");
        before(text.as_bytes(), at)
    }

    #[test]
    fn names_are_read_from_every_common_form() {
        for text in [
            "AWS_SECRET_ACCESS_KEY=@",
            "aws_secret_access_key = \"@\"",
            "aws-secret-access-key: @",
            "  AwsSecretAccessKey:\n    Type: String\n    NoEcho: true\n    Default: @",
            "AWS Secret Access Key [None]: @",
            "AWS Secret Access Key [****************Q8zX]: @",
            "let aws_secret_access_key: &str = \"@\";",
            "val awsSecretAccessKey: String = \"@\"",
            "os.environ[\\\"AWS_SECRET_ACCESS_KEY\\\"] = \\\"@\\\"",
            "<awsSecretAccessKey>@</awsSecretAccessKey>",
            "<add key=\"AWSSecretAccessKey\" value=\"@\"/>",
            "<name>aws.secret.access.key</name><value>@</value>",
            "{\"key\": \"awsSecretAccessKey\",\n    \"value\": \"@\"",
            "aws configure set aws_secret_access_key @",
            "||  AwsSecretAccessKey |  @",
            "setProperty(\"aws.secretAccessKey\", \"@\")",
            "aws_secret_access_key: >-\n  @",
        ] {
            assert!(name(text).ends_with("secretaccesskey"), "{text} gave {:?}", name(text));
            let start = text.find('@').expect("marked");
            assert_eq!(says(text.as_bytes(), start), Says::AwsSecret, "{text}");
        }
    }

    #[test]
    fn the_nearest_name_counts() {
        assert_eq!(name("secret = 1\nversion = @"), "version");
        assert_eq!(name("@"), "");
        assert_eq!(name("some text\n@"), "");
        assert_eq!(says(b"integrity: ", 11), Says::Harmless);
    }
}
