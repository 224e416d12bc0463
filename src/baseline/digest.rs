//! The digest of a secret under a baseline's key, and that key.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// How often the hash is repeated: a guess costs as much, and a run one such time for each finding.
const ROUNDS: u32 = 1000;

/// The random key of a baseline. It is public: it stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key([u8; 16]);

/// Stands for a secret in one baseline.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest([u8; 16]);

impl Key {
    /// A new one. It need not be hard to guess, but must never come twice: the system seeds it.
    pub fn random() -> Self {
        let half = || RandomState::new().hash_one(RandomState::new().hash_one(std::process::id()));
        let mut key = [0; 16];
        key[..8].copy_from_slice(&half().to_be_bytes());
        key[8..].copy_from_slice(&half().to_be_bytes());
        Self(key)
    }

    /// Reads 32 hex digits.
    pub fn parse(hex: &[u8]) -> Option<Self> {
        HEXLOWER.decode(hex).ok()?.try_into().ok().map(Self)
    }

    /// PBKDF2 (RFC 8018) with HMAC-SHA-256: the first block, cut to 16 bytes.
    pub fn digest(&self, secret: &Secret) -> Digest {
        #[expect(
            clippy::disallowed_methods,
            reason = "the digest must hold the value; it cannot be turned back"
        )]
        let value = secret.expose();
        let keyed = Hmac::<Sha256>::new_from_slice(value).expect("HMAC takes a key of any length");
        let hash = |parts: [&[u8]; 2]| -> [u8; 32] {
            let mut mac = keyed.clone();
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().into()
        };
        let mut last = hash([&self.0, &1u32.to_be_bytes()]);
        let mut sum = last;
        for _ in 1..ROUNDS {
            last = hash([&last, &[]]);
            sum.iter_mut().zip(last).for_each(|(byte, other)| *byte ^= other);
        }
        Digest(std::array::from_fn(|at| sum[at]))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl Digest {
    /// Reads 32 hex digits.
    pub fn parse(hex: &[u8]) -> Option<Self> {
        HEXLOWER.decode(hex).ok()?.try_into().ok().map(Self)
    }

    /// Its first twelve bits: where in the file it stands.
    pub fn bucket(&self) -> u16 {
        u16::from(self.0[0]) << 4 | u16::from(self.0[1]) >> 4
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against Python's `hashlib.pbkdf2_hmac('sha256', b'correct horse', bytes(range(16)), 1000, 16)`.
    #[test]
    fn a_digest_is_pbkdf2() {
        let key = Key(std::array::from_fn(|at| at as u8));
        let digest = key.digest(&Secret::new(b"correct horse"));
        assert_eq!(digest.to_string(), "c914cc4f06cc6e8f46d157e3a1b5aa7a");
        assert_eq!(Digest::parse(digest.to_string().as_bytes()), Some(digest));
        assert_eq!(format!("{:03x}", digest.bucket()), digest.to_string()[..3]);
    }

    #[test]
    fn no_two_keys_are_alike() {
        assert_ne!(Key::random(), Key::random());
    }
}
