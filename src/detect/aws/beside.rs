//! What stands beside an access key id: profile, creation date, status, user, expiration.
//!
//! Reads the object, section or line that the id stands in, at most [`REACH`] bytes to either side; for the
//! profile's header at most [`HEADER_REACH`] bytes back. It never makes a candidate.

use std::ops::Range;

use crate::finding::Aws;

const REACH: usize = 768;
const HEADER_REACH: usize = 2048;

/// Adds what is found beside the id at `span`.
pub fn read(bytes: &[u8], span: Range<usize>, aws: &mut Aws) {
    let object = object_around(bytes, span.clone(), false);
    let text = &bytes[object];
    let value = |names: &[&str]| names.iter().find_map(|name| value_of(text, name.as_bytes()));
    aws.created = value(&["CreateDate", "create_date"]).and_then(|text| time(&text));
    aws.expires = aws
        .expires
        .or_else(|| value(&["Expiration"]).and_then(|text| time(&text)));
    let is_status = |status: &String| matches!(status.as_str(), "Active" | "Inactive");
    let members = &bytes[object_around(bytes, span.clone(), true)];
    let status = |text: &[u8]| {
        ["Status", "status"]
            .iter()
            .find_map(|name| value_of(text, name.as_bytes()))
    };
    // A date may be an object as well.
    aws.status = status(text).or_else(|| status(members)).filter(is_status);
    aws.user = value(&["UserName"])
        .or_else(|| value(&["\"user\""]))
        .filter(|user| user.len() <= 64);
    if aws.created.is_none() {
        read_text_output(bytes, span.clone(), aws);
    }
    aws.profile = profile(&bytes[span.start.saturating_sub(HEADER_REACH)..span.start]);
}

/// Whether the id at `span` stands in a record as that of a caller: CloudTrail and GuardDuty write its principal beside it.
pub fn is_callers(bytes: &[u8], span: Range<usize>) -> bool {
    let object = object_around(bytes, span, false);
    memchr::memmem::find(&bytes[object], b"rincipalId").is_some()
}

/// The innermost braces around the id, or else the paragraph or list entry it stands in; `past_objects` that are other
/// members, which end it otherwise.
fn object_around(bytes: &[u8], span: Range<usize>, past_objects: bool) -> Range<usize> {
    let low = span.start.saturating_sub(REACH);
    let high = bytes.len().min(span.end + REACH);
    let before = &bytes[low..span.start];
    let after = &bytes[span.end..high];
    let starts_anew = |window: &[u8], at: usize| window[at] == b'\n' && opens_anew(&window[at + 1..]);
    let mut depth = 0;
    let start = (0..before.len()).rev().find(|&at| match before[at] {
        b'}' if past_objects && before[at + 1..].trim_ascii_start().starts_with(b",") => {
            depth += 1;
            false
        }
        b'{' if depth > 0 => {
            depth -= 1;
            false
        }
        b'{' | b'}' => true,
        _ => starts_anew(before, at),
    });
    let mut depth = 0;
    let end = (0..after.len()).find(|&at| match after[at] {
        b'{' if past_objects && after[..at].trim_ascii_end().ends_with(b":") => {
            depth += 1;
            false
        }
        b'}' if depth > 0 => {
            depth -= 1;
            false
        }
        b'{' | b'}' => true,
        _ => starts_anew(after, at),
    });
    start.map_or(low, |at| low + at + 1)..end.map_or(high, |at| span.end + at)
}

/// Whether a line that starts here begins another entry: blank, a section header, a list item.
fn opens_anew(line: &[u8]) -> bool {
    let line = line.trim_ascii_start_of_line();
    matches!(line.first(), Some(b'\n' | b'\r' | b'[')) || line.starts_with(b"- ")
}

trait LineStart {
    fn trim_ascii_start_of_line(&self) -> &[u8];
}

impl LineStart for [u8] {
    /// Without leading blanks, but not past the line's end.
    fn trim_ascii_start_of_line(&self) -> &[u8] {
        let blanks = self.iter().take_while(|&&b| b == b' ' || b == b'\t').count();
        &self[blanks..]
    }
}

