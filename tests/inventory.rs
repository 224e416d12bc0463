//! Inventory files: credential reports with all their oddities, JSON of the AWS CLI, CloudTrail.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::{Path, PathBuf};
use std::time::Instant;

use common::random::Random;
use keytrail::keys::{Inventory, Key, LastUse, Owner, Policy, Status};
use tempfile::TempDir;

const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
const ACCOUNT: u64 = 123_456_789_012;
/// 2026-11-01T00:00:00Z
const NOVEMBER: i64 = 1_793_491_200;

/// A row of a report; the slots are `active,rotated,used,region,service`.
fn row(user: &str, slots: [&str; 2]) -> String {
    let name = user.trim_matches('"');
    let arn = if name == "<root_account>" {
        format!("arn:aws:iam::{ACCOUNT}:root")
    } else {
        format!("arn:aws:iam::{ACCOUNT}:user/team/{name}")
    };
    let arn = if user.starts_with('"') {
        format!("\"{arn}\"")
    } else {
        arn
    };
    format!(
        "{user},{arn},2024-01-01T00:00:00Z,not_supported,no_information,N/A,N/A,false,{},{},false,N/A,false,N/A",
        slots[0], slots[1]
    )
}

const NONE: &str = "false,N/A,N/A,N/A,N/A";
const USED: &str = "true,2026-11-01T00:00:00Z,2026-11-02T00:00:00+00:00,us-east-1,s3";

fn files(contents: &[(&str, &[u8])]) -> (TempDir, Vec<PathBuf>) {
    let folder = tempfile::tempdir().unwrap();
    let paths = contents.iter().map(|(name, content)| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    });
    let paths = paths.collect();
    (folder, paths)
}

fn read(contents: &[(&str, &[u8])]) -> Result<Inventory, String> {
    let (_folder, paths) = files(contents);
    Inventory::read(&paths).map_err(|error| error.to_string())
}

fn report(text: impl AsRef<[u8]>) -> Vec<Key> {
    read(&[("report.csv", text.as_ref())]).unwrap().keys().to_vec()
}

fn name(key: &Key) -> &str {
    key.owner.as_ref().unwrap().name()
}

#[test]
fn a_report_of_22_or_23_columns_in_any_order() {
    let rows = [row("ann", [USED, NONE]), row("<root_account>", [USED, NONE])].join("\n");
    let keys = report(format!("{HEADER}\n{rows}"));
    assert_eq!(keys.len(), 2);
    assert_eq!(
        (name(&keys[0]), keys[0].status, keys[0].slot),
        ("ann", Status::Active, Some(1))
    );
    assert_eq!(keys[0].account.as_deref(), Some("123456789012"));
    assert_eq!(keys[0].rotated, Some(NOVEMBER));
    assert_eq!(keys[0].created, None, "it may be older");
    assert_eq!(keys[0].sources, ["report.csv line 2"]);
    let Some(Owner::User { path, arn, .. }) = &keys[0].owner else {
        panic!("a user")
    };
    assert_eq!(path.as_deref(), Some("/team/"));
    assert!(arn.as_deref().unwrap().ends_with("user/team/ann"));
    assert_eq!(keys[1].owner, Some(Owner::Root));
    let more = format!("{HEADER},additional_credentials_info\n{},\n", row("ann", [USED, NONE]));
    assert_eq!(report(&more), keys[..1]);
    let turned = |line: &str| line.split(',').rev().collect::<Vec<_>>().join(",");
    let turned = format!("{}\n{}", turned(HEADER), turned(&row("ann", [USED, NONE])));
    assert_eq!(report(turned), keys[..1]);
}

