//! Random values that are the same in every run: credentials are made here when a test runs, so that
//! none stands in this repository.

use keytrail::rules::recipe;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub const BASE64: &str = "A-Za-z0-9+/";

/// A generator with a seed (xorshift64*). Not for cryptography.
pub struct Random(u64);

/// Both halves of an AWS access key.
#[derive(Clone)]
pub struct Pair {
    pub id: String,
    pub secret: String,
}

impl Random {
    pub fn new(seed: u64) -> Self {
        let mut random = Self((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        random.below(2);
        random
    }

    /// A number from 0 to `bound`, which is not among them.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound
    }

    /// Characters of a class as in a regular expression, such as `A-Za-z0-9+/`.
    pub fn class(&mut self, class: &str, length: usize) -> String {
        let alphabet = recipe::class(class).expect("a class has characters");
        (0..length)
            .map(|_| char::from(alphabet[self.below(alphabet.len() as u64) as usize]))
            .collect()
    }

    /// A long-lived key of any account, as AWS has made them since 2019: the account is part of the id.
    pub fn pair(&mut self) -> Pair {
        self.pair_with("AKIA")
    }

    /// A key with another prefix, such as `ASIA`.
    pub fn pair_with(&mut self, prefix: &str) -> Pair {
        let account = 100_000_000_000 + self.below(1 << 31) * 400 + self.below(400);
        Pair {
            id: self.id(prefix, account),
            secret: self.class(BASE64, 40),
        }
    }

    /// A session token as AWS makes them, created at this Unix time: account, region and time stand in clear.
    pub fn session_token(&mut self, created: i64) -> String {
        let mut message = b"\x0a\x09origin_ec".to_vec();
        message.extend(b"\x1a\x09us-east-2\x2a\x0e\x1a\x0c123456789012\x30");
        let mut rest = created as u64;
        while rest >= 0x80 {
            message.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        message.push(rest as u8);
        message.extend(b"\x3a\x60");
        message.extend(self.class(BASE64, 96).as_bytes());
        data_encoding::BASE64.encode(&[&[0x21][..], &message].concat())
    }

    /// An access key id of this account.
    pub fn id(&mut self, prefix: &str, account: u64) -> String {
        let head = (1 << 47) | (account << 7) | self.below(128);
        let bits = (u128::from(head) << 32) | u128::from(self.below(1 << 31) << 1 | self.below(2));
        let digit = |place: u32| char::from(BASE32[(bits >> (5 * place)) as usize & 31]);
        prefix.chars().chain((0..16).rev().map(digit)).collect()
    }
}