/// The value after a name: `"CreateDate": "…"`, `CreateDate: '…'`, `|  CreateDate | … |`.
fn value_of(text: &[u8], name: &[u8]) -> Option<String> {
    let at = memchr::memmem::find(text, name)? + name.len();
    let rest = &text[at..];
    let gap = rest.iter().take_while(|b| b" \t\"'\\:=|>".contains(b)).count();
    if gap == 0 || gap > 40 {
        return None;
    }
    let value = &rest[gap..];
    let length = value
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"-+:._=,@/".contains(b))
        .count();
    let value = value[..length].trim_ascii_end();
    let value = value.strip_suffix(b",").unwrap_or(value);
    (!value.is_empty()).then(|| String::from_utf8_lossy(value).into_owned())
}

/// `ACCESSKEY⇥id⇥date⇥secret⇥status⇥user`, the text output of `aws iam create-access-key`.
fn read_text_output(bytes: &[u8], span: Range<usize>, aws: &mut Aws) {
    let line_end = memchr::memchr(b'\n', &bytes[span.end..]).map_or(bytes.len(), |n| span.end + n);
    let rest = &bytes[span.end..line_end.min(span.end + REACH)];
    if !bytes[..span.start].ends_with(b"ACCESSKEY\t") && !bytes[..span.start].ends_with(b"ACCESSKEYMETADATA\t") {
        return;
    }
    let fields: Vec<&str> = std::str::from_utf8(rest).unwrap_or("").trim().split('\t').collect();
    aws.created = fields.iter().find_map(|field| time(field));
    let status = fields.iter().position(|field| matches!(*field, "Active" | "Inactive"));
    if let Some(at) = status {
        aws.status = Some(fields[at].to_owned());
        aws.user = fields.get(at + 1).map(|user| (*user).to_owned());
    }
}

/// The nearest section header above: `[prod]`, `[profile ci]`.
fn profile(before: &[u8]) -> Option<String> {
    before.rsplit(|&b| b == b'\n').skip(1).find_map(|line| {
        let inner = line.trim_ascii().strip_prefix(b"[")?.strip_suffix(b"]")?;
        let inner = inner.strip_prefix(b"profile ").unwrap_or(inner).trim_ascii();
        let plain = |b: &u8| b.is_ascii_alphanumeric() || b"_-.@+/ :".contains(b);
        let fits = !inner.is_empty()
            && inner.len() <= 64
            && inner.iter().all(plain)
            && inner.iter().any(u8::is_ascii_alphabetic);
        fits.then(|| String::from_utf8_lossy(inner).into_owned())
    })
}

/// Unix seconds of an RFC 3339 time.
fn time(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_past_other_members_and_not_from_other_keys() {
        let status = |text: &str| {
            let at = text.find('@').expect("the id is marked with @");
            let mut aws = Aws::default();
            read(text.as_bytes(), at..at + 1, &mut aws);
            aws.status
        };
        let date = r#""CreateDate": {"year": 2016, "day": 8}"#;
        let entry = format!(r#"{{"Status": "Active", {date}, "AccessKeyId": "@"}}"#);
        assert_eq!(status(&entry).as_deref(), Some("Active"));
        let entry = format!(r#"{{"AccessKeyId": "@", {date}, "Status": "Inactive"}}"#);
        assert_eq!(status(&entry).as_deref(), Some("Inactive"));
        assert_eq!(status(r#"[{"Status": "Active"}, {"AccessKeyId": "@"}]"#), None);
        assert_eq!(status("function f() { status: Active }\n\nid = @"), None);
    }

    #[test]
    fn a_record_names_its_caller() {
        let is = |text: &str| {
            let at = text.find('@').expect("the id is marked with @");
            is_callers(text.as_bytes(), at..at + 1)
        };
        assert!(is(
            r#"{"userIdentity": {"principalId": "AROA:x", "accessKeyId": "@", "sessionContext": {}}}"#
        ));
        assert!(is(r#"{\"PrincipalId\":\"AIDA\",\"AccessKeyId\":\"@\"}"#));
        assert!(!is(r#"{"principalId": "AROA:x", "credentials": {"accessKeyId": "@"}}"#));
        assert!(!is("principal_id = 1\naccess_key_id = @\n"));
    }
}