#[test]
fn a_report_with_all_its_oddities() {
    let plain = report(format!("{HEADER}\n{}", row("ann", [USED, NONE])));
    for odd in [
        format!("{HEADER}\r\n{}\r\n", row("ann", [USED, NONE])),
        format!("\u{feff}{HEADER}\n{}\n", row("ann", [USED, NONE])),
        format!(
            "{HEADER}\n{}",
            row("ann", [&USED.replace("true", "TRUE"), &NONE.replace("false", "FALSE")])
        ),
        format!("{HEADER}\n{}", row("ann", [&USED.replace(":00Z", ":00+00:00"), NONE])),
        format!("{HEADER}\n{}", row("ann", [&USED.replace(":00Z", ":00.123456Z"), NONE])),
    ] {
        assert_eq!(report(&odd), plain, "{odd}");
    }
    for (user, expected) in [
        ("\"a,b\"", "a,b"),
        ("a,b", "a,b"),
        ("a,b,,c", "a,b,,c"),
        ("x=y+z@w.q-", "x=y+z@w.q-"),
    ] {
        let keys = report(format!(
            "{HEADER}\n{}\n{}\n",
            row(user, [USED, USED]),
            row("zoe", [NONE, USED])
        ));
        let names: Vec<_> = keys.iter().map(name).collect();
        assert_eq!(names, [expected, expected, "zoe"]);
        assert_eq!(keys[2].slot, Some(2));
    }
    let words = [
        ("true,2026-11-01T00:00:00Z,N/A,N/A,N/A", LastUse::Never),
        ("true,2026-11-01T00:00:00Z,no_information,N/A,N/A", LastUse::Unknown),
        (
            "true,2026-11-01T00:00:00Z,2026-11-01T00:00:00Z,not_supported,not_supported",
            LastUse::At {
                time: NOVEMBER,
                service: None,
                region: None,
                address: None,
            },
        ),
    ];
    for (slot, expected) in words {
        assert_eq!(
            report(format!("{HEADER}\n{}", row("ann", [slot, NONE])))[0].last_use,
            expected
        );
    }
    let inactive = "false,2026-11-01T00:00:00Z,N/A,N/A,N/A";
    assert_eq!(
        report(format!("{HEADER}\n{}", row("ann", [inactive, NONE])))[0].status,
        Status::Inactive
    );
    assert_eq!(report(HEADER), []);
}

#[test]
fn five_thousand_users_take_a_moment() {
    let rows: Vec<String> = (0..5000).map(|n| row(&format!("user-{n}"), [USED, USED])).collect();
    let (_folder, paths) = files(&[("report.csv", format!("{HEADER}\n{}", rows.join("\n")).as_bytes())]);
    let start = Instant::now();
    assert_eq!(Inventory::read(&paths).unwrap().keys().len(), 10_000);
    let took = start.elapsed().as_secs_f64();
    let limit = if cfg!(debug_assertions) { 2.0 } else { 0.2 };
    assert!(took < limit, "{took} s");
}

#[test]
fn a_broken_file_names_line_and_column_and_quotes_nothing() {
    let secret = "x7Kq".repeat(10);
    let good = row("ann", [USED, NONE]);
    for (text, place) in [
        (
            format!(
                "{HEADER}\n{good}\n{}",
                row("bob", [&format!("true,{secret},N/A,N/A,N/A"), NONE])
            ),
            "line 3, column 10 (access_key_1_last_rotated): that is no time",
        ),
        (
            format!("{HEADER}\n{}", row("bob", [&format!("{secret},N/A,N/A,N/A,N/A"), NONE])),
            "line 2, column 9 (access_key_1_active): that is neither true nor false",
        ),
        (
            format!("{HEADER}\n{good}\nbob,{secret}"),
            "line 3, column 2: 2 columns, the header has 22",
        ),
        (
            format!("{HEADER}\nbob,{secret}{}", &good[3..]),
            "line 2, column 2 (arn): that is no ARN",
        ),
        (
            HEADER.replace("access_key_2_last_rotated,", ""),
            "line 1: there is no column access_key_2_last_rotated",
        ),
        (
            format!("[default]\naws_secret_access_key = {secret}"),
            "line 1, column 2: that is not valid JSON",
        ),
        (
            format!("aws_secret_access_key = {secret}"),
            "line 1, column 1: it is neither a credential report",
        ),
        (format!("{{\n\"{secret}\": {secret}}}"), "line 2, column"),
        (
            format!("{{\"{secret}\": 1}}"),
            "line 1, column 1: the document is of no kind that is known",
        ),
        (
            format!("{{\"Users\": []}}\n\n{{\"{secret}\": 1}}"),
            "line 3, column 1: the document is of no kind",
        ),
        (
            "{\"AccessKeyMetadata\": [".to_owned(),
            "line 1, column 23: the JSON ends too early",
        ),
        (
            format!("{{\"AccessKeyMetadata\": [{{\"AccessKeyId\": \"{secret}/\"}}]}}"),
            "an access key without a valid AccessKeyId",
        ),
        (" \n".to_owned(), "the file is empty"),
    ] {
        let error = read(&[("file", text.as_bytes())]).unwrap_err();
        assert!(error.contains(place), "{place}\n{error}");
        assert!(!error.contains(&secret[..8]), "{error}");
    }
    let deep = [b"{\"a\":".repeat(100_000), b"1".to_vec()].concat();
    assert!(read(&[("deep", &deep)]).is_err());
    let missing = Inventory::read(&[PathBuf::from("/no/such/file")])
        .unwrap_err()
        .to_string();
    assert!(
        missing.contains("/no/such/file") && missing.contains("hint: "),
        "{missing}"
    );
}

