//! The canary: secrets are planted, the program does all it can, and no byte that it writes may tell one of them.
//!
//! A leak is any twelve characters of a secret, as they are or reversed, in base64, hexadecimal, percent-encoded or
//! escaped for JSON. Access key ids are public by AWS's own definition and are no secrets.

mod common;
#[path = "canary/unasked.rs"]
mod unasked;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::program::{self, Run};
use common::random::{BASE64, Random};
use common::repo::{TestRepo, damage};
#[cfg(feature = "aws")]
use common::servers::{Stub, aws_error, dead_endpoint, reply};
use data_encoding::{BASE64 as ENCODE, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use keytrail::decode::Layers;
use keytrail::detect::Detectors;
use keytrail::level::{Confidence, Severity};
use keytrail::report::Format;
use keytrail::rules::{About, Matcher, Pattern, Rule, RuleSet, Texts};
use keytrail::scan::{Scan, progress::Progress};
use keytrail::source::files::{FilesOptions, discover};
use tempfile::TempDir;

/// So many characters of a secret in a row are a leak; a mask shows four.
const WINDOW: usize = 12;

/// A part of a member's name that may come out, and does.
const MEMBER: &str = "hostile-member";

/// What is planted.
struct Canary {
    id: String,
    secret: String,
    token: String,
    pem: String,
    password: String,
    jwt: String,
    /// A password in the URL of the remote, which is told of in reports.
    remote: String,
}

impl Canary {
    fn new() -> Self {
        let mut random = Random::new(20);
        let pair = random.pair_with("ASIA");
        let lines: Vec<String> = (0..6).map(|_| random.class(BASE64, 64)).collect();
        let claims = format!("{{\"sub\":\"{}\"}}", random.class("a-z", 12));
        Self {
            token: format!("IQoJb3JpZ2luX2Vj{}", random.class(BASE64, 400)),
            pem: lines.join("\n"),
            password: random.class("A-Za-z0-9", 40),
            jwt: format!(
                "{}.{}.{}",
                BASE64URL_NOPAD.encode(b"{\"alg\":\"HS256\",\"typ\":\"JWT\"}"),
                BASE64URL_NOPAD.encode(claims.as_bytes()),
                random.class("A-Za-z0-9_-", 43)
            ),
            remote: random.class("A-Za-z0-9", 36),
            id: pair.id,
            secret: pair.secret,
        }
    }

    /// A file that holds them all.
    fn text(&self) -> String {
        format!(
            "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n\n\
             api_token = \"{}\"\njwt: {}\n\
             -----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----\n\
             {{\"aws_secret_access_key\":\"{}\", \"api_secret\": \"{}\"}}\n\
             both again: {} {}\n",
            self.id,
            self.secret,
            self.token,
            self.password,
            self.jwt,
            self.pem,
            self.secret.replace('/', "\\/"),
            self.password,
            self.password,
            ENCODE.encode(self.secret.as_bytes()),
        )
    }

    fn secrets(&self) -> Vec<&str> {
        let mut secrets = vec![&*self.secret, &self.token, &self.password, &self.jwt, &self.remote];
        secrets.extend(self.pem.lines());
        secrets
    }

    /// All runs of characters that may not come out.
    fn windows(&self) -> HashSet<Vec<u8>> {
        let mut windows = HashSet::new();
        for secret in self.secrets() {
            let mut forms = vec![
                secret.to_owned(),
                secret.chars().rev().collect(),
                HEXLOWER.encode(secret.as_bytes()),
                HEXUPPER.encode(secret.as_bytes()),
                secret.replace('/', "\\/"),
                secret.replace('+', "%2B").replace('/', "%2F"),
                secret.replace('+', "%2b").replace('/', "%2f"),
                secret.replace('+', "\\u002b").replace('/', "\\u002f"),
            ];
            // Base64 of a text has three forms, by where in it the secret begins.
            for before in ["", "a", "ab"] {
                let encoded = ENCODE.encode(format!("{before}{secret}").as_bytes());
                forms.push(encoded[4..encoded.len() - 4].to_owned());
            }
            for form in forms {
                windows.extend(form.as_bytes().windows(WINDOW).map(<[u8]>::to_vec));
            }
        }
        windows
    }
}

/// Judges bytes that were written.
struct Judge {
    windows: HashSet<Vec<u8>>,
    /// The pairs of bytes that a window begins with, because most bytes need no closer look.
    begin: Vec<bool>,
}

impl Judge {
    fn new(canary: &Canary) -> Self {
        let windows = canary.windows();
        let mut begin = vec![false; 1 << 16];
        for window in &windows {
            begin[pair(window)] = true;
        }
        Self { windows, begin }
    }

    fn leak<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let mut all = bytes.windows(WINDOW);
        all.find(|window| self.begin[pair(window)] && self.windows.contains(*window))
    }

    fn bytes(&self, what: &str, bytes: &[u8]) {
        if let Some(leak) = self.leak(bytes) {
            let at = bytes.windows(WINDOW).position(|window| window == leak).unwrap_or(0);
            let around = &bytes[at.saturating_sub(150)..bytes.len().min(at + 50)];
            panic!("{what}: a secret came out:\n{}", String::from_utf8_lossy(around));
        }
    }

    /// Judges what was written by the flags of [`every_format`].
    fn reports(&self, what: &str, folder: &Path, at_least: usize) {
        for format in Format::ALL.map(Format::as_str) {
            let report = fs::read(folder.join(format)).expect("a report");
            assert!(report.len() > at_least, "{what} {format}: it does report");
            self.bytes(&format!("{what} {format}"), &report);
        }
    }

    fn run(&self, what: &str, run: &Run) {
        self.bytes(&format!("{what}, standard output"), &run.stdout);
        self.bytes(&format!("{what}, standard error"), &run.stderr);
    }
}

