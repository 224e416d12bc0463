//! Every credential of the AWS fixtures, as the manifest beside them lists it: found by the program with its line, its
//! other half and all that can be read out of it; and nothing else.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use common::program;
use common::shared::shared;
use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The account of every fixture that does not name another.
const ACCOUNT: &str = "123456789012";

/// The fixtures without their manifest, and the report of a scan of them.
struct Scanned {
    folder: TempDir,
    manifest: Vec<Value>,
    report: Value,
}

fn scanned() -> &'static Scanned {
    static SCANNED: OnceLock<Scanned> = OnceLock::new();
    SCANNED.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        copy(&shared("fixtures/aws"), folder.path());
        let text = fs::read(shared("fixtures/aws/manifest.json")).expect("the manifest");
        fs::remove_file(folder.path().join("manifest.json")).expect("it was copied");
        let flags = [
            "scan",
            "--report",
            "json",
            "--show-secrets",
            "--as-of",
            "2026-06-01T00:00:00Z",
        ];
        let run = program::run(folder.path(), &flags);
        assert_eq!(run.code, 1, "{}", run.err());
        Scanned {
            folder,
            manifest: serde_json::from_slice(&text).expect("the manifest is JSON"),
            report: run.json(),
        }
    })
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a file");
        }
    }
}

impl Scanned {
    fn findings(&self) -> &[Value] {
        program::findings(&self.report)
    }

    /// The finding of this value.
    fn of(&self, value: &str) -> Result<&Value, String> {
        let found = self.findings().iter().find(|finding| finding["secret_raw"] == value);
        found.ok_or_else(|| format!("not found: {}…", &value[..4]))
    }

    /// Whether the finding is open, and stands in this file where the value does.
    fn stands(&self, finding: &Value, file: &str, value: &str) -> Result<(), String> {
        if !finding["suppressed"].is_null() || finding["confidence"] == "low" {
            return Err(format!("suppressed or doubted: {}", finding["secret"]));
        }
        let text = fs::read(self.folder.path().join(file)).expect("a fixture");
        let lines = lines_of(&String::from_utf8_lossy(&text), value);
        assert!(
            !lines.is_empty(),
            "{file}: the test does not see where {}… is",
            &value[..4]
        );
        let places = finding["occurrences"].as_array().expect("occurrences");
        let here: BTreeSet<u64> = places
            .iter()
            .filter(|place| place["path"] == file)
            .map(|place| place["line"].as_u64().expect("a line"))
            .collect();
        (here == lines)
            .then_some(())
            .ok_or_else(|| format!("lines {here:?}, not {lines:?}"))
    }
}

/// The lines on which a value begins: as it is, in base64, in a base64 text that holds it, or else its first part.
fn lines_of(text: &str, value: &str) -> BTreeSet<u64> {
    let encoded = BASE64.encode(value.as_bytes());
    let on = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<u64> {
        let numbered = text.lines().zip(1..);
        numbered
            .filter(|(line, _)| wanted(line))
            .map(|(_, number)| number)
            .collect()
    };
    let whole = on(&|line| line.contains(value) || line.contains(&encoded));
    if !whole.is_empty() {
        return whole;
    }
    let inside = on(&|line| {
        line.split(|c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c))
            .filter_map(|run| BASE64.decode(run.as_bytes()).ok())
            .any(|bytes| String::from_utf8_lossy(&bytes).contains(value))
    });
    if inside.is_empty() {
        on(&|line| line.contains(&value[..10]))
    } else {
        inside
    }
}

fn unix(time: &Value) -> Option<i64> {
    time.as_str()?
        .parse::<jiff::Timestamp>()
        .ok()
        .map(jiff::Timestamp::as_second)
}

/// Compares what the manifest says of a credential with what the program says.
fn check(scanned: &Scanned, file: &str, credential: &Value) -> Result<(), String> {
    let text = |key: &str| credential[key].as_str();
    let Some(id) = text("access_key_id") else { return Ok(()) };
    let finding = scanned.of(id)?;
    scanned.stands(finding, file, id)?;
    let is = |what: &str, got: &Value, wanted: Value| {
        (*got == wanted)
            .then_some(())
            .ok_or_else(|| format!("{what} is {got}, not {wanted}"))
    };
    is("rule", &finding["rule"], json!("aws-access-key-id"))?;
    is("id", &finding["aws"]["key_id"], json!(id))?;
    let old = credential["old_format"] == true;
    let account = if old {
        Value::Null
    } else {
        json!(text("account").unwrap_or(ACCOUNT))
    };
    is("account", &finding["aws"]["account_id"], account.clone())?;
    is(
        "generation",
        &finding["aws"]["generation"],
        json!(if old { "old" } else { "new" }),
    )?;
    for (key, rule) in [
        ("secret_access_key", "aws-secret-access-key"),
        ("session_token", "aws-session-token"),
        ("smtp_password", "aws-ses-smtp-password"),
    ] {
        let Some(value) = text(key) else { continue };
        let other = scanned.of(value).map_err(|error| format!("{key}: {error}"))?;
        scanned
            .stands(other, file, value)
            .map_err(|error| format!("{key}: {error}"))?;
        is("rule", &other["rule"], json!(rule))?;
        is(&format!("the id of {key}"), &other["aws"]["key_id"], json!(id))?;
        is(
            &format!("the pair of {key}"),
            &other["aws"]["pair_of"],
            finding["id"].clone(),
        )?;
        is(
            &format!("the account of {key}"),
            &other["aws"]["account_id"],
            account.clone(),
        )?;
        if key == "secret_access_key" {
            is("the pair of the id", &finding["aws"]["pair_of"], other["id"].clone())?;
        }
        if key == "session_token" {
            is(
                "created",
                &json!(unix(&other["aws"]["created"])),
                credential["created"].clone(),
            )?;
            if text("region").is_some() {
                is("region", &other["aws"]["region"], credential["region"].clone())?;
            }
        }
    }
    if credential.get("create_date").is_some() {
        is(
            "create_date",
            &json!(unix(&finding["aws"]["created"])),
            json!(unix(&credential["create_date"])),
        )?;
    }
    if let Some(used) = text("used_at") {
        let day_only = format!("{used}T00:00:00Z");
        let wanted = if used.len() == 10 { &day_only } else { used };
        is("used_at", &finding["aws"]["signed"]["at"], json!(wanted))?;
        if let Some(seconds) = credential["expires"].as_i64() {
            let ends = unix(&json!(wanted)).map(|at| at + seconds);
            is("expires", &json!(unix(&finding["aws"]["expires"])), json!(ends))?;
        }
    }
    if credential.get("expires_at").is_some() {
        is(
            "expires_at",
            &json!(unix(&finding["aws"]["expires"])),
            credential["expires_at"].clone(),
        )?;
    }
    Ok(())
}

