//! Whether an OpenPGP private key is sealed with a passphrase (RFC 4880, RFC 9580): an octet behind its public part
//! says so. Reads the first packet only; a key that is not understood is taken for an open one.

/// Whether the body of the armor, without its first and last line, begins with a sealed secret key.
pub fn is_sealed(body: &[u8]) -> bool {
    first_packet(&decoded(body))
        .and_then(usage)
        .is_some_and(|usage| usage != 0)
}

/// The base64 behind the armor's headers, up to its checksum.
fn decoded(body: &[u8]) -> Vec<u8> {
    let lines = body.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let is_header = |line: &[u8]| memchr::memmem::find(line, b": ").is_some();
    let text = lines
        .filter(|line| !is_header(line))
        .take_while(|line| !line.starts_with(b"="));
    let text: Vec<u8> = text.flatten().copied().filter(|&b| super::runs::is_base64(b)).collect();
    let whole = &text[..text.len() / 4 * 4];
    data_encoding::BASE64.decode(whole).unwrap_or_default()
}

/// What the first packet holds, if it is a secret key.
fn first_packet(bytes: &[u8]) -> Option<&[u8]> {
    let (&head, rest) = bytes.split_first()?;
    let new = head & 0x40 != 0;
    let (kind, length) = match (new, head & 3) {
        (true, _) => (
            head & 0x3f,
            match rest.first()? {
                0..192 => 1,
                192..224 => 2,
                _ => 5,
            },
        ),
        (false, 0) => (head >> 2 & 15, 1),
        (false, 1) => (head >> 2 & 15, 2),
        (false, _) => (head >> 2 & 15, 4),
    };
    rest.get(length..).filter(|_| kind == 5)
}

/// The octet behind the public part of a version 4 key: 0 if what follows is in clear.
fn usage(key: &[u8]) -> Option<u8> {
    let (&[4, _, _, _, _, algorithm], rest) = key.split_first_chunk::<6>()? else {
        return None;
    };
    use Field::{Counted, Fixed, Number};
    let fields: &[Field] = match algorithm {
        1..=3 => &[Number, Number],
        16 => &[Number, Number, Number],
        17 => &[Number, Number, Number, Number],
        18 => &[Counted, Number, Counted],
        19 | 22 => &[Counted, Number],
        25 | 27 => &[Fixed(32)],
        26 => &[Fixed(56)],
        28 => &[Fixed(57)],
        _ => return None,
    };
    let end = fields
        .iter()
        .try_fold(rest, |rest, field| rest.get(field.length(rest)?..))?;
    end.first().copied()
}

/// A field of the public part.
enum Field {
    /// A number of so many bits, which stand before it.
    Number,
    /// Octets with their count before them.
    Counted,
    Fixed(usize),
}

impl Field {
    fn length(&self, rest: &[u8]) -> Option<usize> {
        Some(match self {
            Field::Number => 2 + usize::from(u16::from_be_bytes(*rest.first_chunk()?).div_ceil(8)),
            Field::Counted => 1 + usize::from(*rest.first()?),
            Field::Fixed(length) => *length,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An armored RSA key with small numbers.
    fn armor(usage: u8) -> Vec<u8> {
        let mut packet = vec![4, 1, 2, 3, 4, 1, 0, 9, 1, 0xff, 0, 3, 5, usage];
        packet.extend([7; 30]);
        packet.splice(0..0, [0x95, 0, packet.len() as u8]);
        let text = data_encoding::BASE64.encode(&packet);
        format!("\nVersion: GnuPG v2\n\n{}\n{}\n=abcd\n", &text[..40], &text[40..]).into_bytes()
    }

    #[test]
    fn the_octet_behind_the_public_part_decides() {
        assert!(!is_sealed(&armor(0)));
        assert!(is_sealed(&armor(254)) && is_sealed(&armor(255)));
        assert!(!is_sealed(b"\nnot a key\n"));
    }
}
