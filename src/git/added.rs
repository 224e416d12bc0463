//! Which lines of a new text are not in an old one: a real line difference, and nothing of the
//! repository (attributes, drivers, algorithm settings) has a say in it.

use std::ops::Range;

use git2::{DiffLineType, DiffOptions, Patch};

/// As git looks for a NUL to call a file binary.
const BINARY_LOOK: usize = 8000;
/// Above this, a difference costs more than scanning it all; and libgit2 calls very large files binary.
const LARGEST: usize = 64 << 20;

/// Returns the 1-based ranges of the lines of `new` that are not in `old`, in order; `None` if
/// either is binary or too large for a difference, so that all of `new` counts as added.
/// Lines are numbered as in [`crate::text`], where a CR alone ends one.
pub fn added_lines(old: &[u8], new: &[u8]) -> Option<Vec<Range<u32>>> {
    if is_binary(old) || is_binary(new) || old.len().max(new.len()) > LARGEST {
        return None;
    }
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true);
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options)).ok()?;
    let mut lines: Vec<Range<u32>> = Vec::new();
    for hunk in 0..patch.num_hunks() {
        for line in 0..patch.num_lines_in_hunk(hunk).ok()? {
            let line = patch.line_in_hunk(hunk, line).ok()?;
            let added = matches!(line.origin_value(), DiffLineType::Addition);
            if let Some(number) = line.new_lineno().filter(|_| added) {
                push(&mut lines, number);
            }
        }
    }
    Some(number_as_text(lines, new))
}

/// Turns numbers of lines that end with LF into numbers of lines that end with LF or a lone CR.
fn number_as_text(lines: Vec<Range<u32>>, text: &[u8]) -> Vec<Range<u32>> {
    let lone_cr = |at: usize| text.get(at + 1) != Some(&b'\n');
    let mut crs = memchr::memchr_iter(b'\r', text).filter(|&at| lone_cr(at)).peekable();
    if crs.peek().is_none() {
        return lines;
    }
    // How many lone CRs stand before each LF line, and after the last.
    let mut before = vec![0];
    let mut count = 0;
    for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
        while crs.next_if(|&at| at < end).is_some() {
            count += 1;
        }
        before.push(count);
    }
    let shift = |line: u32| line + before.get(line as usize - 1).copied().unwrap_or(count);
    lines.into_iter().map(|r| shift(r.start)..shift(r.end)).collect()
}

/// Keeps what is in both lists of ranges.
pub fn intersect(a: &[Range<u32>], b: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut both = Vec::new();
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let common = x.start.max(y.start)..x.end.min(y.end);
        if !common.is_empty() {
            both.push(common);
        }
        if x.end <= y.end {
            i += 1;
        } else {
            j += 1;
        }
    }
    both
}

fn push(lines: &mut Vec<Range<u32>>, number: u32) {
    match lines.last_mut() {
        Some(last) if last.end == number => last.end += 1,
        _ => lines.push(number..number + 1),
    }
}

fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(BINARY_LOOK)]).is_some()
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lists with one range are meant")]
mod tests {
    use super::*;

    #[test]
    fn added_lines_are_counted_from_one() {
        let added = |old: &str, new: &str| added_lines(old.as_bytes(), new.as_bytes());
        assert_eq!(added("a\nb\nc\n", "a\nX\nb\nY\nZ\nc\n"), Some(vec![2..3, 4..6]));
        assert_eq!(added("a\n", "a\nb"), Some(vec![2..3]));
        assert_eq!(added("a\nb\n", "a\n"), Some(vec![]));
        assert_eq!(added("a", "a"), Some(vec![]));
        assert_eq!(added("a", "a\n"), Some(vec![1..2]));
        assert_eq!(added("a\0b", "a\0c"), None);
        assert_eq!(added("a\rb\nc\n", "a\rb\nX\rY\nc\n"), Some(vec![3..5]));
        assert_eq!(added("", "X\rY\r\nZ\r"), Some(vec![1..5]));
    }

    #[test]
    fn what_is_added_to_both_sides_is_added() {
        assert_eq!(intersect(&[1..5, 8..9], &[2..3, 4..9]), [2..3, 4..5, 8..9]);
        assert_eq!(intersect(&[1..5], &[]), []);
    }
}
