//! Reading content into a worker's buffer: whole, or in overlapping pieces if it is large.
//!
//! A piece owns the candidates that start in a part of it; the pieces' owned parts follow each
//! other without gap or overlap, so each candidate is found once, with context on both sides.
//! Memory is bounded by the piece. The buffer is scratch: it is kept between files, grows to what was
//! needed, and its length says nothing.

use std::io::{self, ErrorKind, Read};
use std::ops::Range;

use super::ending::Ending;
use super::regular::bytes_of;
use super::{Handle, Item};
use crate::skip::Skip;

/// Content up to this size is one piece.
pub const PIECE: usize = 64 << 20;

/// How much two pieces share on each side of the seam: more than any detector's context.
pub const OVERLAP: usize = 64 << 10;

/// How much is read at first where the size is not known.
const FIRST_READ: usize = 64 << 10;

/// A stretch of content, as it stands in the buffer. Has no `Debug`: it holds what may be secret.
pub struct Piece<'b> {
    pub bytes: &'b [u8],
    /// The 1-based number of the line that the first byte stands on.
    pub first_line: u32,
    /// Where the piece starts in the content.
    pub offset: u64,
    /// A candidate that starts here belongs to this piece; the rest is context, and another piece's.
    pub owned: Range<usize>,
}

impl<'b> Piece<'b> {
    /// A content that is one piece.
    pub fn whole(bytes: &'b [u8]) -> Self {
        Self {
            bytes,
            first_line: 1,
            offset: 0,
            owned: 0..bytes.len(),
        }
    }
}

