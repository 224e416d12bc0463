//! What opens nothing, whatever it looks like: tokens that mark a place in a list or a request, names of keys, ids.
//!
//! Judges a name and its value alone. Only what a service's own documents call public or passing is listed: when in
//! doubt the score decides.

use super::beside::{is_in_arn, is_key_id, is_of_search, is_of_webhook, is_shared};
use super::names::{ABOUT, DERIVED, FORM_TOKENS, NAMED_BY_KEYS, PASSING_TOKENS, is_public};
use super::values::opens_nothing;
use super::vectors::is_of_vector;
use super::verdicts::{is_of_switch, is_of_variable, is_verdict, is_when};
use crate::detect::assigned::{Assigned, Category, category};
use crate::detect::generic::is_uuid;
use crate::detect::name;

/// Whether the name or the form of the value says that nothing is opened with it.
pub fn is_harmless(bytes: &[u8], assigned: &Assigned) -> bool {
    let text = &bytes[assigned.name.clone()];
    let value = &bytes[assigned.value.clone()];
    let words = name::words(text);
    let category = category(text);
    let Some((last, before)) = words.split_last() else {
        return false;
    };
    let is_of = |what: &str, list: &[&str]| {
        let owner = match last.strip_suffix('s').unwrap_or(last).strip_suffix(what) {
            Some("") => before.last().map_or("", String::as_str),
            Some(joined) => joined,
            None => return false,
        };
        // `%24` is a dollar sign in a URL, `\u0026` is `&` in JSON.
        let escape = ["24", "u0026"].iter().find_map(|escape| owner.strip_prefix(escape));
        list.contains(&escape.unwrap_or(owner))
    };
    let begins = |list: &[&str]| {
        words
            .iter()
            .any(|word| list.iter().any(|start| word.starts_with(start)))
    };
    let by_name = match category {
        Category::Password => {
            begins(&["passthrough", "passthru", "passenger", "passes", "passing", "askpass", "pwent"])
                || matches!(words[0].as_str(), "is" | "has" | "show" | "hide")
                || last == "passed"
                || last == "pass" && matches!(words[0].as_str(), "all" | "any")
                // Every keystore that Java comes with has it.
                || value == b"changeit" && words.iter().any(|word| word.contains("store"))
                || is_verdict(bytes, assigned)
                || is_of_switch(bytes, assigned)
                || is_when(&words, value)
        }
        Category::Token => {
            is_of("token", PASSING_TOKENS)
                || begins(FORM_TOKENS)
                || text.to_ascii_lowercase().ends_with(b"publickeytoken")
                || text == b"token" && is_of_webhook(bytes, assigned)
        }
        Category::Key if is_uuid(value) && name::judge(&words) < name::Says::Secret => true,
        Category::Key => {
            is_of("key", NAMED_BY_KEYS)
                || is_public(&words)
                || matches!(text, b"S3Key" | b"Sec-WebSocket-Key")
                || last == "key" && (is_of_vector(bytes, assigned) || is_of_search(bytes, assigned))
        }
        Category::Secret => {
            is_author(&words)
                || matches!(last.as_str(), "secretsmanager" | "secretmanager" | "rspauth")
                || text == b"UserSecretsId"
                // Programs and their plugins agree on it so that nobody starts a plugin by mistake.
                || words.windows(2).any(|pair| pair == ["magic", "cookie"])
        }
    };
    let is_about = ABOUT.contains(&last.as_str())
        || last.ends_with("file")
        || category != Category::Password && begins(&["encrypted"])
        || is_derived(&words, value);
    let is_id = matches!(last.as_str(), "id" | "ids") && !begins(&["secret", "pass"]);
    let by_value = opens_nothing(value) || is_fingerprint(&words, value) || is_cut(category, value);
    by_name
        || is_about
        || is_id
        || by_value
        || is_checksum(bytes, assigned)
        || is_key_id(bytes, assigned)
        || is_type(bytes, assigned)
        || is_of_variable(last, value)
        || is_shared(bytes, assigned)
        || is_in_arn(bytes, assigned)
}

/// Whether the name is a type's: `"AWS::ApiGateway::ApiKey": …`, `AWS::IAM::AccessKey:…`.
fn is_type(bytes: &[u8], assigned: &Assigned) -> bool {
    bytes[..assigned.name.start].ends_with(b"::") && matches!(bytes.get(assigned.name.end), Some(b'"' | b':'))
}