#[test]
fn every_credential_is_found_with_all_that_is_known_of_it() {
    let scanned = scanned();
    let mut wrong = Vec::new();
    let mut credentials = 0;
    for fixture in &scanned.manifest {
        let file = fixture["file"].as_str().expect("a file");
        for credential in fixture["credentials"].as_array().expect("credentials") {
            credentials += u64::from(credential.get("access_key_id").is_some());
            if let Err(error) = check(scanned, file, credential) {
                wrong.push(format!("{file}: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(credentials > 50, "the manifest lists {credentials} credentials");
}

/// The credentials that have no access key id, and so are listed in the manifest by account or date alone.
#[test]
fn credentials_without_an_access_key_id() {
    let in_file = |file: &str, rule: &str| -> &Value {
        let places = scanned().findings().iter();
        let mut here = places.filter(|finding| finding["location"]["path"] == file && finding["rule"] == rule);
        let one = here.next().unwrap_or_else(|| panic!("{file}: no {rule}"));
        assert!(
            here.next().is_none() && one["suppressed"].is_null(),
            "{file}: one open {rule}"
        );
        one
    };
    let git = in_file("console/bob_codecommit_credentials.csv", "aws-codecommit-credential");
    assert_eq!(
        (&git["aws"]["account_id"], &git["location"]["line"]),
        (&json!(ACCOUNT), &json!(2))
    );
    let long = in_file("app/bedrock-long.env", "aws-bedrock-api-key");
    assert_eq!(long["aws"]["account_id"], ACCOUNT);
    let short = in_file("app/bedrock-short.env", "aws-bedrock-short-term-key");
    assert_eq!(short["aws"]["created"], "2026-01-02T03:04:05Z");
    assert_eq!(short["aws"]["expires"], "2026-01-02T15:04:05Z");
    assert_eq!(short["aws"]["account_id"], ACCOUNT);
    in_file("logs/cloudtrail.json", "aws-access-key-id");
}

#[test]
fn nothing_is_found_that_is_not_a_credential() {
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for fixture in &scanned().manifest {
        for credential in fixture["credentials"].as_array().expect("credentials") {
            for key in ["access_key_id", "secret_access_key", "session_token", "smtp_password"] {
                known.extend(credential[key].as_str());
            }
        }
    }
    let only_by_file = [
        "console/bob_codecommit_credentials.csv",
        "app/bedrock-long.env",
        "app/bedrock-short.env",
        "logs/cloudtrail.json",
    ];
    for finding in scanned().findings() {
        let path = finding["location"]["path"].as_str().expect("a path");
        if path.starts_with("placeholders/") {
            assert_eq!(
                finding["suppressed"]["kind"], "placeholder",
                "{path} {}",
                finding["secret"]
            );
            continue;
        }
        assert!(finding["suppressed"].is_null(), "{path} {}", finding["secret"]);
        let expected = known.contains(finding["secret_raw"].as_str().expect("text")) || only_by_file.contains(&path);
        assert!(
            expected,
            "{path}:{} {} {}",
            finding["location"]["line"], finding["rule"], finding["secret"]
        );
        assert!(!path.starts_with("iam/"), "{path}");
    }
    assert_eq!(scanned().report["stats"]["suppressed"], 5);
    assert_eq!(scanned().report["complete"], true);
}

#[test]
fn the_root_users_key_is_critical_and_profiles_have_their_names() {
    let mut profiles = BTreeSet::new();
    for finding in scanned().findings() {
        let path = finding["location"]["path"].as_str().expect("a path");
        let root = path == "console/rootkey.csv";
        assert_eq!(finding["severity"] == "critical", root, "{path}");
        assert_eq!(finding["aws"]["root"] == true, root, "{path}");
        if path.starts_with("home/.aws/") {
            profiles.insert((path, finding["aws"]["profile"].as_str().expect("a profile")));
        }
    }
    let wanted = [
        ("home/.aws/config", "ci"),
        ("home/.aws/credentials", "default"),
        ("home/.aws/credentials", "prod"),
        ("home/.aws/credentials", "session"),
    ];
    assert_eq!(profiles, BTreeSet::from(wanted));
}