/// Opens the file that an item is and reads it in pieces. What it holds now counts, if it grows or shrinks meanwhile.
pub fn load_file(item: &Item, buffer: &mut Vec<u8>, visit: &mut dyn FnMut(Piece<'_>)) -> Result<(), Skip> {
    let mut load = || {
        let (file, size) = item.open()?;
        // One byte more than the file has: then one read takes all of it, and gives less than it could.
        let room = usize::try_from(size).unwrap_or(PIECE).min(PIECE) + 1;
        if buffer.len() < room {
            // Nothing in it is kept: new memory has its zeros from the system.
            *buffer = Vec::new();
            *buffer = vec![0; room.next_power_of_two().min(PIECE + 1)];
        }
        read_in_pieces(&mut Ending::new(file, size), buffer, PIECE, OVERLAP, visit)
    };
    load().map_err(|error: io::Error| {
        let name = match &item.handle {
            Handle::Path(path) => bytes_of(path),
            _ => item.origin.path.clone(),
        };
        Skip::fault(name, format!("it cannot be read: {error}"))
    })
}

/// Reads to the end and visits each piece in order; empty content is one empty piece.
///
/// A piece has at most `piece` bytes (but at least eight overlaps' room). Each starts `overlap` or somewhat
/// more before what it owns, at the start of a line if there is one near, so that columns are right.
pub fn read_in_pieces(
    reader: &mut dyn Read,
    buffer: &mut Vec<u8>,
    piece: usize,
    overlap: usize,
    visit: &mut dyn FnMut(Piece<'_>),
) -> io::Result<()> {
    let piece = piece.max(8 * overlap).max(8);
    let (mut filled, mut owned_from) = (0, 0);
    let (mut offset, mut first_line) = (0u64, 1u32);
    loop {
        // One byte beyond the piece tells whether it is the last.
        filled = fill(reader, buffer, filled, piece + 1)?;
        let bytes = &buffer[..filled.min(piece)];
        let last = filled <= piece;
        let owned = owned_from..if last { filled } else { piece - overlap };
        visit(Piece {
            bytes,
            first_line,
            offset,
            owned: owned.clone(),
        });
        if last {
            return Ok(());
        }
        let start = start_of_line(bytes, owned.end - overlap, overlap);
        first_line = first_line.saturating_add(line_ends(bytes, start));
        offset += start as u64;
        owned_from = owned.end - start;
        buffer.copy_within(start..filled, 0);
        filled -= start;
    }
}

/// Reads until the buffer holds `wanted` bytes or the content ends. Returns how many it holds.
fn fill(reader: &mut dyn Read, buffer: &mut Vec<u8>, mut filled: usize, wanted: usize) -> io::Result<usize> {
    while filled < wanted {
        if filled == buffer.len() {
            grow(buffer, (2 * filled).clamp(FIRST_READ, wanted.max(FIRST_READ)));
        }
        let room = buffer.len().min(wanted);
        match reader.read(&mut buffer[filled..room]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Makes room. Only what is new is zeroed, so a buffer that is used again costs nothing.
fn grow(buffer: &mut Vec<u8>, room: usize) {
    if buffer.len() < room {
        buffer.resize(room, 0);
    }
}

/// The last line start at or before `at`, if one is within `reach`; else `at`, but not within a CR LF.
fn start_of_line(bytes: &[u8], at: usize, reach: usize) -> usize {
    let from = at.saturating_sub(reach);
    match memchr::memrchr2(b'\n', b'\r', &bytes[from..at]) {
        Some(end) if !splits_line_end(bytes, from + end + 1) => from + end + 1,
        _ if splits_line_end(bytes, at) => at - 1,
        _ => at,
    }
}

fn splits_line_end(bytes: &[u8], at: usize) -> bool {
    at > 0 && bytes[at - 1] == b'\r' && bytes.get(at) == Some(&b'\n')
}

/// How many lines end before `end`, counted as [`crate::text::LineIndex`] does.
fn line_ends(bytes: &[u8], end: usize) -> u32 {
    memchr::memchr2_iter(b'\n', b'\r', &bytes[..end])
        .filter(|&at| !splits_line_end(bytes, at + 1))
        .count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{Origin, Place};
    use crate::source::Added;
    use crate::text::LineIndex;
    use std::path::Path;

    fn item(path: &Path) -> Item {
        Item {
            handle: Handle::Path(path.to_owned()),
            origin: Origin::new(Place::File, *b"file"),
            commit: None,
            added: Added::All,
        }
    }

    const OVERLAP: usize = 8;
    const PIECE: usize = 100;

    struct Seen {
        bytes: Vec<u8>,
        first_line: u32,
        offset: usize,
        owned: Range<usize>,
    }

    fn read(content: &[u8]) -> Vec<Seen> {
        let mut seen = Vec::new();
        let mut reader = Stutter(content, false);
        read_in_pieces(&mut reader, &mut Vec::new(), PIECE, OVERLAP, &mut |piece| {
            seen.push(Seen {
                bytes: piece.bytes.to_vec(),
                first_line: piece.first_line,
                offset: piece.offset as usize,
                owned: piece.owned,
            });
        })
        .unwrap();
        seen
    }

    /// Gives seven bytes at most, and is interrupted before each time.
    struct Stutter<'c>(&'c [u8], bool);

    impl Read for Stutter<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(ErrorKind::Interrupted.into());
            }
            let most = into.len().min(7);
            self.0.read(&mut into[..most])
        }
    }

    #[test]
    fn the_owned_parts_tile_the_content_with_context_on_both_sides() {
        let line_ends = ["\n", "\r\n", "\r", "\n\n", "\r\r\n", ""];
        for size in [0, 1, 99, 100, 101, 102, 184, 200, 1000] {
            for (which, line_end) in line_ends.iter().enumerate() {
                for width in [1, 5, 7, 30] {
                    let text = ("x".repeat(width) + line_end).repeat(size / width + 1);
                    let content = &text.as_bytes()[..size];
                    let index = LineIndex::new(content);
                    let mut next = 0;
                    for piece in read(content) {
                        let end = piece.offset + piece.bytes.len();
                        assert!(piece.bytes == content[piece.offset..end] && piece.bytes.len() <= PIECE);
                        assert_eq!(
                            piece.first_line,
                            index.position(piece.offset).line,
                            "{size} {which} {width}"
                        );
                        assert_eq!(piece.offset + piece.owned.start, next, "no gap, no overlap");
                        assert!(piece.offset == 0 || piece.owned.start >= OVERLAP);
                        assert!(end == size || piece.bytes.len() - piece.owned.end == OVERLAP);
                        next = piece.offset + piece.owned.end;
                    }
                    assert_eq!(next, size);
                }
            }
        }
    }

    #[test]
    fn a_piece_starts_with_a_line_if_one_is_near() {
        let content = "12345\r\n".repeat(60);
        for piece in read(content.as_bytes()) {
            assert_eq!(piece.offset % 7, 0);
        }
    }

    #[test]
    fn content_that_fits_is_one_piece() {
        assert_eq!(read(&[b'x'; PIECE]).len(), 1);
        assert_eq!(read(&[b'x'; PIECE + 1]).len(), 2);
    }

    #[test]
    fn a_file_is_read_whole_and_the_buffer_is_used_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut buffer = Vec::new();
        for content in ["a longer text", "short", ""] {
            let path = folder.path().join("file");
            std::fs::write(&path, content).unwrap();
            let mut seen = Vec::new();
            load_file(&item(&path), &mut buffer, &mut |piece| seen.push(piece.bytes.to_vec())).unwrap();
            assert_eq!(seen, [content.as_bytes()]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_longer_a_file_is_a_fault_at_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("file"), "x").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        for name in ["link", "pipe", "missing", ""] {
            let mut pieces = 0;
            let skip = load_file(&item(&path(name)), &mut Vec::new(), &mut |_| pieces += 1).unwrap_err();
            assert!(matches!(skip.why, crate::skip::Why::Fault(_)), "{name}");
            assert_eq!((skip.what, pieces), (bytes_of(&path(name)), 0));
        }
    }

    /// Its first page is never mapped, so reading it fails for everyone.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_that_cannot_be_read_is_a_fault() {
        let skip = load_file(&item(Path::new("/proc/self/mem")), &mut Vec::new(), &mut |_| {}).unwrap_err();
        let expected = "it cannot be read: ";
        assert!(matches!(skip.why, crate::skip::Why::Fault(reason) if reason.starts_with(expected)));
    }
}