/// Whether the value is the fingerprint of a key of OpenPGP, which images check signatures with: `GPG_KEY 0D96…`,
/// `NODE_KEYS=94AE…`.
fn is_fingerprint(words: &[String], value: &[u8]) -> bool {
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let is_of_pgp = has(&["gpg", "pgp"]);
    let is_of_release = has(&["apt", "release", "keyring", "node"]);
    let is_printed = value.len() == 40 && !value.iter().any(u8::is_ascii_lowercase);
    let is_hex = matches!(value.len(), 16 | 40) && value.iter().all(u8::is_ascii_hexdigit);
    is_hex && (is_of_pgp || is_of_release && is_printed)
}

/// Whether a part of the value is shown. A password may end in full stops, but not behind a prefix or so much.
fn is_cut(category: Category, value: &[u8]) -> bool {
    let padding = value.iter().rev().take_while(|byte| **byte == b'=').count();
    let is_start = |shown: &[u8]| shown.len() >= 20 || shown.last().is_some_and(|b| b"_-:".contains(b));
    let shown = value[..value.len() - padding].strip_suffix(b"...");
    shown.is_some_and(|shown| category != Category::Password || is_start(shown))
        || memchr::memmem::find(value, b"-...-").is_some()
}

/// Whether the name says that the value is a digest, and the value does not say that it is made of a password by `crypt`.
fn is_derived(words: &[String], value: &[u8]) -> bool {
    let is_digest = matches!(value.len(), 32 | 40 | 64 | 128) && value.iter().all(u8::is_ascii_hexdigit);
    let is_named = |word: &String| DERIVED.contains(&word.as_str());
    let is_last = words
        .last()
        .is_some_and(|word| is_named(word) || word.ends_with("hash"));
    is_last && !value.starts_with(b"$") || is_digest && words.iter().any(is_named)
}

/// Whether a chart or a lock file notes the checksum of what has the name: `checksum/secret: …`, `x v1.2.3 h1:…`.
fn is_checksum(bytes: &[u8], assigned: &Assigned) -> bool {
    let name = assigned.name.clone();
    bytes[..name.start].ends_with(b"checksum/") || bytes[name].ends_with(b" h1")
}