/// Flags that write a report of each format into a folder, by the format's name.
fn every_format(folder: &Path) -> Vec<String> {
    let flag = |format: &str| format!("--report={format}={}", folder.join(format).display());
    Format::ALL.map(Format::as_str).into_iter().map(flag).collect()
}

fn pair(window: &[u8]) -> usize {
    usize::from(window[0]) << 8 | usize::from(window[1])
}

/// An archive of the canary, under a name that tells of it and would clear a terminal.
fn archive(canary: &Canary) -> Vec<u8> {
    let name = format!("../\u{1b}[2J{MEMBER}/api_token={}/all.env", canary.password);
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().expect("it is GNU's").name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_size(canary.text().len() as u64);
    header.set_cksum();
    let mut builder = tar::Builder::new(Vec::new());
    builder
        .append(&header, canary.text().as_bytes())
        .expect("it is written to memory");
    builder.into_inner().expect("it is written to memory")
}

/// A repository with the canary in a tree, in history, in messages, in the index and behind the remote.
fn planted(canary: &Canary) -> TestRepo {
    let repo = TestRepo::new();
    repo.commit_file("README", "none\n");
    repo.commit_file("gone.env", canary.text());
    repo.git(&["rm", "-q", "gone.env"]);
    repo.commit(&format!("remove\n\n{}", canary.text()));
    let utf16: Vec<u8> = canary.text().encode_utf16().flat_map(u16::to_le_bytes).collect();
    repo.write("windows.ini", [&[0xff, 0xfe][..], &utf16].concat());
    repo.write(
        "nested.yaml",
        format!("data:\n  file: {}\n", ENCODE.encode(canary.text().as_bytes())),
    );
    repo.commit_file("src/deep/all.env", canary.text());
    repo.git(&["tag", "-a", "v1", "-m", &canary.text()]);
    let remote = format!("https://bot:{}@github.com/acme/app.git", canary.remote);
    repo.git(&["remote", "add", "origin", &remote]);
    let author = format!("{} <{}@example.com>", canary.password, canary.password);
    repo.git(&[
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        &format!("token={}", canary.password),
        "--author",
        &author,
    ]);
    repo.write("staged.env", canary.text());
    repo.write("backup.tar", archive(canary));
    repo.write(
        "minified.js",
        format!(
            "x={{a:1,token:\"{}\",{}}}",
            canary.password,
            canary.text().replace('\n', ";").repeat(10)
        ),
    );
    repo.git(&["add", "-A"]);
    repo
}

