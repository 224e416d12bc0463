//! Reports of every kind, built by hand. The values are made at run time from a seed, so that
//! nothing in this repository looks like a credential.

#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use keytrail::finding::verification::{Answer, Owned, Verification};
use keytrail::finding::{
    Aws, Confidence, Finding, Fingerprint, Generation, Occurrence, Pair, Severity, Signed, Suppression, SuppressionKind,
};
use keytrail::keys::{self, Inventory, Key, LastUse, Owner, Status};
use keytrail::origin::{CommitStamp, ObjectId, Origin, Place, State, Step};
use keytrail::report::keys::{KeysFormat, KeysReport};
use keytrail::report::{BaselineUse, RenderOptions, Report, Stats, SuppressionUse, Target};
use keytrail::rules::{About, Matcher, Rule, Texts};
use keytrail::secret::Secret;
use keytrail::skip::{Policy, Skip};
use keytrail::text::Position;

/// 2021-02-03T04:05:06Z
pub const THEN: i64 = 1_612_325_106;

/// Checks JSON texts against a JSON Schema.
pub fn validate(schema: &str, documents: &[(&str, &[u8])]) {
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap();
    for (name, document) in documents {
        let value = serde_json::from_slice(document).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

pub fn rule(id: &str, kind: &str, severity: Severity) -> Arc<Rule> {
    Arc::new(Rule {
        id: id.to_owned().into(),
        kind: kind.to_owned().into(),
        severity,
        confidence: Confidence::High,
        precedence: 50,
        matcher: Matcher::Code("aws".into()),
        checksum: None,
        paths: Texts::default(),
        about: About {
            file: "aws.toml".into(),
            provider: "aws".into(),
            title: format!("AWS {}", kind.replace('-', " ")).into(),
            description: "It opens an AWS account until it is deactivated.".into(),
            advice: "Deactivate it in IAM, then make a new one.".into(),
            link: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html".into(),
            ..About::default()
        }
        .into(),
    })
}

pub fn key_id_rule() -> Arc<Rule> {
    rule("aws-access-key-id", "access-key-id", Severity::High)
}

pub fn secret_rule() -> Arc<Rule> {
    rule("aws-secret-access-key", "secret-key", Severity::Critical)
}

/// A value of the asked length, different for each seed.
pub fn value(prefix: &str, length: usize, seed: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = prefix.to_owned();
    while text.len() < length {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(LETTERS[(state >> 59) as usize]));
    }
    text
}

pub fn key_id(seed: u64) -> String {
    value(&["AK", "IA"].concat(), 20, seed)
}

pub fn object(seed: u8) -> ObjectId {
    ObjectId::from_bytes(&[seed; 20]).unwrap()
}

pub fn stamp(seed: u8) -> CommitStamp {
    CommitStamp {
        id: object(seed),
        author_time: THEN,
        commit_time: THEN + 86_400,
    }
}

pub fn occurrence(origin: Origin, line: u32, column: u32) -> Occurrence {
    let end = column + 20;
    Occurrence {
        origin,
        via: Vec::new(),
        start: Position { line, column },
        end: Position { line, column: end },
        commit: None,
        in_head: false,
        marker: None,
        score: None,
        snippet: "key = \"****\"".to_owned(),
        holding: 0,
        line_hash: Some("39fa2ee980eb94b0:1".to_owned()),
    }
}

pub fn finding(rule: &Arc<Rule>, value: &str, occurrences: Vec<Occurrence>) -> Finding {
    let secret = Secret::new(value.as_bytes());
    Finding {
        rule: Arc::clone(rule),
        fingerprint: Fingerprint::of(&rule.id, &secret),
        secret,
        severity: rule.severity,
        confidence: rule.confidence,
        reasons: vec!["the checksum fits".to_owned()],
        aws: None,
        state: State::File,
        occurrences,
        introduced: None,
        removed: None,
        refs: Vec::new(),
        more_refs: 0,
        suppressed: None,
        judged: None,
        verification: None,
    }
}

pub fn file(path: &[u8]) -> Occurrence {
    occurrence(Origin::new(Place::File, path), 3, 8)
}

pub fn empty() -> Report {
    Report {
        target: Target {
            command: "scan",
            what: vec![".".to_owned()],
            head: None,
            branch: None,
            remote: None,
        },
        findings: Vec::new(),
        suppressed: Vec::new(),
        suppression: SuppressionUse::default(),
        faults: Vec::new(),
        left_out: BTreeMap::new(),
        unopened: Vec::new(),
        incomplete_reasons: Vec::new(),
        let_pass: 0,
        stats: Stats {
            items: 1204,
            bytes: 35_756_441,
            ..Stats::default()
        },
        rules: vec![key_id_rule(), secret_rule()],
        show_secrets: false,
        as_of: THEN,
        keys: None,
    }
}

/// Two secrets on one line, and the two halves of one credential.
pub fn tree() -> Report {
    let mut report = empty();
    let mut id = finding(&key_id_rule(), &key_id(1), vec![file(b"src/auth.py")]);
    let mut secret = finding(
        &secret_rule(),
        &value("", 40, 2),
        vec![occurrence(Origin::new(Place::File, "src/auth.py"), 3, 40)],
    );
    let pair = |of: &Finding| {
        Some(Pair {
            of: of.fingerprint,
            confidence: Confidence::High,
            how: "same-line",
        })
    };
    id.aws = Some(Box::new(Aws {
        key_id: Some(key_id(1)),
        account_id: Some("123456789012".to_owned()),
        generation: Some(Generation::Old),
        canary: Some("Thinkst".to_owned()),
        pair: pair(&secret),
        ..Aws::default()
    }));
    secret.aws = Some(Box::new(Aws {
        key_id: Some(key_id(1)),
        account_id: Some("123456789012".to_owned()),
        pair: pair(&id),
        profile: Some("prod".to_owned()),
        user: Some("alice".to_owned()),
        created: Some(THEN),
        expires: Some(THEN + 3600),
        status: Some("Active".to_owned()),
        region: Some("eu-west-1".to_owned()),
        signed: Some(Signed {
            at: Some(THEN),
            service: Some("s3".to_owned()),
            url: None,
        }),
        root: true,
        ..Aws::default()
    }));
    secret.occurrences[0].via = vec![
        Step::Part {
            form: "base64",
            line: 3,
        },
        Step::Form("utf-16le"),
    ];
    report.findings = vec![id, secret];
    report.left_out = BTreeMap::from([(Policy::GitIgnored, 12), (Policy::Symlink, 1)]);
    report.stats.below_confidence = 2;
    report.stats.min_confidence = Some(Confidence::High);
    report
}

/// A key that was tried, and one that its account knows.
pub fn verified() -> Report {
    let mut report = tree();
    report.findings[0].verification = Some(Box::new(Verification {
        answer: Answer::Active {
            arn: "arn:aws:iam::123456789012:user/alice".to_owned(),
            partition: "aws",
        },
        owned: None,
        tried: true,
    }));
    report.findings[1].verification = Some(Box::new(Verification {
        answer: Answer::Owned,
        owned: Some(Owned {
            account: "123456789012".to_owned(),
            user: Some("alice".to_owned()),
            status: "active",
            created: Some(THEN),
        }),
        tried: false,
    }));
    report
}

/// Every place that a repository can hold a secret at, with and without a path.
pub fn history() -> Report {
    let blob = |path: &str, seed: u8, in_head: bool| Occurrence {
        commit: Some(stamp(seed)),
        in_head,
        ..occurrence(Origin::new(Place::Blob, path).in_object(object(seed)), 1, 5)
    };
    let beside = |place: Place, path: &str, seed: u8| Occurrence {
        commit: Some(stamp(seed)),
        line_hash: None,
        ..occurrence(Origin::new(place, path).in_object(object(seed)), 2, 1)
    };
    let rule = key_id_rule();
    let mut moved = finding(
        &rule,
        &key_id(1),
        vec![
            blob("old/gone.env", 1, false),
            blob("old/gone.env", 2, false),
            blob("src/now.env", 3, true),
            beside(Place::CommitMessage, "", 4),
        ],
    );
    moved.state = State::InTree;
    moved.introduced = Some(stamp(1));
    moved.refs = (0..8).map(|n| format!("refs/heads/branch-{n}")).collect();
    let mut gone = finding(&rule, &key_id(2), vec![blob("dir [x](1)/{0}.env", 5, false)]);
    gone.state = State::HistoryOnly;
    gone.introduced = Some(stamp(5));
    gone.removed = Some(stamp(6));
    let mut dangling = finding(
        &rule,
        &key_id(3),
        vec![Occurrence {
            commit: None,
            ..blob("", 7, false)
        }],
    );
    dangling.state = State::Unreachable;
    let mut messages = finding(
        &rule,
        &key_id(4),
        vec![
            beside(Place::CommitMessage, "", 8),
            beside(Place::CommitMessage, "", 9),
            beside(Place::Identity, "", 8),
            beside(Place::TagMessage, "v1.0 final", 10),
            beside(Place::PathName, "keys/name.txt", 11),
            beside(Place::RefName, "refs/heads/name", 12),
        ],
    );
    messages.state = State::HistoryOnly;
    let mut report = empty();
    report.target = Target {
        command: "history",
        what: vec![".".to_owned()],
        head: Some(object(0xee)),
        branch: Some("main".to_owned()),
        remote: Some("https://github.com/acme/app.git".to_owned()),
    };
    report.stats.commits = 312;
    report.findings = vec![moved, gone, dangling, messages];
    report
}

pub fn no_remote() -> Report {
    let mut report = history();
    report.target.remote = None;
    report
}

pub fn suppressed() -> Report {
    let mut report = tree();
    for (seed, kind) in (10..).zip(SuppressionKind::ALL) {
        let mut finding = finding(&secret_rule(), &value("", 40, seed), vec![file(b"README.md")]);
        finding.suppressed = Some(Suppression {
            kind,
            reason: "ticket SEC-1 \u{202e} [link](1) {0}".to_owned(),
            until: (kind == SuppressionKind::Allow).then(|| "2027-01-31".parse().unwrap()),
        });
        report.suppressed.push(finding);
    }
    report.left_out.insert(Policy::KeytrailIgnored, 3);
    report.suppression = SuppressionUse {
        files: vec![".keytrail.toml".to_owned()],
        lapsed: 1,
        unused: vec![".keytrail.toml: allow entry 2".to_owned()],
        baseline: Some(BaselineUse {
            file: "base\u{202e}.txt".to_owned(),
            entries: 2,
            unused: vec!["00".repeat(16)],
            ended: vec!["ff".repeat(16)],
        }),
    };
    report
}

pub fn incomplete() -> Report {
    let mut report = empty();
    report.faults = vec![
        Skip::fault(*b"secret\x1b[2J\xff.env", "permission denied"),
        Skip::fault("/home/ann/app/pack-1.pack", "the pack is damaged"),
    ];
    report.incomplete_reasons = vec!["The clone is shallow: 1 commit has parents that are not here.".to_owned()];
    report
}

/// Paths that strangers chose, absolute ones, and a value that is not text.
pub fn hostile() -> Report {
    let paths: [&[u8]; 9] = [
        b"dir with space/100%.py",
        b"new\nline",
        b"esc\x1b[31mape",
        b"not\xffutf8",
        b"bidi\xe2\x80\xaeevil",
        b"[link](1)/{0}/back\\slash",
        b"colon:first#frag?query",
        b"/home/ann/app/src/abs.env",
        b"../up/a.env",
    ];
    let mut report = empty();
    report.target.what = vec!["/home/ann/app".to_owned(), ".".to_owned()];
    for (seed, path) in (20..).zip(paths) {
        let mut occurrence = file(path);
        occurrence.snippet = "\x1b]0;owned\x07 \u{9b}31m key".to_owned();
        report
            .findings
            .push(finding(&key_id_rule(), &key_id(seed), vec![occurrence]));
    }
    let secret = Secret::new(b"\xff\xfe\x1b[2J raw bytes of a key");
    report.findings[0].fingerprint = Fingerprint::of("x", &secret);
    report.findings[0].secret = secret;
    report.findings[0].introduced = Some(CommitStamp {
        author_time: i64::MAX,
        commit_time: i64::MIN,
        ..stamp(1)
    });
    report
}

/// More results than GitHub shows, the worst of them last in discovery order.
pub fn many(count: u64) -> Report {
    let mut report = empty();
    for seed in 0..count {
        let rule = if seed + 1 == count {
            secret_rule()
        } else {
            key_id_rule()
        };
        let path = format!("src/{seed}.env");
        report
            .findings
            .push(finding(&rule, &key_id(seed), vec![file(path.as_bytes())]));
    }
    report
}

pub fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("empty", empty()),
        ("tree", tree()),
        ("verified", verified()),
        ("history", history()),
        ("no-remote", no_remote()),
        ("suppressed", suppressed()),
        ("incomplete", incomplete()),
        ("hostile", hostile()),
        ("many", many(6_000)),
    ]
}