/// Whether `auth` in the name is that of a writer or an office: `author`, `authority`, `Authorizer`.
fn is_author(words: &[String]) -> bool {
    const PEOPLE: &[&str] = &[
        "author",
        "authors",
        "authority",
        "authorities",
        "authorizer",
        "authorizers",
    ];
    words.last().is_some_and(|word| PEOPLE.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assigned::at_word;

    fn is(text: &str) -> bool {
        let name = text.find(|c: char| c.is_ascii_alphabetic()).expect("a name");
        is_harmless_at(text, &text[name..=name])
    }

    fn is_harmless_at(text: &str, word: &str) -> bool {
        let at = text.find(word).expect("it is there");
        let assigned = at_word(text.as_bytes(), at).expect("a value");
        is_harmless(text.as_bytes(), &assigned)
    }

    /// So many digits that do not repeat themselves.
    fn hex(digits: usize) -> String {
        let digit = |at: usize| char::from_digit((at * at * 7 + at / 3 + 5) as u32 % 17 % 16, 16);
        (0..digits).filter_map(digit).collect()
    }

    /// Digits in the form of a UUID.
    fn uuid() -> String {
        ["1f2e3d4c", "5b6a", "4978", "8695", "a4b3c2d1e0f9"].join("-")
    }

    #[test]
    fn passing_tokens_key_names_and_ids_are_harmless() {
        for name in [
            "NextToken",
            "nextPageToken",
            "--starting-token",
            "ClientToken",
            "uploadSequenceToken",
            "LockToken",
            "skiptoken",
            "csrf_token",
            "authenticity_token",
            "TargetKeyId",
            "tagKey",
            "target_key",
            "oauth2ClientId",
            "partition_key",
            "password_enabled",
            "LifecycleActionToken",
            "%24skiptoken",
            "secretsmanager",
            "rspauth",
            "MagicCookieValue",
            "--recv-keys",
            "u0026pageToken",
            "HTTPPasswordMgr",
            "PASSES",
            "Sec-WebSocket-Key",
            "passingNames",
            "SSH_ASKPASS_REQUIRE",
            "password_mechanism",
        ] {
            assert!(is(&format!("{name} = \"{}\"\n", uuid())), "{name}");
        }
        assert!(is("'authors': 'Tekij\\u00e4t',"));
        assert!(is("token: 'eyJ2IjoiMSIs...'") && is("secret: 'eyJ2-...-X'"));
        assert!(is("password: 'ab12_...'") && is("password: acme:...") && !is("password: 'whoah...'"));
        assert!(is("password === 'bearer')"));
        assert!(is_harmless_at("\"tests passed\": \"green\"", "passed"));
        assert!(is("'allPass': 'overEvery'") && !is("'adminPass': 'overEvery'"));
        assert!(is("EnvPassword = \"DB_PASSWORD\"") && !is("EnvPassword = \"DB_PASS7WORD\""));
        assert!(is_harmless_at("self.update_password == 'always'", "password"));
        assert!(is("update_password: on_create\n") && !is("db_password: on_create\n"));
        assert!(is("auth_role = \"arn:aws:iam::1:role/x\"\n"));
    }

    #[test]
    fn what_is_encrypted_or_published_is_harmless() {
        assert!(is(&format!("password: ENC[AES256_GCM,data:{}]\n", hex(20))));
        assert!(is(&format!("password: '{{cipher}}{}'\n", hex(32))));
        assert!(is(&format!("secret = \"AQICAH{}\"\n", hex(60))));
        assert!(is(&format!("token: 'pk.eyJ{}'\n", hex(40))));
        assert!(is(&format!("tokenAddress = \"0x{}\"\n", hex(40))));
        assert!(!is(&format!("private_key = \"0x{}\"\n", hex(64))));
        assert!(is(&format!("<UserSecretsId>{}</UserSecretsId>", uuid())));
        assert!(is(&format!("GPG_KEY=\"{}\"\n", hex(40).to_uppercase())));
        assert!(!is(&format!("API_KEY=\"{}\"\n", hex(40).to_uppercase())));
        assert!(is(&format!("NODE_KEYS=\"{}\"\n", hex(40).to_uppercase())));
        assert!(is(&format!("release_key: {}\n", hex(40).to_uppercase())));
        assert!(!is(&format!("API_KEYS=\"{}\"\n", hex(40).to_uppercase())));
        assert!(!is(&format!("NODE_KEYS=\"{}\"\n", hex(40))));
        assert!(is(&format!("publicKeyHex = \"{}\"\n", hex(64))) && is(&format!("PUBLIC_KEY_B64=\"{}\"\n", hex(44))));
        assert!(is(&format!("siteKey: \"{}\"\n", hex(40))));
        assert!(is_harmless_at(&format!("checksum/secret: {}\n", hex(64)), "secret"));
    }

    #[test]
    fn what_is_said_of_a_secret_or_reckoned_from_it_is_harmless() {
        let hex = hex(64);
        for name in [
            "tokenType",
            "PASSWORD_FILE",
            "auth_url",
            "secretName",
            "LastAuthError",
            "encryptedKey",
        ] {
            assert!(is(&format!("{name} = \"{hex}x\"\n")), "{name}");
        }
        for name in [
            "password_hash",
            "hashed_secret",
            "GRAYLOG_SHA256_PASSWORD",
            "encryption_key_fingerprint",
        ] {
            assert!(is(&format!("{name} = \"{hex}\"\n")), "{name}");
        }
        assert!(is("password_x = \"string\"\n"));
        let arn = "\"arn:aws:secretsmanager:us-east-1:1:secret:front-Xy7Kq2\"";
        assert!(is_harmless_at(arn, "secret:"));
        assert!(is_harmless_at("Id: AWS::IAM::AccessKey:Front7Kq2\n", "Key"));
        assert!(is("api_key = 'xxxxxxxx-xxxx-xxxx'\n") && is("annotation_key = 'c7n:Snapshots'\n"));
        assert!(is("nextForwardToken: 'f/3412641118268856'\n") && is("PublicKeyToken=b77a5c561934\n"));
        assert!(is("publicKeyToken=\"b77a5c561934\" culture=\"neutral\"\n"));
        assert!(!is("password_hash = '$2y$10$abcdefghij'\n"));
        assert!(!is(&format!("sha_password = \"{hex}\"\n")));
    }

    #[test]
    fn what_opens_something_is_not() {
        for name in [
            "access_token",
            "refreshToken",
            "unlock_token",
            "api_key",
            "API_KEY",
            "client_secret",
            "password",
            "secret_id",
            "authorization",
            "SigningKey",
        ] {
            assert!(!is(&format!("{name} = \"{}\"\n", uuid())), "{name}");
        }
    }

    #[test]
    fn links_that_are_handed_out_are_harmless_and_others_not() {
        let is = |link: &str| is_harmless_at(&format!("[x](https://{link}={})\n", uuid()), "pwd");
        assert!(is("us02web.zoom.us/j/123?pwd"));
        assert!(is("a.example/gh/b/graph/badge.svg?pwd") && is("img.shields.io/codecov/c/gh/a?x=1&pwd"));
        assert!(!is("a.example/j/123?pwd"));
        assert!(!is("zoom.us/pwd"));
    }
}