const COMMANDS: &[&[&str]] = &[&["scan"], &["staged"], &["range", "HEAD~3..HEAD"], &["history"]];

#[test]
fn no_report_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let files = TempDir::new().expect("a temporary folder");
    let ways: &[&[&str]] = &[
        &[],
        &["-v", "--policy", "cis-v3"],
        &["-vvv", "--min-confidence", "low", "--color", "always"],
        &["-q", "--color", "always"],
    ];
    for command in COMMANDS {
        for way in ways {
            let mut arguments: Vec<String> = command.iter().chain(*way).map(|&word| word.to_owned()).collect();
            arguments.extend(every_format(files.path()));
            let what = format!("{command:?} {way:?}");
            let run = program::run(&repo.path(), &arguments);
            assert_eq!(run.code, 1, "{what}: {}", run.err());
            judge.run(&what, &run);
            judge.reports(&what, files.path(), 500);
        }
        let arguments: Vec<String> = command.iter().chain(&["-vv"]).map(|&word| word.to_owned()).collect();
        let run = program::run(&repo.path(), &[arguments, every_format(files.path())].concat());
        judge.run(&format!("{command:?}"), &run);
        judge.reports(&format!("{command:?}"), files.path(), 500);
        for format in Format::ALL {
            let (name, report) = (
                format.as_str(),
                fs::read(files.path().join(format.as_str())).expect("a report"),
            );
            assert!(!report.contains(&0x1b), "{command:?} {name}: escapes of a terminal");
            // Of many places these two name the first ones.
            if !matches!(format, Format::Github | Format::Markdown) {
                assert_eq!(
                    String::from_utf8_lossy(&report).contains(MEMBER),
                    matches!(command[0], "scan" | "staged"),
                    "{command:?} {name}: what is in the archive, where there is one"
                );
            }
        }
    }
    let run = program::run_with_input(&repo.path(), &["scan", "-", "-vvv"], canary.text().as_bytes());
    assert_eq!(run.code, 1);
    judge.run("standard input", &run);
}

/// Rules that a person brought, files that are taken for rules or lists, and the trace of every line.
#[test]
fn neither_rules_nor_imports_nor_traces_tell_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let rules = "[[allowlists]]\nregexes = ['a']\ncondition = 'AND'\npaths = ['env']\n\
        [[rules]]\nid = 'any'\nregex = '(?i)(?:secret|token)[a-z_]*[\"\\s=:]+(\\S{20,})'\nkeywords = ['secret', 'token']\n\
        [[rules]]\nid = 'whole'\nregex = '[A-Za-z0-9+/]{12}[^ ]*[A-Za-z0-9+/]{12}'\n";
    fs::write(repo.beside("gitleaks.toml"), rules).expect("a file");
    let rules = repo.beside("gitleaks.toml");
    let rules = rules.to_str().expect("a plain path");
    for command in [&["scan"][..], &["history"]] {
        for format in ["human", "json", "sarif", "html"] {
            for more in [&[][..], &["--no-builtin-rules"]] {
                let all = [command, &["-vv", "--rules", rules, "--report", format], more].concat();
                let run = program::run(&repo.path(), &all);
                assert_eq!(run.code, 1, "{all:?}: {}", run.err());
                judge.run(&format!("{all:?}"), &run);
            }
        }
    }
    let tried = program::run(&repo.path(), &["rules", "test", rules, "src"]);
    assert_eq!(tried.code, 1);
    judge.run("rules test", &tried);
    let file = "src/deep/all.env";
    for line in 1..=canary.text().lines().count() {
        let place = format!("{file}:{line}");
        let run = program::run(&repo.path(), &["explain", "--trace", &place, "--rules", rules]);
        assert_eq!(run.code, 0, "{}", run.err());
        judge.run(&place, &run);
    }
    judge.run("rules check", &program::run(&repo.path(), &["rules", "check", file]));
    for kind in [
        "gitleaks",
        "gitleaksignore",
        "gitleaks-report",
        "detect-secrets",
        "github",
    ] {
        judge.run(kind, &program::run(&repo.path(), &["import", kind, file]));
    }
}