/// Two ids of one account, in order.
fn ids() -> [String; 2] {
    let mut random = Random::new(4);
    let mut ids = [random.id("AKIA", ACCOUNT), random.id("AKIA", ACCOUNT)];
    ids.sort();
    ids
}

fn listed(user: &str, id: &str, status: &str, created: &str) -> String {
    format!(
        "{{\"UserName\": \"{user}\", \"AccessKeyId\": \"{id}\", \"Status\": \"{status}\", \"CreateDate\": \"{created}\"}}"
    )
}

#[test]
fn listings_come_in_every_form_that_shells_make() {
    let [one, two] = ids();
    let first = listed("ann", &one, "Active", "2026-11-01T00:00:00+00:00");
    let second = listed("bob", &two, "Inactive", "2026-11-01T00:00:00.000001Z");
    for text in [
        format!("{{\"AccessKeyMetadata\": [{first}, {second}]}}"),
        format!(
            "{{\"AccessKeyMetadata\": [{first}]}}\n{{\"AccessKeyMetadata\": [{second}], \"IsTruncated\": false}}\n"
        ),
        format!("[{{\"AccessKeyMetadata\": [{first}]}}, {{\"AccessKeyMetadata\": [{second}]}}]"),
        format!("[{first}, {second}]"),
        format!("{first}\n{second}\n"),
        format!("{{\"AccessKey\": {first}}}{{\"AccessKey\": {second}}}"),
    ] {
        let inventory = read(&[("keys.json", text.as_bytes())]).unwrap();
        let keys = inventory.keys();
        assert_eq!(keys.len(), 2, "{text}");
        assert_eq!(keys[0].created, Some(NOVEMBER));
        assert_eq!((keys[0].status, keys[1].status), (Status::Active, Status::Inactive));
        assert_eq!(keys[0].account.as_deref(), Some("123456789012"), "from the id");
        assert_eq!(inventory.get(&two).map(name), Some("bob"));
    }
}

#[test]
fn users_tags_last_uses_and_quarantine_find_their_keys() {
    let [one, two] = ids();
    let keys = format!(
        "[{}, {}]",
        listed("ann", &one, "Active", "2026-11-01T00:00:00Z"),
        listed("bob", &two, "Active", "2026-11-01T00:00:00Z")
    );
    let users = format!(
        "{{\"Users\": [{{\"UserName\": \"ann\", \"Path\": \"/team/\", \"Arn\": \"arn:aws:iam::{ACCOUNT}:user/team/ann\"}}]}}"
    );
    let details = "{\"UserDetailList\": [{\"UserName\": \"bob\", \"Tags\": [{\"Key\": \"rotation\", \"Value\": \"yearly\"}], \
                   \"AttachedManagedPolicies\": [{\"PolicyName\": \"AWSCompromisedKeyQuarantineV3\"}]}]}";
    let last = |user: &str| {
        format!(
            "{{\"UserName\": \"{user}\", \"AccessKeyLastUsed\": {{\"LastUsedDate\": \"2026-11-03T00:00:00Z\", \
             \"ServiceName\": \"s3\", \"Region\": \"us-east-1\"}}}}"
        )
    };
    let tags = format!("{{\"Tags\": [{{\"Key\": \"{one}\", \"Value\": \"the build server\"}}]}}");
    let never = "{\"UserName\": \"bob\", \"AccessKeyLastUsed\": {\"Region\": \"N/A\", \"ServiceName\": \"N/A\"}}";
    let inventory = read(&[
        ("keys.json", keys.as_bytes()),
        ("users.json", users.as_bytes()),
        ("details.json", details.as_bytes()),
        ("last.json", last("ann").as_bytes()),
        (&format!("last-{two}.json"), never.as_bytes()),
        ("tags.json", tags.as_bytes()),
    ])
    .unwrap();
    let (ann, bob) = (inventory.get(&one).unwrap(), inventory.get(&two).unwrap());
    let Some(Owner::User { path: Some(path), .. }) = &ann.owner else {
        panic!("a user with a path")
    };
    assert_eq!(path, "/team/");
    assert!(matches!(&ann.last_use, LastUse::At { service: Some(s3), .. } if s3 == "s3"));
    assert_eq!(ann.tags[&one], "the build server");
    assert_eq!(
        (&bob.last_use, bob.tags["rotation"].as_str()),
        (&LastUse::Never, "yearly")
    );
    assert_eq!(bob.quarantine.as_deref(), Some("AWSCompromisedKeyQuarantineV3"));
    assert!(inventory.doubts(&Policy::default(), NOVEMBER).is_empty());
    let lost = read(&[("last.json", last("nobody").as_bytes())]).unwrap();
    assert_eq!(lost.doubts(&Policy::default(), NOVEMBER).len(), 1, "it is said");
}

