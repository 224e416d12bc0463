//! How random a string looks, against how names, words and paths look.
//!
//! A table of character pairs, trained on well-known sources by `benches/train-randomness`, gives each
//! pair the logarithm of how much likelier it is in text than in random base64. Shannon entropy alone
//! cannot tell `getElementsByTagNameNS` from a key; pairs can. No state, no allocation.

/// log2(P(next | previous) * 64) in sixteenths of a bit, 66 rows of 66.
const PAIRS: &[u8; 66 * 66] = include_bytes!("randomness.bin");

/// The table by two bytes as they stand in a text, with [`NONE`] for a pair of which one is in no token.
static BY_BYTES: [i8; 1 << 16] = {
    let alphabet = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/-_";
    let mut table = [NONE; 1 << 16];
    let mut pair = 0;
    while pair < PAIRS.len() {
        let bytes = [alphabet[pair / 66], alphabet[pair % 66]];
        table[u16::from_le_bytes(bytes) as usize] = PAIRS[pair] as i8;
        assert!(PAIRS[pair] as i8 != NONE);
        pair += 1;
    }
    table
};
const NONE: i8 = i8::MIN;

/// The mean over all pairs, in bits: about -3.5 for random base64, above 0 for names and paths.
/// Characters outside of the alphabet are passed over. Shorter than two characters: 0.
pub fn score(text: &[u8]) -> f32 {
    let (mut sum, mut none) = (0_i32, 0_i32);
    // Every other pair, and those between them: each is read at once.
    for pairs in [text, text.get(1..).unwrap_or_default()] {
        for pair in pairs.as_chunks().0 {
            let bits = BY_BYTES[usize::from(u16::from_le_bytes(*pair))];
            sum += i32::from(bits);
            none += i32::from(bits == NONE);
        }
    }
    let pairs = text.len().saturating_sub(1) as i32 - none;
    match pairs {
        0 => 0.0,
        _ => (sum - none * i32::from(NONE)) as f32 / 16.0 / pairs as f32,
    }
}

/// Whether a base64-like string looks random. Of random strings, fewer than 1 in 5,000 of 40
/// characters and fewer than 1 in 500 of 20 are refused.
pub fn looks_random(text: &[u8]) -> bool {
    is_random(text, score(text))
}

/// The same of a string whose score is known.
pub fn is_random(text: &[u8], score: f32) -> bool {
    let limit = if text.len() >= 32 { -1.2 } else { -0.9 };
    // Most that are not are told by their score.
    score < limit && distinct(text) * 3 >= text.len().min(42)
}

/// Whether a hexadecimal string looks random: neither a number with zeros nor a sequence.
pub fn looks_random_hex(text: &[u8]) -> bool {
    let steps = text
        .windows(2)
        .filter(|pair| pair[1].wrapping_sub(pair[0]) <= 1)
        .count();
    let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
    distinct(text) >= 8 && steps * 3 < text.len() && letters * 8 >= text.len() && letters * 8 <= text.len() * 6
}

/// How many different bytes a string has.
pub fn distinct(text: &[u8]) -> usize {
    let mut seen = [0_u64; 4];
    for &byte in text {
        seen[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }
    seen.iter().map(|word| word.count_ones() as usize).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// Strings of `length` characters of an alphabet, from a fixed seed.
    fn random(alphabet: &'static [u8], length: usize) -> impl Iterator<Item = Vec<u8>> {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        std::iter::repeat_with(move || {
            (0..length)
                .map(|_| {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    alphabet[(state >> 32) as usize % alphabet.len()]
                })
                .collect()
        })
    }

    fn refused(alphabet: &'static [u8], length: usize, test: fn(&[u8]) -> bool) -> usize {
        random(alphabet, length).take(20_000).filter(|text| !test(text)).count()
    }

    #[test]
    fn random_strings_are_recognised() {
        assert!(refused(BASE64, 40, looks_random) <= 4, "of 20,000");
        assert!(refused(BASE64, 20, looks_random) <= 40, "of 20,000");
        assert!(refused(b"0123456789abcdef", 40, looks_random_hex) <= 20, "of 20,000");
    }

    #[test]
    fn names_and_paths_are_refused() {
        for text in [
            "src/main/java/org/apache/commons/lang3/s",
            "getElementsByTagNameNSWithinTheDocument1",
            "AbstractSingletonProxyFactoryBean2Config",
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
            "----------------------------------------",
        ] {
            assert!(!looks_random(text.as_bytes()), "{text}");
        }
        assert!(!looks_random_hex(b"0000000000000000000000000000000000000001"));
        assert!(!looks_random_hex(b"0123456789abcdef0123456789abcdef"));
    }
}
