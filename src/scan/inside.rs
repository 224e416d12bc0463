//! What lies inside of packed content: each text in it is scanned as a file of its own.
//!
//! The packed bytes themselves are scanned as well, by whoever comes here: what is found both ways is kept where
//! it was found inside. Nothing is unpacked to disk.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};

use super::{Found, Scan};
use crate::decode::{Budget, Encoding, Format, Input, Inside, Layers, Stop, WHOLE, unpack};
use crate::git::parse_id;
use crate::origin::{ObjectId, Origin, Step, way};
use crate::skip::{Skip, Why};
use crate::source::pieces::{OVERLAP, Piece, read_in_pieces};
use crate::source::{Added, Content};

/// Large texts inside are read in pieces of this size; what was inflated whole is one.
const PIECE: usize = WHOLE;

thread_local! {
    /// Where texts inside are read into. It is kept from one packed content to the next: new memory has to be cleared.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// How the names of packed objects begin that no path is known of.
const BLOB: &[u8] = b"blob ";

/// A content that holds others.
pub struct Packed<'p> {
    pub format: Format,
    pub input: Input<'p>,
    pub size: u64,
    pub origin: &'p Origin,
}

impl Scan<'_> {
    /// How a content is packed that starts with these bytes; `None` also if nothing is to be unpacked.
    pub(super) fn packing(&self, start: &[u8]) -> Option<Format> {
        Format::of_start(start).filter(|_| self.layers.archives > 0)
    }

    /// Scans everything that is in it. All of it is asked about: what a change of a packed file changes inside,
    /// its lines do not tell.
    pub(super) fn find_inside(&self, packed: Packed<'_>) -> Found {
        let mut found = Found::default();
        let mut buffer = BUFFER.take();
        let budget = Budget::of(packed.size);
        let archives = self.layers.archives;
        let stops = unpack(
            packed.input,
            packed.format,
            archives,
            &budget,
            &mut |way, archives, inside| {
                let inner = Scan {
                    layers: Layers {
                        archives,
                        ..self.layers
                    },
                    ..*self
                };
                inner.find_in_one(inside, &mut buffer, packed.origin, way, &mut found)
            },
        );
        BUFFER.set(buffer);
        found.stops.extend(stops);
        found
    }

    fn find_in_one(
        &self,
        inside: Inside<'_>,
        buffer: &mut Vec<u8>,
        origin: &Origin,
        way: &[Step],
        found: &mut Found,
    ) -> io::Result<()> {
        let mut encoding = None;
        let mut visit = |piece: Piece<'_>| {
            if piece.offset == 0 {
                encoding = Encoding::of_start(piece.bytes);
            }
            let content = Content {
                bytes: piece.bytes,
                origin,
                offset: piece.offset,
                first_line: piece.first_line,
                owned: piece.owned,
            };
            found.append(self.find(&content, &Added::All, encoding, way));
        };
        match inside {
            Inside::Whole(bytes) if bytes.len() <= PIECE => {
                visit(Piece::whole(bytes));
                Ok(())
            }
            inside => inside.stream(|reader| read_sound(reader, buffer, &mut visit)),
        }
    }
}

/// Visits what comes before damage in pieces, and then says the error.
fn read_sound(reader: &mut dyn Read, buffer: &mut Vec<u8>, visit: &mut dyn FnMut(Piece<'_>)) -> io::Result<()> {
    let mut sound = Sound { reader, error: None };
    read_in_pieces(&mut sound, buffer, PIECE, OVERLAP, visit)?;
    sound.error.map_or(Ok(()), Err)
}

/// The part of a stream that comes before damage: it ends there, and the error is kept.
struct Sound<'r> {
    reader: &'r mut dyn Read,
    error: Option<io::Error>,
}

impl Read for Sound<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.error.is_some() {
            return Ok(0);
        }
        self.reader.read(into).or_else(|error| match error.kind() {
            ErrorKind::Interrupted => Err(error),
            _ => {
                self.error = Some(error);
                Ok(0)
            }
        })
    }
}

/// The skip for a place inside of a content that was read here.
pub fn skip(origin: &Origin, stop: Stop) -> Skip {
    let mut what = match origin.object {
        Some(object) if origin.path.is_empty() => [BLOB, object.to_string().as_bytes()].concat(),
        _ => origin.path.clone(),
    };
    what.extend_from_slice(&way::members(&stop.way));
    Skip { what, why: stop.why }
}

/// The object that the skip is about, if it is a place inside of one.
pub fn object_of(skip: &Skip) -> Option<ObjectId> {
    let id = skip.what.strip_prefix(BLOB)?;
    let end = memchr::memchr(b'!', id).unwrap_or(id.len());
    parse_id(&id[..end])
}

/// The skip of a packed content as a whole.
pub fn too_large(way: Vec<Step>) -> Stop {
    Stop {
        way,
        why: Why::Policy(crate::skip::Policy::TooLarge),
    }
}