#[test]
fn slots_of_a_report_are_joined_with_ids_in_their_order() {
    let [one, two] = ids();
    let older = "true,2026-11-05T00:00:00Z,2026-11-06T00:00:00Z,us-east-1,s3";
    let report = format!("{HEADER}\n{}", row("ann", [older, USED]));
    let listing = |first: &str, second: &str| {
        format!(
            "[{}, {}]",
            listed("ann", &two, "Active", second),
            listed("ann", &one, "Active", first)
        )
    };
    let join = |listing: String| read(&[("report.csv", report.as_bytes()), ("keys.json", listing.as_bytes())]).unwrap();
    // By order: `last_rotated` may be later than the creation.
    let joined = join(listing("2026-10-05T00:00:00Z", "2026-11-01T00:00:00Z"));
    assert_eq!(joined.keys().len(), 2);
    let key = joined.get(&one).unwrap();
    assert_eq!((key.slot, key.rotated), (Some(1), Some(NOVEMBER + 4 * 86_400)));
    assert_eq!(key.sources.len(), 2);
    // The order is wrong (a report of another day): the dates tell.
    let joined = join(listing("2026-11-01T00:00:00Z", "2026-11-05T00:00:01Z"));
    assert_eq!(joined.get(&one).unwrap().slot, Some(2));
    // Only one is listed.
    let single = format!("[{}]", listed("ann", &two, "Active", "2026-11-05T00:00:00Z"));
    let joined = join(single);
    assert_eq!((joined.keys().len(), joined.get(&two).unwrap().slot), (2, Some(1)));
    assert_eq!(joined.doubts(&Policy::default(), NOVEMBER).len(), 1);
}

#[test]
fn a_wrapped_report_says_how_old_it_is() {
    let csv = data_encoding_base64(format!("{HEADER}\n{}", row("ann", [USED, NONE])).as_bytes());
    let json = format!(
        "{{\"Content\": \"{csv}\", \"ReportFormat\": \"text/csv\", \"GeneratedTime\": \"2026-11-01T00:00:00Z\"}}"
    );
    let inventory = read(&[("report.json", json.as_bytes())]).unwrap();
    assert_eq!(inventory.keys().len(), 1);
    let policy = Policy::default();
    assert!(inventory.doubts(&policy, NOVEMBER + 24 * 3600).is_empty());
    assert_eq!(
        inventory.doubts(&policy, NOVEMBER + 25 * 3600),
        ["report.json: the report was made 25 hours before, the policy believes it for 24"]
    );
}

#[test]
fn live_keys_and_files_are_joined_and_the_worse_holds() {
    let [one, two] = ids();
    let text = format!(
        "[{}, {}]",
        listed("ann", &one, "Inactive", "2026-11-02T00:00:00Z"),
        listed("ann", &two, "Active", "2026-11-02T00:00:00Z")
    );
    let files = read(&[("keys.json", text.as_bytes())]).unwrap();
    let live = files.keys().iter().cloned().map(|mut key| {
        key.status = if key.status == Status::Active {
            Status::Deleted
        } else {
            Status::Active
        };
        key.created = Some(NOVEMBER);
        key.sources = vec!["iam".to_owned()];
        key
    });
    let both = files.clone().and(Inventory::of(live.collect()));
    let statuses: Vec<_> = both.keys().iter().map(|key| (key.status, key.created)).collect();
    assert_eq!(
        statuses,
        [(Status::Active, Some(NOVEMBER)), (Status::Deleted, Some(NOVEMBER))]
    );
    assert_eq!(both.keys()[0].sources, ["keys.json line 1", "iam"]);
}

