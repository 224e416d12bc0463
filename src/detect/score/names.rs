//! Words of names whose values open nothing: tokens that mark a place in a list or a request, names of keys, what is said of
//! a secret, what was reckoned from one.
//!
//! Small letters, as [`crate::detect::name::words`] gives them. Only what a service's own documents call public or passing is
//! listed, and what no secret of labelled repositories has.

/// Tokens that say where a list goes on, which request is meant, or which version is changed.
pub const PASSING_TOKENS: &[&str] = &[
    "next",
    "page",
    "pagination",
    "paging",
    "continuation",
    "continue",
    "skip",
    "start",
    "starting",
    "sequence",
    "sync",
    "resume",
    "resumption",
    "cursor",
    "lock",
    "update",
    "change",
    "creation",
    "idempotency",
    "client",
    "request",
    "action",
    "purchase",
    "validation",
    "forward",
    "backward",
];

/// Tokens against forged requests: good for one form of one visitor.
pub const FORM_TOKENS: &[&str] = &["csrf", "xsrf", "forgery", "antiforgery", "authenticity"];

/// What has a key that is a name: `cacheKey`, `partition_key`.
pub const NAMED_BY_KEYS: &[&str] = &[
    "tag",
    "cache",
    "partition",
    "sort",
    "object",
    "foreign",
    "public",
    "throttling",
    "route",
    "routing",
    "shard",
    "group",
    "index",
    "event",
    "translation",
    "message",
    "label",
    "map",
    "hash",
    "range",
    "field",
    "column",
    "option",
    "property",
    "attribute",
    "lookup",
    "result",
    "search",
    "query",
    "host",
    "known",
    "recv",
    "site",
    "annotation",
];

/// What a name ends in whose value is said of a secret, or leads to it, and is none.
pub const ABOUT: &[&str] = &[
    "name",
    "type",
    "kind",
    "file",
    "files",
    "filename",
    "path",
    "dir",
    "url",
    "uri",
    "endpoint",
    "arn",
    "user",
    "username",
    "email",
    "method",
    "mechanism",
    "proto",
    "mode",
    "scope",
    "state",
    "status",
    "provider",
    "version",
    "size",
    "length",
    "len",
    "count",
    "timeout",
    "timestamp",
    "date",
    "age",
    "expires",
    "error",
    "exception",
    "message",
    "msg",
    "header",
    "prefix",
    "suffix",
    "field",
    "label",
    "title",
    "hint",
    "prompt",
    "format",
    "regex",
    "policy",
    "behavior",
    "enabled",
    "disabled",
    "required",
    "used",
    "expired",
    "exists",
    "fingerprint",
    "thumbprint",
    "mgr",
    "manager",
];

/// What a name ends in whose value was reckoned from a secret.
pub const DERIVED: &[&str] = &[
    "hash", "hashed", "digest", "checksum", "md5", "sha1", "sha2", "sha256", "sha512",
];

/// Whether the name goes on after a public key: `PUBLIC_KEY_HEX`, `pubKeyPem`.
pub fn is_public(words: &[String]) -> bool {
    let is_public = |word: &str| matches!(word, "public" | "pub" | "verify" | "verification");
    let is_key = |word: &str| word == "key" || word == "keys";
    words.windows(2).any(|pair| is_public(&pair[0]) && is_key(&pair[1]))
}