/// Tables of keys as SARIF: found in a repository with and without a remote, and of an inventory alone.
pub fn key_tables() -> Vec<(&'static str, Vec<u8>)> {
    let options = RenderOptions::default();
    let table = |report: Option<Report>| {
        let findings: Vec<Finding> = report.iter().flat_map(|report| report.findings.clone()).collect();
        let target = report.map(|report| report.target);
        let joined = keys::join(&findings, &inventory(), THEN + 400 * 86_400);
        let policy = keys::Policy::load("cis-v3").map_err(|error| error.to_string()).unwrap();
        let mut table = KeysReport::of(&policy, true, joined, findings, THEN + 400 * 86_400);
        table.target = target;
        table.incomplete_reasons.push("report.csv: it is old".to_owned());
        KeysFormat::Sarif.render(&table, &options)
    };
    let with_ids = |mut report: Report| {
        for (finding, seed) in report.findings.iter_mut().zip(1..) {
            finding.aws.get_or_insert_default().key_id = Some(key_id(seed));
        }
        report
    };
    vec![
        ("keys-history", table(Some(with_ids(history())))),
        ("keys-no-remote", table(Some(with_ids(no_remote())))),
        ("keys-inventory", table(None)),
    ]
}

/// One key that is found in the samples, and some that are not.
fn inventory() -> Inventory {
    let key = |id: Option<String>, user: &str, source: &str| Key {
        id,
        slot: Some(1),
        account: Some("123456789012".to_owned()),
        owner: Some(Owner::User {
            name: user.to_owned(),
            path: None,
            arn: None,
        }),
        tags: BTreeMap::new(),
        status: Status::Active,
        created: Some(THEN),
        rotated: None,
        seen: None,
        last_use: LastUse::Never,
        quarantine: None,
        sources: vec![source.to_owned()],
    };
    Inventory::of(vec![
        key(Some(key_id(1)), "deploy", "report.csv line 3"),
        key(Some(key_id(77)), "[link](1) {0} \u{202e}", "iam of 123456789012"),
        key(None, "slot", "a b/../%.csv line 12"),
    ])
}