fn data_encoding_base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

fn event(id: &str, time: &str, address: &str) -> String {
    format!(
        "{{\"eventTime\": \"{time}\", \"eventSource\": \"s3.amazonaws.com\", \"eventName\": \"ListBuckets\", \
         \"awsRegion\": \"eu-west-1\", \"sourceIPAddress\": \"{address}\", \"userIdentity\": {{\"type\": \"IAMUser\", \
         \"accountId\": \"{ACCOUNT}\", \"accessKeyId\": \"{id}\", \"userName\": \"ann\", \
         \"arn\": \"arn:aws:iam::{ACCOUNT}:user/ann\"}}}}"
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[test]
fn cloudtrail_says_first_and_last_use() {
    let [one, two] = ids();
    let early = event(&one, "2026-11-01T00:00:00Z", "192.0.2.1");
    let late = event(&one, "2026-11-09T00:00:00Z", "192.0.2.9");
    let made = format!(
        "{{\"eventTime\": \"2026-11-02T00:00:00Z\", \"eventName\": \"CreateAccessKey\", \"responseElements\": \
         {{\"accessKey\": {{\"accessKeyId\": \"{two}\", \"userName\": \"ann\"}}}}}}"
    );
    let deleted = format!(
        "{{\"eventTime\": \"2026-11-03T00:00:00Z\", \"eventName\": \"DeleteAccessKey\", \
         \"requestParameters\": {{\"accessKeyId\": \"{two}\"}}}}"
    );
    let logs = format!("{{\"Records\": [{late}, {early}, {made}, {deleted}]}}");
    let looked_up: String = [&late, &early, &made, &deleted]
        .iter()
        .map(|event| format!("{}\n", serde_json::json!({"EventId": "1", "CloudTrailEvent": event})))
        .collect();
    let wrapped = serde_json::json!({"Events": looked_up.lines().map(|line| serde_json::from_str(line).unwrap())
        .collect::<Vec<serde_json::Value>>()})
    .to_string();
    for (name, content) in [
        ("log.json", logs.as_bytes().to_vec()),
        ("log.json.gz", gzip(logs.as_bytes())),
        ("events.jsonl", looked_up.as_bytes().to_vec()),
        ("events.json", wrapped.as_bytes().to_vec()),
    ] {
        let (folder, _) = files(&[(&format!("2026/11/{name}"), &content)]);
        let inventory = Inventory::read(&[folder.path().to_owned()]).unwrap();
        let key = inventory.get(&one).unwrap();
        assert_eq!(
            (key.seen, key.status, name.is_empty()),
            (Some(NOVEMBER), Status::Unknown, false)
        );
        let LastUse::At {
            time, address, service, ..
        } = &key.last_use
        else {
            panic!("it was used")
        };
        assert_eq!(*time, NOVEMBER + 8 * 86_400);
        assert_eq!(
            (address.as_deref(), service.as_deref()),
            (Some("192.0.2.9"), Some("s3"))
        );
        let other = inventory.get(&two).unwrap();
        assert_eq!(
            (other.created, other.status),
            (Some(NOVEMBER + 86_400), Status::Deleted)
        );
    }
}

#[test]
fn the_recorded_reports_are_read() {
    let folder = common::shared::shared("fixtures/aws/iam");
    for name in [
        "credential_report.csv",
        "credential_report_2026_Z_no_newline.csv",
        "credential_report_23_columns.csv",
    ] {
        let inventory = Inventory::read(&[Path::join(&folder, name)]).unwrap();
        let users: Vec<_> = inventory.keys().iter().map(name_of).collect();
        assert_eq!(users, ["<root_account>", "alice", "ci", "ci", "idle", "idle"], "{name}");
    }
}

fn name_of(key: &Key) -> String {
    name(key).to_owned()
}