/// The key goes to whom it is shown; none of it comes out, whatever is answered, and whatever the answer quotes.
#[cfg(feature = "aws")]
#[test]
fn no_verification_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let home = TempDir::new().expect("a temporary folder");
    fs::create_dir(home.path().join(".aws")).expect("a folder");
    let profile = format!(
        "[p]\naws_access_key_id={}\naws_secret_access_key={}\n",
        canary.id, canary.secret
    );
    fs::write(home.path().join(".aws/credentials"), profile).expect("a file");
    let told = format!(
        "calculated with {} and x-amz-security-token:{}",
        canary.secret, canary.token
    );
    let arn = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>\
        <Arn>arn:aws:iam::123456789012:user/ann</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let servers = [
        Stub::new(move |_| aws_error(403, "SignatureDoesNotMatch", &told)),
        Stub::new(|_| aws_error(403, "ExpiredToken", "x")),
        Stub::new(|_| reply(403, "text/html", "no")),
        Stub::new(move |_| reply(200, "text/xml", arn)),
    ];
    let endpoints = servers
        .iter()
        .map(|stub| stub.endpoint.clone())
        .chain([dead_endpoint()]);
    for (number, endpoint) in endpoints.enumerate() {
        for way in [
            &["--verify", "--profile", "p"][..],
            &["--verify-with-leaked-key", "--verify-account", &canary.id],
        ] {
            for format in ["human", "json", "sarif", "html"] {
                let mut command = program::keytrail(home.path());
                command.args([
                    "history",
                    "-vv",
                    "--policy",
                    "cis-v3",
                    "--timeout",
                    "2",
                    "--report",
                    format,
                ]);
                command
                    .args(way)
                    .args(["--endpoint-url", &endpoint])
                    .env("AWS_MAX_ATTEMPTS", "1");
                let run = program::finish(command.current_dir(repo.path()));
                let what = format!("{number} {way:?} {format}");
                assert_eq!(run.code, 1, "{what}: {}", run.err());
                judge.run(&what, &run);
            }
        }
    }
    let used = |stub: &Stub| {
        let asked = stub.asked.lock().expect("no stub panics");
        asked.iter().any(|request| request.head.contains(&canary.token))
    };
    assert!(servers.iter().all(used), "the key was shown to each");
}

/// The judge is no judge if it finds nothing.
#[test]
fn only_when_asked_for_and_never_in_an_upload() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let files = TempDir::new().expect("a temporary folder");
    for command in COMMANDS {
        let mut arguments: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        arguments.push("--show-secrets".to_owned());
        let run = program::run(&repo.path(), &[arguments, every_format(files.path())].concat());
        judge.run("what is said", &run);
        for format in Format::ALL {
            let what = format!("{command:?} {}", format.as_str());
            let report = fs::read(files.path().join(format.as_str())).expect("a report");
            let shown = String::from_utf8_lossy(&report);
            assert_eq!(judge.leak(&report).is_some(), format.may_show_secrets(), "{what}");
            assert_eq!(shown.contains(&canary.secret), format.may_show_secrets(), "{what}");
            assert!(!shown.contains(&canary.remote), "{what}: a password of the remote");
        }
    }
}

