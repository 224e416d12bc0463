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
    // What both begin and end with costs libgit2 the most: it hashes both texts, and every line of them.
    let (old, rest, before) = without_common_ends(old, new);
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let mut options = DiffOptions::new();
    options.context_lines(0).interhunk_lines(0).force_text(true);
    let patch = Patch::from_buffers(old, None, rest, None, Some(&mut options)).ok()?;
    let mut lines: Vec<Range<u32>> = Vec::new();
    for hunk in 0..patch.num_hunks() {
        for line in 0..patch.num_lines_in_hunk(hunk).ok()? {
            let line = patch.line_in_hunk(hunk, line).ok()?;
            let added = matches!(line.origin_value(), DiffLineType::Addition);
            if let Some(number) = line.new_lineno().filter(|_| added) {
                push(&mut lines, before + number);
            }
        }
    }
    Some(number_as_text(lines, new))
}

/// Cuts off the lines that both texts begin with and end with; returns what is left of each, and how many lines
/// stand before that.
fn without_common_ends<'t>(old: &'t [u8], new: &'t [u8]) -> (&'t [u8], &'t [u8], u32) {
    let same = common(old.chunks(BLOCK).zip(new.chunks(BLOCK)), |(a, b)| {
        a.iter().zip(b).take_while(|(a, b)| a == b).count()
    });
    let start = memchr::memrchr(b'\n', &new[..same]).map_or(0, |end| end + 1);
    let (old, rest) = (&old[start..], &new[start..]);
    let same = common(old.rchunks(BLOCK).zip(rest.rchunks(BLOCK)), |(a, b)| {
        a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
    });
    let tail = &rest[rest.len() - same..];
    // The line in which the common end starts is not all of it.
    let cut = memchr::memchr(b'\n', tail).map_or(0, |end| tail.len() - end - 1);
    let lines = memchr::memchr_iter(b'\n', &new[..start]).count() as u32;
    (&old[..old.len() - cut], &rest[..rest.len() - cut], lines)
}

const BLOCK: usize = 256;

/// How many bytes are the same: whole blocks at a time, then as many as `count` says.
fn common<'t>(blocks: impl Iterator<Item = (&'t [u8], &'t [u8])>, count: impl Fn((&[u8], &[u8])) -> usize) -> usize {
    let mut same = 0;
    for (a, b) in blocks {
        if a != b {
            return same + count((a, b));
        }
        same += a.len();
    }
    same
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
        assert_eq!(added("a\nb\n", "a\nb\nb\n"), Some(vec![3..4]));
        assert_eq!(added("x\na\n\nb\n", "a\n\nb\n"), Some(vec![]));
        assert_eq!(added("a\nb", "b"), Some(vec![]));
        assert_eq!(added("b", "a\nb"), Some(vec![1..2]));
        assert_eq!(added("xa\nb\n", "ya\nb\n"), Some(vec![1..2]));
    }

    #[test]
    fn whatever_the_ends_the_lines_that_are_not_added_are_the_old_ones() {
        let mut state = 7_u64;
        let mut below = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) % limit
        };
        for _ in 0..2000 {
            let mut text = || -> Vec<String> {
                let (lines, long) = (below(12), below(2) * 300);
                let line = |n: u64| format!("{n}{}\n", "x".repeat(long as usize));
                (0..lines).map(|_| line(below(3))).collect()
            };
            let (same, mut old, mut new, end) = (text(), text(), text(), text());
            for lines in [&mut old, &mut new] {
                *lines = [&same[..], lines, &end[..]].concat();
            }
            let added = added_lines(old.concat().as_bytes(), new.concat().as_bytes()).expect("text");
            let is_added = |n: usize| added.iter().any(|range| range.contains(&(n as u32 + 1)));
            // What was there before is a part of the old lines, in their order.
            let mut rest = old.iter();
            let kept = (0..new.len()).filter(|n| !is_added(*n));
            for n in kept {
                assert!(rest.any(|line| *line == new[n]), "{old:?} {new:?} {added:?}");
            }
        }
    }

    #[test]
    fn what_is_added_to_both_sides_is_added() {
        assert_eq!(intersect(&[1..5, 8..9], &[2..3, 4..9]), [2..3, 4..5, 8..9]);
        assert_eq!(intersect(&[1..5], &[]), []);
    }
}
