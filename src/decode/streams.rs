//! Decoders of compressed streams, each as a reader of what is compressed. What they hold is bounded.
//!
//! Several streams one after the other, as `cat a.gz b.gz` makes them, are one. A decoder that would have to hold
//! more than it may fails with [`ErrorKind::OutOfMemory`], before it does.

use std::io::{self, BufRead, BufReader, Error, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// A form that a stream of bytes can have.
#[derive(Clone, Copy)]
pub enum Coding {
    /// Deflate without a header, as zip archives have it.
    Deflate,
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Zstd,
}

impl Coding {
    /// Decodes what the reader gives. It may hold a window of so many bytes.
    pub fn decode<'r>(self, reader: impl Read + 'r, window: usize) -> Box<dyn Read + 'r> {
        match self {
            Coding::Deflate => Box::new(flate2::read::DeflateDecoder::new(reader)),
            Coding::Gzip => Box::new(Gzip(Some(first_member(BufReader::new(reader))))),
            Coding::Zlib => Box::new(flate2::read::ZlibDecoder::new(reader)),
            Coding::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(reader)),
            Coding::Xz => {
                let kibibytes = u32::try_from((window + OVERHEAD) / 1024).unwrap_or(u32::MAX - 1);
                // The decoder asks for a byte at a time.
                let reader = BufReader::new(reader);
                Box::new(lzma_rust2::XzReader::new_mem_limit(reader, true, kibibytes))
            }
            Coding::Zstd => {
                let mut frames = FrameDecoder::new();
                frames.set_max_window_size(window as u64);
                Box::new(Zstd {
                    source: BufReader::new(reader),
                    frames,
                    begun: false,
                })
            }
        }
    }
}

/// What an LZMA decoder needs besides its window.
const OVERHEAD: usize = 1 << 20;

/// The members of a gzip file. What follows the last one is padding.
struct Gzip<R>(Option<flate2::bufread::GzDecoder<R>>);

fn first_member<R: BufRead>(reader: R) -> flate2::bufread::GzDecoder<R> {
    flate2::bufread::GzDecoder::new(reader)
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.0 else { return Ok(0) };
            let read = member.read(into)?;
            if read > 0 || into.is_empty() {
                return Ok(read);
            }
            let mut rest = self.0.take().map(flate2::bufread::GzDecoder::into_inner);
            if let Some(reader) = rest.as_mut()
                && reader.fill_buf()?.first() == Some(&0x1f)
            {
                self.0 = rest.map(first_member);
            }
        }
    }
}

/// The frames of a zstd file, each with its checksum if it has one.
struct Zstd<R> {
    source: BufReader<R>,
    frames: FrameDecoder,
    begun: bool,
}

impl<R: Read> Zstd<R> {
    /// Goes on to the next frame, past those that hold no content. False at the end.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.frames.reset(&mut self.source) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    let length = u64::from(length);
                    let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::WindowSizeTooBig { .. }) => return Err(ErrorKind::OutOfMemory.into()),
                Err(error) => return Err(Error::other(error)),
            }
        }
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.frames.can_collect() > 0 || into.is_empty() {
                return self.frames.read(into);
            }
            if self.begun && !self.frames.is_finished() {
                let blocks = BlockDecodingStrategy::UptoBlocks(1);
                self.frames
                    .decode_blocks(&mut self.source, blocks)
                    .map_err(Error::other)?;
                continue;
            }
            let (said, is) = (
                self.frames.get_checksum_from_data(),
                self.frames.get_calculated_checksum(),
            );
            if self.begun && said.is_some() && said != is {
                return Err(Error::new(ErrorKind::InvalidData, "the checksum differs"));
            }
            self.begun = self.begin()?;
            if !self.begun {
                return Ok(0);
            }
        }
    }
}