#[test]
fn no_error_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let folder = repo.path();
    let check = |what: &str, arguments: &[&str], code: i32| {
        let run = program::run(&folder, arguments);
        assert_eq!(run.code, code, "{what}: {}", run.err());
        assert!(!(run.stderr.is_empty() && run.stdout.is_empty()), "{what}: it says why");
        judge.run(what, &run);
    };
    // A file of secrets where another kind of file is wanted: what is wrong with it must not be quoted.
    check("settings that are none", &["scan", "--config", "staged.env"], 2);
    repo.write(
        "quoted.toml",
        format!("aws_secret_access_key = \"{}\"\n", canary.secret),
    );
    check("settings with unknown keys", &["scan", "--config", "quoted.toml"], 2);
    repo.write("typed.toml", format!("[source]\njobs = \"{}\"\n", canary.password));
    check("settings of a wrong type", &["scan", "--config", "typed.toml"], 2);
    repo.write("format.toml", "[report]\nreport = [\"none\"]\n");
    check(
        "settings with an unknown format",
        &["scan", "--config", "format.toml"],
        2,
    );
    check("a policy that is none", &["scan", "--policy", "staged.env"], 2);
    check("a policy with unknown keys", &["scan", "--policy", "quoted.toml"], 2);
    check("an inventory that is none", &["scan", "--keys-from", "staged.env"], 2);
    repo.write("keys.json", format!("{{\"SecretAccessKey\": \"{}\"}}", canary.secret));
    check(
        "an inventory of an unknown kind",
        &["scan", "--keys-from", "keys.json"],
        2,
    );
    check("an unknown flag", &["scan", "--frobnicate", "src"], 2);
    check("a range that is none", &["range", "gone..HEAD"], 2);
    check("a path that is not there", &["scan", "src/deep/none.env"], 2);
    check(
        "a report into a file that is a folder",
        &["scan", "--report", "json=src"],
        2,
    );
    check(
        "a report below a file",
        &["scan", "--report", "json=staged.env/out.json"],
        2,
    );

    // A repository that is damaged where the secrets are.
    let blob = repo.id("HEAD:src/deep/all.env");
    damage(&repo.loose(&blob), |bytes| {
        let half = bytes.len() / 2;
        bytes[half] ^= 0xff;
    });
    let commit = repo.id("HEAD~1");
    fs::remove_file(repo.loose(&commit)).expect("it is loose");
    for format in ["human", "json", "sarif", "html"] {
        check("a damaged history", &["history", "-vvv", "--report", format], 1);
        let run = program::run(&folder, &["range", "v1~1..HEAD", "-vvv", "--report", format]);
        judge.run("a damaged range", &run);
    }
    fs::write(folder.join(".git/index"), canary.text()).expect("a file");
    check("a damaged index", &["staged"], 2);
    fs::write(folder.join(".git/config"), canary.text()).expect("a file");
    let run = program::run(&folder, &["history", "-vvv"]);
    assert_ne!(run.code, 0, "a damaged config");
    judge.run("a damaged config", &run);
    fs::write(folder.join(".git/HEAD"), canary.text()).expect("a file");
    let run = program::run(&folder, &["history", "-vvv"]);
    assert_ne!(run.code, 0, "a damaged HEAD");
    judge.run("a damaged HEAD", &run);
}

