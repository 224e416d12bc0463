//! Deflated content that is held is inflated in one go, which costs half of what a stream does.
//!
//! Only the plain case is done here: one member, sound, of a size that is said and that can be held. `None` says
//! that it is not that; whoever asked then reads the same data as a stream, which knows what there is to say.

use std::cell::Cell;

use libdeflater::{Decompressor, crc32};

/// What inflates to more is read as a stream.
pub const WHOLE: usize = 8 << 20;
/// The format's own bound (RFC 1951): so many bytes at most are made of one.
const RATIO: usize = 1032;
/// Room behind what is made, so that the fast way is taken to its end.
const BEYOND: usize = 320;
/// So many buffers are kept for what is inflated next. One is in use for each layer.
const SPARE: usize = 2;

/// What a gzip member starts with: the magic, and the one method there is.
const GZIP: &[u8] = &[0x1f, 0x8b, 8];

thread_local! {
    static ROOM: Cell<Option<Room>> = const { Cell::new(None) };
}

/// What is needed to inflate, kept from one archive to the next.
pub struct Room {
    inflater: Decompressor,
    spare: Vec<Vec<u8>>,
}

/// Content that was inflated, in a buffer that may be larger. Has no `Debug`: it holds what may be secret.
pub struct Whole {
    buffer: Vec<u8>,
    size: usize,
}

impl Whole {
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[..self.size]
    }
}

impl Room {
    /// That of this thread, if nobody else has it now.
    pub fn take() -> Self {
        ROOM.take().unwrap_or_else(|| Self {
            inflater: Decompressor::new(),
            spare: Vec::new(),
        })
    }

    pub fn give_back(self) {
        ROOM.set(Some(self));
    }

    /// What a gzip file of one member holds, if that is at most so much.
    pub fn gunzip(&mut self, packed: &[u8], most: usize) -> Option<Whole> {
        let (rest, size) = packed.split_last_chunk()?;
        let (_, sum) = rest.split_last_chunk()?;
        // Whatever looks like a second member may be one.
        if memchr::memmem::find(&packed[GZIP.len()..], GZIP).is_some() {
            return None;
        }
        let said = (u32::from_le_bytes(*size) as usize, u32::from_le_bytes(*sum));
        self.make(packed, said, most, Decompressor::gzip_decompress)
    }

    /// What a member of a zip archive holds that has this size and checksum, if that is at most so much.
    pub fn inflate(&mut self, packed: &[u8], said: (usize, u32), most: usize) -> Option<Whole> {
        self.make(packed, said, most, Decompressor::deflate_decompress)
    }

    fn make(
        &mut self,
        packed: &[u8],
        (size, sum): (usize, u32),
        most: usize,
        inflate: impl FnOnce(&mut Decompressor, &[u8], &mut [u8]) -> Result<usize, libdeflater::DecompressionError>,
    ) -> Option<Whole> {
        if size > most.min(packed.len().saturating_mul(RATIO)) {
            return None;
        }
        let mut buffer = self.spare.pop().unwrap_or_default();
        if buffer.len() < size + BEYOND {
            // Nothing in it is kept: new memory has its zeros from the system.
            buffer = vec![0; (size + BEYOND).next_power_of_two()];
        }
        let made = inflate(&mut self.inflater, packed, &mut buffer);
        let whole = Whole { buffer, size };
        if made.is_ok_and(|made| made == size) && crc32(whole.bytes()) == sum {
            return Some(whole);
        }
        self.keep(whole);
        None
    }

    /// Keeps the buffer for what is inflated next.
    pub fn keep(&mut self, whole: Whole) {
        if self.spare.len() < SPARE {
            self.spare.push(whole.buffer);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::Write;

    pub fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).expect("it is written to memory");
        encoder.finish().expect("it is written to memory")
    }

    fn gunzip(packed: &[u8]) -> Option<Vec<u8>> {
        let whole = Room::take().gunzip(packed, WHOLE);
        whole.map(|whole| whole.bytes().to_vec())
    }

    #[test]
    fn one_sound_member_is_inflated_whole() {
        let text = b"a line like another\n".repeat(1000);
        assert_eq!(gunzip(&gzip(&text)), Some(text));
        assert_eq!(gunzip(&gzip(b"")), Some(Vec::new()));
    }

    #[test]
    fn whatever_else_there_is_to_say_is_left_to_a_stream() {
        let (text, other) = (b"first".repeat(9), b"other".repeat(9));
        let packed = gzip(&text);
        let two = [&packed[..], &gzip(&other)].concat();
        let twice = [&packed[..], &packed].concat();
        let padded = [&packed[..], &[0; 512]].concat();
        let mut damaged = packed.clone();
        damaged[14] ^= 0x55;
        for packed in [
            &two,
            &twice,
            &padded,
            &damaged,
            &packed[..packed.len() - 1].to_vec(),
            &vec![0x1f],
        ] {
            assert_eq!(gunzip(packed), None);
        }
        assert!(Room::take().gunzip(&packed, text.len() - 1).is_none());
    }

    #[test]
    fn a_lie_about_the_size_takes_no_memory() {
        let mut packed = gzip(b"short");
        let end = packed.len() - 4;
        packed[end..].copy_from_slice(&(WHOLE as u32).to_le_bytes());
        let mut room = Room::take();
        assert!(room.gunzip(&packed, WHOLE).is_none() && room.spare.is_empty());
    }

    #[test]
    fn a_buffer_that_was_used_says_nothing() {
        let mut room = Room::take();
        let long = room.gunzip(&gzip(&[b'x'; 5000]), WHOLE).expect("it is sound");
        room.keep(long);
        let short = room.gunzip(&gzip(b"short"), WHOLE).expect("it is sound");
        assert_eq!(short.bytes(), b"short");
    }
}
