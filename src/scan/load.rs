//! Loads an item into the worker's buffer and gives its contents one by one.
//!
//! A file is one content, or several overlapping pieces if it is large; a commit or tag gives its identities and
//! its messages apart, each with lines of its own.

use crate::git::commit::Tag;
use crate::git::{self, ReadObject};
use crate::origin::{Origin, Place};
use crate::skip::Skip;
use crate::source::pieces::{self, Piece};
use crate::source::{Content, Handle, Item};

/// Reads the item and visits its contents in order.
pub fn load(
    objects: Option<&(dyn ReadObject + Sync)>,
    item: &Item,
    buffer: &mut Vec<u8>,
    visit: &mut dyn FnMut(Content<'_>),
) -> Result<(), Skip> {
    let origin = &item.origin;
    let mut visit_piece = |piece: Piece<'_>| {
        visit(Content {
            bytes: piece.bytes,
            origin,
            offset: piece.offset,
            first_line: piece.first_line,
            owned: piece.owned,
        });
    };
    match &item.handle {
        Handle::Path(_) | Handle::Below(_) => pieces::load_file(item, buffer, &mut visit_piece),
        Handle::Stdin => pieces::read_in_pieces(
            &mut std::io::stdin().lock(),
            buffer,
            pieces::PIECE,
            pieces::OVERLAP,
            &mut visit_piece,
        )
        .map_err(|error| Skip::fault("-", format!("standard input cannot be read: {error}"))),
        Handle::Bytes(bytes) => {
            visit(whole(bytes, origin));
            Ok(())
        }
        Handle::Object(id) => {
            let objects = objects.expect("items that are objects come with an object store");
            objects
                .read(id, buffer)
                .map_err(|reason| Skip::fault(name_of(item), reason))?;
            visit_object(buffer, origin, visit);
            Ok(())
        }
    }
}

/// What to call an item in a message: its path, or else its object.
pub fn name_of(item: &Item) -> Vec<u8> {
    match item.origin.object {
        Some(object) if item.origin.path.is_empty() => object.to_string().into_bytes(),
        _ => item.origin.path.clone(),
    }
}

/// Gives the contents of an object: a blob whole, a commit or tag in its parts.
pub fn visit_object(bytes: &[u8], origin: &Origin, visit: &mut dyn FnMut(Content<'_>)) {
    if !matches!(origin.place, Place::CommitMessage | Place::TagMessage) {
        return visit(whole(bytes, origin));
    }
    // A tag is known by its name; a commit by its id alone.
    let path = match origin.place {
        Place::TagMessage => Tag::parse(bytes).name,
        _ => &origin.path,
    };
    for (place, range) in git::commit::parts(bytes, origin.place) {
        let origin = Origin {
            place,
            path: path.to_vec(),
            outside: origin.outside,
            object: origin.object,
            submodule: origin.submodule.clone(),
        };
        visit(whole(&bytes[range], &origin));
    }
}

fn whole<'c>(bytes: &'c [u8], origin: &'c Origin) -> Content<'c> {
    Content {
        bytes,
        origin,
        offset: 0,
        first_line: 1,
        owned: 0..bytes.len(),
    }
}
