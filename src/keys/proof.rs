//! Proof without a network that an id and a secret belong together: something in the repository that was made with
//! that secret and says of whom it is.
//!
//! A presigned URL holds its own signature, and an SES SMTP password is one. Nothing is sent and nothing is trusted:
//! the same value is computed and compared. No proof says nothing; a signature that fits leaves no doubt.

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// The regions that have had SES; a password is made for one.
const SES_REGIONS: &[&str] = &[
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// What a URL may have been signed for; a URL does not say.
const METHODS: &[&str] = &["GET", "PUT", "HEAD", "POST", "DELETE"];

/// A URL longer than this is not looked at.
const LONGEST_URL: usize = 16 << 10;

/// Whether this is the SES SMTP password of that secret; says for which region it was made, if for one.
pub fn ses_password(secret: &Secret, password: &[u8]) -> Option<&'static str> {
    let given = BASE64.decode(password).ok()?;
    match given.split_first()? {
        (4, rest) => SES_REGIONS.iter().copied().find(|region| {
            let key = chain(secret, &["11111111", region, "ses", "aws4_request", "SendRawEmail"]);
            key == rest
        }),
        (2, rest) => (sign(exposed(secret), b"SendRawEmail") == rest).then_some("any region"),
        _ => None,
    }
}

/// Whether this presigned URL was signed with that secret. It says itself with which id.
pub fn presigned_url(id: &str, secret: &Secret, url: &str) -> bool {
    let Some(signed) = (url.len() <= LONGEST_URL).then(|| Presigned::read(url)).flatten() else {
        return false;
    };
    let [key_id, date, region, service, "aws4_request"] = signed.scope[..] else {
        return false;
    };
    if key_id != id {
        return false;
    }
    let key = chain(secret, &[date, region, service, "aws4_request"]);
    let empty = HEXLOWER.encode(&Sha256::digest(b""));
    // S3 signs the path as it is and no payload; others escape the path once more and sign an empty one.
    let again = signed.path.replace('%', "%25");
    METHODS.iter().any(|method| {
        [signed.path, again.as_str()].iter().any(|path| {
            ["UNSIGNED-PAYLOAD", empty.as_str()].iter().any(|payload| {
                let asked = format!(
                    "{method}\n{path}\n{}\nhost:{}\n\nhost\n{payload}",
                    signed.query, signed.host
                );
                let text = format!(
                    "AWS4-HMAC-SHA256\n{}\n{date}/{region}/{service}/aws4_request\n{}",
                    signed.time,
                    HEXLOWER.encode(&Sha256::digest(asked))
                );
                HEXLOWER.encode(&sign(&key, text.as_bytes())) == signed.signature
            })
        })
    })
}

/// The parts of a presigned URL that its signature is made of.
struct Presigned<'u> {
    host: &'u str,
    path: &'u str,
    /// The parameters but the signature, in the order of their names.
    query: String,
    time: &'u str,
    scope: Vec<&'u str>,
    signature: &'u str,
}

impl<'u> Presigned<'u> {
    /// Takes a URL apart; only one that signs no header but `host` says all that is needed.
    fn read(url: &'u str) -> Option<Self> {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (place, query) = rest.split_once('?')?;
        let (host, path) = match place.find('/') {
            Some(slash) => place.split_at(slash),
            None => (place, "/"),
        };
        let parameters: Vec<(&str, &str)> = query
            .split('&')
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .collect();
        let get = |name: &str| parameters.iter().find(|(n, _)| *n == name).map(|(_, value)| *value);
        if get("X-Amz-Algorithm")? != "AWS4-HMAC-SHA256" || get("X-Amz-SignedHeaders")? != "host" {
            return None;
        }
        let credential = get("X-Amz-Credential")?;
        let scope = match credential.contains('/') {
            true => credential.split('/').collect(),
            false => credential.split("%2F").collect(),
        };
        let mut sorted: Vec<String> = parameters
            .iter()
            .filter(|(name, _)| *name != "X-Amz-Signature")
            .map(|(name, value)| format!("{name}={}", value.replace('/', "%2F")))
            .collect();
        sorted.sort();
        Some(Self {
            host,
            path,
            query: sorted.join("&"),
            time: get("X-Amz-Date")?,
            scope,
            signature: get("X-Amz-Signature")?,
        })
    }
}

/// AWS's derivation: each part signs the next, beginning with the secret.
fn chain(secret: &Secret, parts: &[&str]) -> Vec<u8> {
    let first = [b"AWS4", exposed(secret)].concat();
    parts.iter().fold(first, |key, part| sign(&key, part.as_bytes()))
}

fn sign(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("an HMAC key has any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signature is computed with it and compared; it goes nowhere"
)]
fn exposed(secret: &Secret) -> &[u8] {
    secret.expose()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's documented secret.
    fn documented() -> Secret {
        Secret::new(format!("{}{}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", "EXAMPLEKEY").as_bytes())
    }

    #[test]
    fn published_ses_passwords_are_known_again() {
        let secret = documented();
        for (password, region) in [
            ("BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9", Some("us-east-1")),
            ("BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk", Some("eu-west-1")),
            ("An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDy", Some("any region")),
            ("An60U4ZD3sd4fg+FvXUjayOipTt8LO4rUUmhpdX6ctDz", None),
            ("", None),
        ] {
            assert_eq!(ses_password(&secret, password.as_bytes()), region);
        }
    }

    /// The example of AWS's documentation on presigned URLs, with its signature.
    #[test]
    fn a_published_url_is_known_again() {
        let id = "AKIAIOSFODNN7EXAMPLE";
        let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        let url = format!(
            "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={id}\
             %2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400\
             &X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
        );
        assert!(presigned_url(id, &documented(), &url));
        assert!(presigned_url(id, &documented(), &url.replace("%2F", "/")));
        assert!(!presigned_url("AKIAI44QH8DHBEXAMPLE", &documented(), &url));
        assert!(!presigned_url(id, &Secret::new(b"another"), &url));
        assert!(!presigned_url(id, &documented(), &url.replace("86400", "86401")));
        for broken in [
            "",
            "https://",
            "https://a?",
            "a?X-Amz-Algorithm=AWS4-HMAC-SHA256",
            "?&=&",
        ] {
            assert!(!presigned_url(id, &documented(), broken));
        }
    }
}
