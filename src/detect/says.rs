//! What the words of a name say of its value: that it is secret, perhaps, or harmless.
//!
//! Knows neither the value nor what stands around it.

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// No name, or one that says nothing.
    Nothing,
    /// It is a digest, an id, a public key: not a secret.
    Harmless,
    /// A key or something authentic, perhaps secret.
    Key,
    /// A secret, a token or a password.
    Secret,
    /// An AWS secret access key.
    AwsSecret,
}

/// What says that a value is an AWS secret key, wherever it stands in a name. Each holds `secret`.
const AWS_SECRET: &[&str] = &[
    "secretaccesskey",
    "secretkey",
    "awssecret",
    "s3secret",
    "amazonsecret",
    "ec2secret",
    "secretaccess",
];
/// What makes one of a secret.
const AWS: &[&str] = &["aws", "amazon", "amz", "s3", "minio", "access", "iam", "boto"];
/// What says that a value is no secret: as a word of its own, or at the start of one.
const HARMLESS: &[&str] = &[
    "sha1",
    "sha2",
    "sha3",
    "sha5",
    "md5",
    "digest",
    "checksum",
    "integrity",
    "hash",
    "commit",
    "revision",
    "etag",
    "nonce",
    "public",
    "pubkey",
    "keyid",
    "fingerprint",
    "uuid",
    "guid",
    "signature",
    "cache",
    "version",
    "path",
    "file",
    "class",
    "arn",
    "url",
    "uri",
    "license",
    "salt",
    "certificate",
    "thumbprint",
    "continuation",
    "next",
    "page",
    "pagin",
    "skip",
    "cursor",
    "sync",
];
/// What says that a value is secret, wherever it stands in a name.
const SECRET: &[&str] = &[
    "secret",
    "token",
    "passw",
    "pwd",
    "apikey",
    "accesskey",
    "authkey",
    "privatekey",
    "private",
    "credential",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "sharedkey",
    "accountkey",
    "appkey",
    "apptoken",
    "bearer",
    "passphrase",
    "clientkey",
    "servicekey",
    "auth",
];
const KEY: &[&str] = &["key", "pass", "cred", "cookie", "session"];

/// What the words of a name say.
pub fn judge(words: &[String]) -> Says {
    let name = words.concat();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    let begins = |starts: &[&str]| {
        words
            .iter()
            .any(|word| starts.iter().any(|start| word.starts_with(start)))
    };
    if has(&["secret"]) && (has(AWS_SECRET) || has(AWS)) {
        Says::AwsSecret
    } else if begins(HARMLESS) || words.last().is_some_and(|word| word == "id" || word == "ids") {
        Says::Harmless
    } else if has(SECRET) || is_personal_token(words) {
        Says::Secret
    } else if has(KEY) {
        Says::Key
    } else {
        Says::Nothing
    }
}

/// Whether it is called a PAT, a personal access token, of something.
pub fn is_personal_token(words: &[String]) -> bool {
    words.len() > 1 && words.last().is_some_and(|word| word == "pat")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_against_a_secret_outweighs_all_but_the_key_of_aws() {
        for (name, expected) in [
            ("aws secret", Says::AwsSecret),
            ("secret access key hash", Says::AwsSecret),
            ("token hash", Says::Harmless),
            ("session id", Says::Harmless),
            ("private key", Says::Secret),
            ("session", Says::Key),
            ("ado pat", Says::Secret),
            ("pat", Says::Nothing),
            ("colour", Says::Nothing),
        ] {
            let words: Vec<String> = name.split(' ').map(str::to_owned).collect();
            assert_eq!(judge(&words), expected, "{name}");
        }
    }

    #[test]
    fn what_says_that_it_is_aws_s_holds_the_word_that_is_asked_for_first() {
        assert!(AWS_SECRET.iter().all(|name| name.contains("secret")));
    }
}
