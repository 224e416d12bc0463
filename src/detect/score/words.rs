//! Words that speak for or against a secret, in groups: what is counted of a text is how many of each group it holds.

use std::collections::VecDeque;
use std::sync::OnceLock;

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

/// How many words of each group each text holds, whatever its letters' case. The texts are read side by side: a step
/// waits for the one before it.
pub fn count<const N: usize>(texts: [&[u8]; N]) -> [[u8; GROUPS]; N] {
    static SEARCH: OnceLock<Search> = OnceLock::new();
    let search = SEARCH.get_or_init(Search::new);
    let mut counts = [[0_u8; GROUPS]; N];
    let mut states = [0; N];
    for at in 0..texts.iter().map(|text| text.len()).max().unwrap_or(0) {
        for (n, text) in texts.iter().enumerate() {
            let Some(&byte) = text.get(at) else { continue };
            let next = search.next[states[n]][usize::from(SYMBOL[usize::from(byte)])];
            states[n] = usize::from(next & !ENDS);
            if next & ENDS != 0 {
                for &group in &search.ending[states[n]] {
                    let count = &mut counts[n][usize::from(group)];
                    *count = count.saturating_add(1);
                }
            }
        }
    }
    counts
}

/// The characters of words, and one symbol more for all others.
const CHARACTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789_.:/@$=>( ";
const SYMBOLS: usize = CHARACTERS.len() + 1;
const SYMBOL: [u8; 256] = {
    let mut symbols = [CHARACTERS.len() as u8; 256];
    let mut at = 0;
    while at < CHARACTERS.len() {
        symbols[CHARACTERS[at] as usize] = at as u8;
        symbols[CHARACTERS[at].to_ascii_uppercase() as usize] = at as u8;
        at += 1;
    }
    symbols
};

/// One search for all words, built when the first value is judged: the automaton of Aho and Corasick, every step laid out.
struct Search {
    /// The state that follows a state and a symbol, with [`ENDS`] where words end. State 0 is the start.
    next: Vec<[u16; SYMBOLS]>,
    /// The groups of the words that end in a state.
    ending: Vec<Vec<u8>>,
}

const ENDS: u16 = 1 << 15;

impl Search {
    fn new() -> Self {
        let mut search = Self {
            next: vec![[0; SYMBOLS]],
            ending: vec![Vec::new()],
        };
        for (group, words) in WORDS.iter().enumerate() {
            for word in *words {
                search.add(word, group as u8);
            }
        }
        search.link();
        search
    }

    /// Adds the states of a word.
    fn add(&mut self, word: &str, group: u8) {
        let mut state = 0;
        for byte in word.bytes() {
            let symbol = usize::from(SYMBOL[usize::from(byte)]);
            if self.next[state][symbol] == 0 {
                self.next[state][symbol] = self.next.len() as u16;
                self.next.push([0; SYMBOLS]);
                self.ending.push(Vec::new());
            }
            state = usize::from(self.next[state][symbol]);
        }
        self.ending[state].push(group);
    }

    /// Where no word goes on, lays the step that the longest end of what was read takes, which starts a word too. The
    /// shorter come first, since theirs are needed.
    fn link(&mut self) {
        let mut rest = vec![0; self.next.len()];
        let mut queue = VecDeque::from([0]);
        while let Some(state) = queue.pop_front() {
            let of_rest = match state {
                0 => [0; SYMBOLS],
                _ => self.next[rest[state]],
            };
            for (next, of_rest) in self.next[state].iter_mut().zip(of_rest) {
                if *next == 0 {
                    *next = of_rest;
                    continue;
                }
                let (longer, shorter) = (usize::from(*next), usize::from(of_rest & !ENDS));
                rest[longer] = shorter;
                queue.push_back(longer);
                let ending = self.ending[shorter].clone();
                self.ending[longer].extend(ending);
                if !self.ending[longer].is_empty() {
                    *next |= ENDS;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_counted_wherever_it_stands() {
        let all = WORDS.iter().copied().flatten().copied().collect::<Vec<_>>();
        let strange = all.concat().bytes().find(|byte| !CHARACTERS.contains(byte));
        assert_eq!(strange.map(char::from), None, "stands for every other character");
        let texts = [all.join("-"), all.concat().to_uppercase(), all.join("\u{e9}")];
        let found = count(texts.each_ref().map(|text| text.as_bytes()));
        for (text, counts) in texts.iter().zip(found) {
            let text = text.to_ascii_lowercase();
            for (words, count) in WORDS.iter().zip(counts) {
                let starts = |word: &&str| {
                    (0..text.len())
                        .filter(|at| text.as_bytes()[*at..].starts_with(word.as_bytes()))
                        .count()
                };
                assert_eq!(
                    usize::from(count),
                    words.iter().map(starts).sum::<usize>().min(255),
                    "{words:?}"
                );
            }
        }
    }
}