/// What allows findings stands beside them, or is said about them.
#[test]
fn nothing_that_allows_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = TestRepo::new();
    let folder = repo.path();
    let Canary {
        id, secret, password, ..
    } = &canary;
    repo.write(
        "a.env",
        format!(
            "aws_access_key_id = {id} # keytrail:allow as {secret} and token={password}\n\
             # keytrail:allow-next-line password {password} and {secret}\naws_secret_access_key = {secret} \n\
             aws_secret_access_key={secret} # gitleaks:allow password:{password}\n\
             api_token = \"{password}\" # keytrail:allow until={password} {secret}\n"
        ),
    );
    repo.write("b.env", canary.text());
    repo.commit("all");
    let check = |what: &str, arguments: &[&str]| {
        let run = program::run(&folder, arguments);
        assert!(
            !(run.stderr.is_empty() && run.stdout.is_empty()),
            "{what}: it says something"
        );
        judge.run(what, &run);
        run
    };
    let files = TempDir::new().expect("a temporary folder");
    let formats = every_format(files.path());
    let formats: Vec<&str> = formats.iter().map(String::as_str).chain(["-vv"]).collect();
    for command in [&["scan", "a.env"][..], &["history"]] {
        let run = program::run(&folder, &[command, &formats].concat());
        judge.run("markers", &run);
        judge.reports("markers", files.path(), 1);
    }
    check("a new baseline", &["baseline", "create", "accepted.txt", "."]);
    judge.bytes(
        "the baseline",
        &fs::read(folder.join("accepted.txt")).expect("the baseline"),
    );
    check(
        "a baseline again",
        &[
            "baseline",
            "update",
            "accepted.txt",
            ".",
            "--no-inline-allow",
            "--history",
        ],
    );
    check("a baseline checked", &["baseline", "check", "accepted.txt", "tests"]);
    check(
        "a finding that is none",
        &["baseline", "update", "accepted.txt", "--finding", secret],
    );
    judge.bytes(
        "the baseline",
        &fs::read(folder.join("accepted.txt")).expect("the baseline"),
    );
    repo.write(
        ".keytrail.toml",
        format!("[[allow]]\nvalue = '{secret}'\nreason = 'known'\n"),
    );
    let flags = ["scan", ".", "--baseline", "accepted.txt", "--no-inline-allow"];
    let run = program::run(&folder, &[&flags, &formats[..]].concat());
    judge.run("a baseline in use", &run);
    judge.reports("a baseline in use", files.path(), 1);
    for entry in [
        format!("value = '({secret}'\nreason = 'x'"),
        format!("value = 'sha256:{secret}'\nreason = 'x'"),
        format!("rule = '{secret}'\nreason = 'x'"),
        format!("account = '{password}'\nreason = 'x'"),
        format!("path = 'x'\nuntil = '{password}'\nreason = 'x'"),
        format!("until = '{password}'\nreason = {password}"),
        format!("path = [1, '{password}']"),
    ] {
        repo.write(".keytrail.toml", format!("[[allow]]\n{entry}\n"));
        let run = check("an allow rule that is none", &["scan", "."]);
        assert_eq!(run.code, 2, "{}", run.err());
    }
    fs::remove_file(folder.join(".keytrail.toml")).expect("a file");
    let damaged = format!("# keytrail baseline 1\n{secret} rule={password}\n");
    fs::write(folder.join("accepted.txt"), damaged).expect("a file");
    assert_eq!(
        check("a damaged baseline", &["scan", ".", "--baseline", "accepted.txt"]).code,
        2
    );
    assert_eq!(check("no baseline", &["scan", ".", "--baseline", "b.env"]).code, 2);
}

/// Tables of keys and incident cards, from a scan, from a report with everything shown, and about each finding.
#[test]
fn no_table_and_no_card_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = planted(&canary);
    let folder = repo.path();
    let files = TempDir::new().expect("a temporary folder");
    let shown = format!("json={}", files.path().join("shown.json").display());
    let flags = [
        "history",
        "--show-secrets",
        "--min-confidence",
        "low",
        "--report",
        &shown,
    ];
    let scan = program::run(&folder, &flags);
    assert_eq!(scan.code, 1, "{}", scan.err());
    let shown = files.path().join("shown.json");
    let text = fs::read(&shown).expect("a report");
    assert!(judge.leak(&text).is_some(), "the judge sees what is there");
    let shown = shown.to_str().expect("a plain path");
    for source in [["--repo", "."], ["--findings", shown]] {
        for format in ["human", "json", "csv", "sarif", "html"] {
            let run = program::run(&folder, &[&["keys", "-vv", "--report", format], &source[..]].concat());
            assert!(run.stdout.len() > 500, "{format}: {}", run.err());
            judge.run(&format!("keys {source:?} {format}"), &run);
        }
    }
    let report: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    for finding in report["findings"].as_array().expect("findings") {
        if !finding["suppressed"].is_null() {
            continue;
        }
        let id = finding["id"].as_str().expect("an id");
        for format in ["human", "json", "markdown"] {
            let run = program::run(&folder, &["explain", id, "--findings", shown, "--report", format]);
            assert_eq!(run.code, 0, "{}", run.err());
            judge.run(&format!("explain {id} {format}"), &run);
        }
    }
    // A file of secrets where a report, an inventory or a policy is wanted.
    for flag in ["--findings", "--keys-from", "--policy"] {
        let run = program::run(&folder, &["keys", flag, "staged.env"]);
        assert_eq!(run.code, 2, "{flag}");
        judge.run(flag, &run);
    }
    let run = program::run(&folder, &["explain", &canary.password]);
    assert_eq!(run.code, 2);
    judge.run("explain a secret", &run);
}

