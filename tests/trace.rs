//! `explain --trace FILE:LINE` tells why something on a line was or was not reported, and shows no secret.

mod common;

use std::fs;

use common::program::run;
use common::random::{BASE64, Random};
use tempfile::TempDir;

struct Traced {
    folder: TempDir,
    secrets: Vec<String>,
}

impl Traced {
    fn new(lines: &[String], secrets: &[String]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("a.env"), lines.join("\n")).expect("a file");
        Self {
            folder,
            secrets: secrets.to_vec(),
        }
    }

    fn line(&self, line: usize, more: &[&str]) -> String {
        let place = format!("a.env:{line}");
        let all = [&["explain", "--trace", &place], more].concat();
        let run = run(self.folder.path(), &all);
        let text = run.out();
        assert_eq!(run.code, 0, "{}", run.err());
        for secret in &self.secrets {
            let middle = &secret[4..secret.len() - 4];
            assert!(!text.contains(middle), "{text}");
        }
        text
    }
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
}

#[test]
fn each_rule_that_looked_says_what_it_made_of_it() {
    let mut random = Random::new(1);
    let pair = random.pair();
    let [named, unnamed, digest] = [(); 3].map(|()| random.class("A-Za-z0-9", 36));
    let short = format!("{}{}", "AKIA", random.class("A-Z2-7", 10));
    let lines = [
        "plain text".to_owned(),
        format!("id = {}", pair.id),
        format!("aws_secret_access_key = {}", pair.secret),
        format!("api_token = \"{named}\""),
        unnamed.clone(),
        format!("checksum = {digest}"),
        format!("x = {short}"),
    ];
    let secrets = [pair.secret.clone(), named, unnamed, digest];
    let traced = Traced::new(&lines, &secrets);
    assert_has(
        &traced.line(1, &[]),
        &[
            "a.env, line 1\n",
            "No rule looks at anything here",
            "nothing is reported on this line",
        ],
    );
    assert_has(
        &traced.line(2, &[]),
        &[
            "column 6: a beginning or a word at which rules look\n  aws-access-key-id: yes, at line 2 column 6, confidence high",
            "reported: severity high, confidence high",
        ],
    );
    assert_has(
        &traced.line(3, &[]),
        &["aws-secret-access-key: yes, at line 3 column 25", "reported: severity"],
    );
    assert_has(
        &traced.line(4, &[]),
        &["high-entropy-secret: yes", "under a name that says token", "reported: "],
    );
    assert_has(
        &traced.line(5, &[]),
        &["high-entropy-secret: no: no name beside it", "nothing is reported"],
    );
    assert_has(
        &traced.line(6, &[]),
        &["high-entropy-secret: no: the name beside it says that it is a digest"],
    );
    assert_has(
        &traced.line(7, &[]),
        &[
            "aws-access-key-id: no: what stands here is not what it looks for",
            "nothing is reported",
        ],
    );
}

#[test]
fn what_is_suppressed_preferred_or_unsure_is_told() {
    let mut random = Random::new(2);
    let lone = random.class(BASE64, 40);
    let secret = random.class("a-z0-9", 32);
    let lines = [
        format!("id = {}{}", "AKIA", "IOSFODNN7EXAMPLE"),
        format!("x {lone} y"),
        format!("token = acme_live_{secret}"),
    ];
    let traced = Traced::new(&lines, &[lone, secret]);
    assert_has(
        &traced.line(1, &[]),
        &["aws-access-key-id: yes", "; but ", "not to be acted on (placeholder): "],
    );
    assert_has(
        &traced.line(2, &[]),
        &["not shown: its confidence is low, and medium is asked; --min-confidence low shows it"],
    );
    let rules = "[[rules]]\nid = \"acme\"\nregex = 'acme_live_([a-z0-9]{32})'\nkeywords = ['acme']\n\
                 [[rules]]\nid = \"other\"\nregex = 'acme_test_[a-z0-9]{32}'\nkeywords = ['acme']\n\
                 [[rules]]\nid = \"whole\"\nregex = 'acme_live_[a-z0-9]{32}'\nkeywords = ['acme']\n";
    fs::write(traced.folder.path().join("gitleaks.toml"), rules).expect("a file");
    assert_has(
        &traced.line(3, &["--rules", "gitleaks.toml", "--no-builtin-rules"]),
        &[
            "column 9: keywords of imported rules\n",
            "gitleaks-acme: yes, at line 3 column 19, confidence medium: the pattern of an imported rule; another rule is preferred",
            "gitleaks-other: no: its keyword stands here",
            "gitleaks-whole ",
        ],
    );
}

#[test]
fn a_place_that_is_none_is_refused() {
    let traced = Traced::new(&["one".to_owned(), "two".to_owned()], &[]);
    for (place, said) in [
        ("a.env", "that is no place"),
        ("a.env:0", "that is no place"),
        ("a.env:x", "that is no place"),
        ("a.env:3", "a.env: there is no line 3\n  cause: its lines are 1 to 2"),
        ("b.env:1", "b.env: the file cannot be read"),
    ] {
        let run = run(traced.folder.path(), &["explain", "--trace", place]);
        assert_eq!(run.code, 2);
        assert_has(&run.err(), &[said, "hint: "]);
    }
    let utf16: Vec<u8> = "\u{feff}one\nid = x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(traced.folder.path().join("a.env"), utf16).expect("a file");
    assert_has(&traced.line(2, &[]), &["a.env, line 2, decoded from utf-16"]);
}
