//! Words that speak for or against a secret, in groups: what is counted of a text is how many of each group it holds.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

/// How many groups there are.
pub const GROUPS: usize = WORDS.len();

/// The groups, small letters.
const WORDS: &[&[&str]] = &[
    // What is derived or public.
    &[
        "hash",
        "digest",
        "checksum",
        "fingerprint",
        "sha",
        "md5",
        "signature",
        "uuid",
        "guid",
        "public",
        "pub",
        "cert",
        "salt",
        "nonce",
        "csrf",
        "xsrf",
        "encrypted",
        "crypted",
        "bcrypt",
    ],
    // What is said of a secret.
    &[
        "name",
        "type",
        "field",
        "label",
        "title",
        "text",
        "message",
        "msg",
        "err",
        "prompt",
        "placeholder",
        "hint",
        "desc",
        "help",
        "header",
        "prefix",
        "suffix",
        "format",
        "pattern",
        "regex",
        "column",
        "attr",
        "param",
        "method",
        "class",
        "scope",
        "grant",
        "strategy",
        "policy",
        "algorithm",
        "encoding",
        "provider",
        "mode",
        "kind",
        "status",
        "state",
        "event",
        "action",
        "manager",
        "service",
        "reader",
        "parser",
        "store",
    ],
    // Where it is.
    &[
        "url", "uri", "path", "file", "dir", "endpoint", "location", "link", "page", "route", "arn",
    ],
    // How much.
    &[
        "length", "len", "size", "count", "limit", "timeout", "ttl", "expir", "min", "max", "index", "position",
        "interval", "retries", "lifetime", "version",
    ],
    // What is done to it.
    &[
        "is", "has", "use_", "enable", "disable", "require", "allow", "show", "forgot", "reset", "change", "update",
        "verif", "valid", "check", "generat", "creat", "get", "set", "confirm", "rotat", "revok", "ignore", "support",
    ],
    // Trials.
    &[
        "test", "example", "sample", "mock", "dummy", "fake", "wrong", "bad", "invalid", "expect", "missing", "demo",
    ],
    // Whose it is.
    &[
        "db", "database", "root", "admin", "user", "mysql", "postgres", "smtp", "mail", "ftp", "redis", "mongo",
        "rabbit", "ldap", "server", "sql", "account", "login",
    ],
    // Which one it is.
    &[
        "client", "consumer", "app", "api", "access", "refresh", "oauth", "private", "jwt", "session", "master",
        "sign", "bot", "bearer", "aws", "github", "slack", "base", "shared",
    ],
    // Words that only hold the letters.
    &[
        "tokeniz",
        "tokens",
        "author",
        "keyword",
        "keyboard",
        "keys",
        "monkey",
        "passing",
        "passed",
        "passive",
        "bypass",
        "compass",
        "passenger",
        "passport",
        "authent",
        "credit",
        "passes",
        "pass_",
        "keycode",
        "keydown",
        "hotkey",
        "primary",
    ],
    &["pass", "pwd"],
    &["secret"],
    &["token"],
    &["key"],
    &["auth", "cred"],
    // Stand-ins.
    &[
        "your", "my", "some", "replace", "insert", "enter", "here", "xxx", "none", "null", "todo", "redact", "removed",
        "hidden", "default", "value", "string", "change", "the", "...",
    ],
    &["foo", "bar", "baz", "qux", "abc", "def", "asdf", "lorem"],
    &["123", "111", "000", "987", "321"],
    &[
        "welcome", "letmein", "qwerty", "admin", "p@ss", "passw0rd", "pa$$", "s3cr3t", "sekret", "hunter", "oracle",
        "changeit",
    ],
    // Code.
    &[
        "config", "env", "request", "response", "http", "json", "this.", "self.", "error", "data", "input", "options",
        "result", "body",
    ],
    &["assert", "expect", "equal", "should", "eq(", "refute"],
    &[
        "def ", "function", "func ", "fn ", "class ", "import", "return", "raise", "throw", "=>", "if ", "for ",
    ],
    &["print", "echo", "log", "puts", "console", "warn", "throw", "usage"],
    &["username", "host", "email", "login", "port", "connect", "://"],
    &["bearer", "basic", "digest", "oauth", "apikey"],
    &[
        "const", "let ", "var ", "private", "static", "final", "public", "export",
    ],
];

/// How many words of each group the text holds.
pub fn count(text: &[u8]) -> [u8; GROUPS] {
    let mut counts = [0_u8; GROUPS];
    let (search, group_of) = search();
    for found in search.find_overlapping_iter(text) {
        let count = &mut counts[usize::from(group_of[found.pattern()])];
        *count = count.saturating_add(1);
    }
    counts
}

/// One search for all words, with the group of each; built when the first value is judged.
fn search() -> &'static (AhoCorasick, Vec<u8>) {
    static SEARCH: OnceLock<(AhoCorasick, Vec<u8>)> = OnceLock::new();
    SEARCH.get_or_init(|| {
        let words = WORDS.iter().copied().flatten();
        let groups = WORDS
            .iter()
            .enumerate()
            .flat_map(|(group, words)| words.iter().map(move |_| group as u8));
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .expect("a few hundred words fit an automaton");
        (search, groups.collect())
    })
}