/// A path or a ref whose name holds a secret is needed to find the place, and tells the secret.
#[test]
fn no_name_tells_a_secret() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let repo = TestRepo::new();
    repo.write(
        &format!("aws_secret_access_key={}.txt", canary.password),
        format!("key {}\n", canary.id),
    );
    repo.commit("a name");
    repo.git(&["branch", &format!("token={}", canary.password)]);
    let files = TempDir::new().expect("a temporary folder");
    let flags = ["history", "-v", "--policy", "cis-v3"].map(str::to_owned);
    let run = program::run(&repo.path(), &[&flags[..], &every_format(files.path())].concat());
    assert_eq!(run.code, 1, "{}", run.err());
    judge.run("names", &run);
    judge.reports("names", files.path(), 200);
}

/// Run by the next test in a process of its own.
#[test]
#[ignore = "it panics on purpose, when the next test asks it to"]
fn a_worker_that_panics() {
    let folder = std::env::var_os("KEYTRAIL_CANARY").expect("the next test starts this one");
    std::panic::set_hook(Box::new(|panic| eprintln!("{}", keytrail::app::describe_panic(panic))));
    let broken = Rule {
        id: "broken".into(),
        kind: "token".into(),
        severity: Severity::High,
        confidence: Confidence::High,
        precedence: 50,
        // It does not compile, which is found out when its literal is met; and the panic then quotes it.
        matcher: Matcher::Pattern(Pattern::trusted(
            vec!["[default]".into()].into(),
            (Canary::new().password + "(").into(),
        )),
        checksum: None,
        paths: Texts::default(),
        about: About::default().into(),
    };
    let rules = RuleSet::new(vec![broken]).expect("one rule");
    let detectors = Detectors::new(&rules)
        .map_err(|error| error.to_string())
        .expect("no detector is named");
    let options = FilesOptions {
        no_ignore: true,
        threads: 1,
    };
    let found = discover(&[folder.into()], &options)
        .map_err(|error| error.to_string())
        .expect("a folder");
    for threads in [1, 4] {
        let scanned = Scan {
            detectors: &detectors,
            objects: None,
            state: keytrail::origin::State::File,
            with_line_hash: false,
            threads,
            progress: &Progress::new(0),
            spots: None,
            layers: Layers::default(),
            with_sizes: false,
        }
        .run(&found.items);
        let faults: Vec<_> = scanned
            .skips
            .iter()
            .map(|skip| String::from_utf8_lossy(&skip.what))
            .collect();
        eprintln!("threads {threads}: read {}, failed {faults:?}", scanned.items);
    }
}

#[test]
fn a_panic_tells_no_secret_and_ends_no_run() {
    let canary = Canary::new();
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("all.env"), canary.text()).expect("a file");
    fs::write(folder.path().join("calm.txt"), "nothing\n").expect("a file");
    let test = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--ignored",
            "--exact",
            "a_worker_that_panics",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("KEYTRAIL_CANARY", folder.path())
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&test.stderr);
    assert!(test.status.success(), "{said}");
    assert_eq!(
        said.matches("keytrail: internal error at src/rules/pattern.rs:")
            .count(),
        2,
        "{said}"
    );
    for threads in [1, 4] {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("threads {threads}: read 2, failed [")));
        let named = line.unwrap_or_else(|| panic!("{said}"));
        assert!(named.ends_with("all.env\"]"), "{said}");
    }
    let judge = Judge::new(&canary);
    judge.bytes("standard error", &test.stderr);
    judge.bytes("standard output", &test.stdout);
}

#[test]
fn the_judge_sees_what_it_must() {
    let canary = Canary::new();
    let judge = Judge::new(&canary);
    let secret = &canary.secret;
    for text in [
        secret[5..20].to_owned(),
        secret.chars().rev().collect(),
        ENCODE.encode(format!("xy{secret}z").as_bytes()),
        HEXLOWER.encode(secret.as_bytes()),
        canary.text(),
    ] {
        assert!(judge.leak(text.as_bytes()).is_some());
    }
    assert!(
        judge
            .leak(format!("{}************{}", &secret[..4], &secret[36..]).as_bytes())
            .is_none()
    );
    assert!(judge.leak(Path::new(file!()).as_os_str().as_encoded_bytes()).is_none());
}
