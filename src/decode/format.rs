//! Which archive or compressed form a content is, by its first bytes and beyond doubt: text is never taken for one.

use flate2::{Decompress, FlushDecompress, Status};

/// A form that must be unpacked to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Zstd,
    Zip,
    Tar,
    /// One of those that are not opened here: 7z, RAR, cabinets, Debian and RPM packages, LZ4, lzip, lzop, compress.
    Unopened,
}

/// How contents of forms begin that are not opened.
const UNOPENED: [&[u8]; 8] = [
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"MSCF\0\0\0\0",
    b"!<arch>\ndebian-binary",
    b"\xed\xab\xee\xdb",
    b"\x04\x22\x4d\x18",
    b"LZIP\x01",
    b"\x89LZO\0\r\n\x1a\n",
];

/// So many bytes tell the format: the header of a tar's first member.
pub const HEAD: usize = 512;

impl Format {
    /// The format of a content that starts with these bytes; of a longer one at least the first [`HEAD`] are given.
    pub fn of_start(start: &[u8]) -> Option<Self> {
        let found = match start {
            // Compressed by the one method there is, no reserved flag.
            [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 => Format::Gzip,
            [b'B', b'Z', b'h', b'1'..=b'9', magic @ ..] if is_bzip2(magic) => Format::Bzip2,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Format::Xz,
            // The reserved bit of the descriptor is zero.
            [0x28, 0xb5, 0x2f, 0xfd, descriptor, ..] if descriptor & 8 == 0 => Format::Zstd,
            // A local header: the version needed and the method are small numbers.
            [b'P', b'K', 3, 4, ..=99, _, _, _, ..=99, 0, ..] if start.len() >= 30 => Format::Zip,
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if inflates(start) => Format::Zlib,
            _ if is_tar(start) => Format::Tar,
            // Compress: a block mode bit, no reserved flag, codes of nine to sixteen bits.
            [0x1f, 0x9d, flags, ..] if flags & 0x60 == 0 && (9..=16).contains(&(flags & 0x1f)) => Format::Unopened,
            _ if UNOPENED.iter().any(|magic| start.starts_with(magic)) => Format::Unopened,
            _ => return None,
        };
        Some(found)
    }

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Gzip => "gzip",
            Format::Zlib => "zlib",
            Format::Bzip2 => "bzip2",
            Format::Xz => "xz",
            Format::Zstd => "zstd",
            Format::Zip => "zip",
            Format::Tar => "tar",
            Format::Unopened => "unknown",
        }
    }
}

/// The first block's magic (digits of pi), or that of the end of an empty stream (of its square root).
fn is_bzip2(magic: &[u8]) -> bool {
    magic.starts_with(b"\x31\x41\x59\x26\x53\x59") || magic.starts_with(b"\x17\x72\x45\x38\x50\x90")
}

/// Two bytes say little: the start must inflate without a fault, and all of it if that is all there is.
fn inflates(start: &[u8]) -> bool {
    let is_all = start.len() < HEAD;
    let mut inflate = Decompress::new(true);
    let mut out = [0; 8 * HEAD];
    let head = &start[..start.len().min(HEAD)];
    match inflate.decompress(head, &mut out, FlushDecompress::None) {
        Ok(Status::StreamEnd) => inflate.total_out() > 0,
        Ok(_) => !is_all || inflate.total_out() == out.len() as u64,
        Err(_) => false,
    }
}

/// The header's checksum: six octal digits, the sum of all its bytes with these taken for blanks.
fn is_tar(start: &[u8]) -> bool {
    const SUM: std::ops::Range<usize> = 148..156;
    let Some(header) = start.get(..HEAD) else { return false };
    let digits = header[SUM].trim_ascii_start();
    let length = digits.iter().take_while(|b| (b'0'..=b'7').contains(b)).count();
    if length == 0 || header[0] == 0 {
        return false;
    }
    let said = digits[..length]
        .iter()
        .fold(0, |sum, digit| sum * 8 + u32::from(digit - b'0'));
    let blanks = SUM.len() as u32 * u32::from(b' ');
    let sum = |bytes: &[u8]| bytes.iter().map(|&b| u32::from(b)).sum::<u32>();
    said == sum(&header[..SUM.start]) + blanks + sum(&header[SUM.end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_archive() {
        let long = "x^2 + y^2 = z^2, and so on for a while.\n".repeat(40);
        for text in [
            &b"BZh9 is how bzip2 files start"[..],
            b"PK\x03\x04",
            b"PK are the initials of a person, \x03\x04",
            b"x\x9c",
            b"x\x01",
            b"",
            &[0; 1024],
            &[b'0'; 1024],
            long.as_bytes(),
            b"7z is a program, Rar! is another",
            b"!<arch>\nlibrary.o/        0 ",
        ] {
            assert_eq!(Format::of_start(text), None);
        }
    }

    #[test]
    fn what_is_not_opened_is_known() {
        for start in UNOPENED.iter().copied().chain([&b"\x1f\x9d\x90abc"[..]]) {
            assert_eq!(Format::of_start(start), Some(Format::Unopened));
        }
    }

    #[test]
    fn zlib_is_known_by_what_it_inflates_to() {
        use std::io::Write;
        let zlib = |text: &[u8]| {
            let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(text).expect("it is written to memory");
            encoder.finish().expect("it is written to memory")
        };
        let short = zlib(b"a text");
        assert_eq!(Format::of_start(&short), Some(Format::Zlib));
        assert_eq!(Format::of_start(&short[..short.len() - 1]), None);
        let numbers: Vec<u8> = (0..4000_u32)
            .flat_map(|n| n.wrapping_mul(2_654_435_769).to_le_bytes())
            .collect();
        assert_eq!(Format::of_start(&zlib(&numbers)), Some(Format::Zlib));
    }
}
