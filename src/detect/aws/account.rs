//! What an access key id says of itself: account, generation, and whether the account sets traps.
//!
//! The 16 characters after the prefix are base32 of 80 bits: bit 0 is the generation, bits 1 to 40 the
//! account, the rest is opaque (Aidan Steele 2020; Tal Be'ery; WithSecure's bitwise analysis of 3,000 ids).

use crate::finding::Generation;

/// Accounts that set traps, one a line: number, space, name of the service.
const CANARIES: &str = include_str!("../../../rules/canaries.txt");

/// What can be read out of an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub generation: Option<Generation>,
    /// Twelve digits; only ids of the new generation hold it.
    pub account: Option<String>,
}

/// Decodes a 20-character id. Ids that are not base32 say nothing.
pub fn decode(id: &[u8]) -> Decoded {
    let nothing = Decoded {
        generation: None,
        account: None,
    };
    let Some(tail) = id.get(4..20) else { return nothing };
    let Ok(bits) = data_encoding::BASE32_NOPAD.decode(tail) else {
        return nothing;
    };
    let high = bits[..6].iter().fold(0_u64, |n, &byte| n << 8 | u64::from(byte));
    let account = (high & 0x7fff_ffff_ff80) >> 7;
    if high >> 47 == 1 && account <= 999_999_999_999 {
        return Decoded {
            generation: Some(Generation::New),
            account: Some(format!("{account:012}")),
        };
    }
    let old = matches!(tail[0], b'I' | b'J');
    Decoded {
        generation: old.then_some(Generation::Old),
        account: None,
    }
}

/// The service that sets traps with this account, if it is known for that.
pub fn canary(account: &str) -> Option<&'static str> {
    CANARIES
        .lines()
        .find_map(|line| line.strip_prefix(account)?.strip_prefix(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Published vectors, cut in two so that no key-like text stands here.
    #[test]
    fn published_ids_give_their_account() {
        for (prefix, tail, account) in [
            ("ASIA", "QNZGKIQY56JQ7WML", "029608264753"),
            ("ASIA", "Y34FZKBOKMUTVV7A", "609629065308"),
            ("AKIA", "6RVFFB77RE7OLMKI", "999999999999"),
            ("AKIA", "SP2TPHJSQH3FJRUX", "171436882533"),
            ("AKIA", "QYLPMN5HHHFPZAM2", "052310077262"),
        ] {
            let decoded = decode((prefix.to_owned() + tail).as_bytes());
            assert_eq!(decoded.account.as_deref(), Some(account));
            assert_eq!(decoded.generation, Some(Generation::New));
        }
        assert_eq!(canary("052310077262"), Some("Thinkst Canarytokens"));
        assert_eq!(canary("123456789012"), None);
    }

    #[test]
    fn an_old_id_has_no_account() {
        let decoded = decode(&[b"AKIA".as_slice(), b"IX4GVO7N5NPE7GGV"].concat());
        assert_eq!(decoded.generation, Some(Generation::Old));
        assert_eq!(decoded.account, None);
    }

    #[test]
    fn what_is_not_base32_says_nothing() {
        let decoded = decode(&[b"AKIA".as_slice(), b"I44QH8DHBQXAMPLE"].concat());
        assert_eq!(decoded.generation, None);
        assert_eq!(decode(b"AKIA").account, None);
    }
}
