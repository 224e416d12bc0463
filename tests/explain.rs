//! `keytrail explain`, end to end: the right steps for each kind of key, filled in; every command is a shell's, whatever
//! strangers called things; nothing is executed and no secret is told.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::account::{AS_OF, Account, lines, time};
use common::program::{self, Run};
use common::random::{BASE64, Random};
use common::repo::{DAY, TestRepo};
use serde_json::{Value, json};

fn explain(repo: &TestRepo, account: &Account, what: &str, more: &[&str]) -> Run {
    let mut arguments = vec!["explain".to_owned(), what.to_owned()];
    arguments.extend(account.flags());
    arguments.extend(more.iter().map(|&word| word.to_owned()));
    program::run(&repo.path(), &arguments)
}

fn card(repo: &TestRepo, account: &Account, what: &str) -> Value {
    let run = explain(repo, account, what, &["--repo", ".", "--report", "json"]);
    assert_eq!(run.code, 0, "{}", run.err());
    let card = run.json();
    shell_takes(&script(&card));
    card
}

/// All commands of a card, one a line.
fn script(card: &Value) -> String {
    let steps = card["steps"].as_array().unwrap();
    let lines = steps.iter().flat_map(|step| step["commands"].as_array().unwrap());
    lines.map(|line| line.as_str().unwrap().to_owned() + "\n").collect()
}

/// Has a real shell read the script without running it.
fn shell_takes(script: &str) {
    let mut child = Command::new("sh")
        .arg("-n")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}\n{script}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Has a real shell run the script with `aws` and the others replaced by something that prints its words, one a line.
fn words(script: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let stubs = "aws() { for word in \"$@\"; do printf '%s\\n' \"$word\" >&3; done; }\n\
                 git() { for word in \"$@\"; do printf '%s\\n' \"$word\" >&3; done; }\n\
                 keytrail() { :; }; gh() { :; }; jq() { :; }; rm() { :; }; cd() { :; }\nexec 3>&1 >/dev/null\n";
    let output = Command::new("sh")
        .args(["-c", &format!("{stubs}{}", script.replace("> ../", "> ./"))])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(
        output.stderr.is_empty(),
        "{}\n{script}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(str::to_owned)
        .collect()
}

fn titles(card: &Value) -> Vec<&str> {
    card["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["title"].as_str().unwrap())
        .collect()
}

fn has(titles: &[&str], beginning: &str) -> bool {
    titles.iter().any(|title| title.starts_with(beginning))
}

fn fact<'c>(card: &'c Value, label: &str) -> &'c str {
    let facts = card["facts"].as_array().unwrap();
    let found = facts.iter().find(|fact| fact["label"] == label);
    found.unwrap_or_else(|| panic!("no {label} in {card:#}"))["value"]
        .as_str()
        .unwrap()
}

#[test]
fn a_users_key_in_git_has_every_step_in_order() {
    let mut account = Account::new(80);
    let key = account.key("deploy", 250, "Active", Some(2));
    let repo = TestRepo::new();
    repo.commit_file("deploy/prod.env", lines(&key));
    repo.write("deploy/prod.env", "none\n");
    repo.git(&["stash", "push", "-q"]);
    repo.git(&["tag", "v1"]);
    let card = card(&repo, &account, &key.id);
    assert_eq!(card["executed"], false);
    assert_eq!(
        card["lead"],
        "This key is in code, is active, and was used after it got there. Treat it as stolen."
    );
    let order = [
        "Know whose it is",
        "Make it inactive",
        "Deny the sessions",
        "Replace it",
        "Look at what was done",
        "Delete it",
        "Rotate without downtime",
        "Clean git's history",
        "Rewrite every ref",
        "Forks, caches",
    ];
    let titles = titles(&card);
    assert_eq!(titles.len(), order.len(), "{titles:?}");
    assert!(
        titles
            .iter()
            .zip(order)
            .all(|(title, expected)| title.starts_with(expected)),
        "{titles:?}"
    );
    let script = script(&card);
    for line in [
        format!(
            "aws iam update-access-key --user-name deploy --access-key-id {} --status Inactive\n",
            key.id
        ),
        format!(
            "aws iam delete-access-key --user-name deploy --access-key-id {}\n",
            key.id
        ),
        format!("AttributeKey=AccessKeyId,AttributeValue={}", key.id),
        // The list of events reaches 90 days; the key was there for longer.
        format!("--start-time {}", time(AS_OF - 90 * DAY)),
        format!("literal:{}==>", key.id),
        "git stash drop 'stash@{0}'\n".to_owned(),
    ] {
        assert!(script.contains(&line), "{line}\n{script}");
    }
    assert!(fact(&card, "reached by").contains("refs/tags/v1"));
    assert_eq!(
        (fact(&card, "user"), fact(&card, "account")),
        ("deploy", "123456789012")
    );
    assert!(fact(&card, "since").contains("in deploy/prod.env, with its secret key"));
    let all = card.to_string();
    assert!(
        !all.contains(&key.secret) && !all.contains(&key.secret[4..16]),
        "the secret"
    );
}

#[test]
fn a_finding_is_named_by_its_id_from_a_report_or_this_folder() {
    let mut account = Account::new(81);
    let key = account.key("deploy", 30, "Active", Some(190));
    let repo = TestRepo::new();
    repo.commit_file("a.env", lines(&key));
    let scan = program::run(
        &repo.path(),
        &["history", "--report", "json=scan.json", "--report", "jsonl"],
    );
    assert_eq!(scan.code, 1, "{}", scan.err());
    let report: Value = serde_json::from_slice(&std::fs::read(repo.path().join("scan.json")).unwrap()).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let (id, print) = (
            finding["id"].as_str().unwrap(),
            finding["fingerprint"].as_str().unwrap(),
        );
        for what in [id, print, &print[..8]] {
            let from = explain(&repo, &account, what, &["--findings", "scan.json", "--report", "json"]);
            let here = explain(&repo, &account, what, &["--report", "json"]);
            assert_eq!((from.code, here.code), (0, 0), "{} {}", from.err(), here.err());
            assert_eq!(from.json(), here.json());
            assert_eq!(from.json()["title"], format!("AWS access key {}", key.id));
        }
    }
    let none = explain(&repo, &account, "000000000000", &[]);
    assert!(
        none.code == 2 && none.err().contains("no finding begins with 000000000000"),
        "{}",
        none.err()
    );
    let odd = explain(&repo, &account, "../etc", &[]);
    assert!(
        odd.code == 2 && odd.err().contains("neither a finding, nor a key, nor a rule"),
        "{}",
        odd.err()
    );
}

#[test]
fn a_rule_says_what_it_finds() {
    let repo = TestRepo::new();
    for format in ["human", "json", "markdown"] {
        let run = program::run(&repo.path(), &["explain", "aws-secret-access-key", "--report", format]);
        assert_eq!(run.code, 0, "{}", run.err());
        assert!(run.out().contains("AWS secret access key"), "{}", run.out());
    }
}

#[test]
fn root_and_quarantined_and_inactive_keys_have_ways_of_their_own() {
    let mut account = Account::new(82);
    let (fenced, dead) = (
        account.key("fenced", 50, "Active", None),
        account.key("dead", 50, "Inactive", None),
    );
    let root = account.unlisted();
    account.write(
        "details.json",
        &json!({"UserDetailList": [{"UserName": "fenced", "Arn": "arn:aws:iam::123456789012:user/fenced",
            "AttachedManagedPolicies": [{"PolicyName": "AWSCompromisedKeyQuarantineV3",
            "PolicyArn": "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"}]}]})
        .to_string(),
    );
    let repo = TestRepo::new();
    repo.commit_file(
        "rootkey.csv",
        format!("AWSAccessKeyId={}\nAWSSecretKey={}\n", root.id, root.secret),
    );
    repo.commit_file("dead.env", lines(&dead));
    repo.commit_file("fenced.env", lines(&fenced));

    let of_root = card(&repo, &account, &root.id);
    let of_root_titles = titles(&of_root);
    assert!(
        has(&of_root_titles, "Make the root user's key inactive"),
        "{of_root_titles:?}"
    );
    assert!(script(&of_root).contains("aws sts assume-root --target-principal 123456789012"));
    assert!(!script(&of_root).contains("put-user-policy"));

    let of_fenced = card(&repo, &account, &fenced.id);
    assert!(has(&titles(&of_fenced), "Act as an administrator"), "{of_fenced:#}");
    let last = script(&of_fenced);
    assert!(last.contains("aws iam detach-user-policy --user-name fenced"), "{last}");

    let of_dead = card(&repo, &account, &dead.id);
    let of_dead_titles = titles(&of_dead);
    assert!(
        !has(&of_dead_titles, "Make it inactive") && has(&of_dead_titles, "Delete it"),
        "{of_dead_titles:?}"
    );
}

#[test]
fn sessions_traps_and_strangers_are_not_made_inactive() {
    let mut random = Random::new(83);
    let account = Account::new(83);
    let repo = TestRepo::new();
    let session = random.pair_with("ASIA");
    repo.set_clock(AS_OF - DAY);
    repo.commit_file("session.env", lines(&session));
    let trap = random.id("AKIA", 171_436_882_533);
    repo.commit_file(
        "trap.env",
        format!(
            "AWS_ACCESS_KEY_ID={trap}\nAWS_SECRET_ACCESS_KEY={}\n",
            random.class(BASE64, 40)
        ),
    );
    let stranger = random.pair();
    repo.commit_file("vendor.env", lines(&stranger));
    account.write("keys.json", "{\"AccessKeyMetadata\": []}");
    repo.write(
        "policy.toml",
        "version = 1\nextends = \"cis-v3\"\n[accounts]\nallow = [\"123456789012\"]\n",
    );

    let of_session = card(&repo, &account, &session.id);
    assert!(!script(&of_session).contains("update-access-key"), "{of_session:#}");

    for id in [&trap, &stranger.id] {
        let run = explain(
            &repo,
            &account,
            id,
            &["--repo", ".", "--policy", "policy.toml", "--report", "json"],
        );
        let card = run.json();
        assert!(!script(&card).contains("aws "), "{card:#}");
        assert!(has(
            &titles(&card),
            if id == &trap {
                "Leave it alone"
            } else {
                "Tell the owner"
            }
        ));
    }
}

#[test]
fn other_partitions_have_their_own_region() {
    let account = Account::new(84);
    let id = Random::new(84).id("AKIA", 123_456_789_012);
    let listed = json!({"Users": [{"UserName": "ann", "Arn": "arn:aws-cn:iam::123456789012:user/ann"}]});
    account.write("users.json", &listed.to_string());
    account.write(
        "keys.json",
        &json!({"AccessKeyMetadata": [{"UserName": "ann", "AccessKeyId": id, "Status": "Active",
        "CreateDate": time(AS_OF - 100 * DAY)}]})
        .to_string(),
    );
    let repo = TestRepo::new();
    let run = explain(&repo, &account, &id, &["--report", "json"]);
    assert_eq!(run.code, 0, "{}", run.err());
    let script = script(&run.json());
    assert!(script.contains("--user-name ann --region cn-north-1\n"), "{script}");
    let titles_of = run.json();
    assert!(has(&titles(&titles_of), "Rotate without downtime") && !has(&titles(&titles_of), "Clean git"));
}

#[test]
fn a_key_that_nobody_knows_is_asked_for() {
    let account = Account::new(85);
    let id = Random::new(85).id("AKIA", 123_456_789_012);
    let repo = TestRepo::new();
    let run = program::run(&repo.path(), &["explain", &id, "--report", "json"]);
    assert_eq!(run.code, 0, "{}", run.err());
    let card = run.json();
    assert!(fact(&card, "account").starts_with("123456789012"));
    let script = script(&card);
    shell_takes(&script);
    assert!(script.contains("user=$(aws iam get-access-key-last-used") && script.contains("--user-name \"$user\""));
    drop(account);
}

#[test]
fn service_credentials_have_ids_of_their_own() {
    let mut random = Random::new(86);
    let account = Account::new(86);
    account.write("keys.json", "{\"AccessKeyMetadata\": []}");
    let repo = TestRepo::new();
    let password = random.class("A-Za-z0-9", 43);
    repo.commit_file(
        "netrc",
        format!("https://bob+1-at-123456789012:{password}=@git-codecommit.us-east-1.amazonaws.com/x\n"),
    );
    let scan = program::run(&repo.path(), &["history", "--report", "json"]).json();
    let found = scan["findings"].as_array().unwrap().iter();
    let finding = found
        .clone()
        .find(|finding| finding["rule"] == "aws-codecommit-credential");
    let id = finding.unwrap_or_else(|| panic!("{scan:#}"))["id"].as_str().unwrap();
    let card = card(&repo, &account, id);
    let script = script(&card);
    assert!(
        script.contains("list-service-specific-credentials --user-name bob --service-name codecommit.amazonaws.com")
    );
    assert!(
        !script.contains("update-access-key") && !card.to_string().contains(&password[4..16]),
        "{script}"
    );
}

/// Names that would run something, were they not quoted.
const HOSTILE: [&str; 8] = [
    "o'brien",
    "a b; touch owned",
    "$(touch owned)",
    "`touch owned`",
    "\"; touch owned; \"",
    "--profile=x",
    "\u{202e}evil\u{1b}[2J",
    "it's $HOME \\ \"all\" `of` *it*",
];

#[test]
fn hostile_names_are_words_and_nothing_else() {
    for (seed, name) in (90..).zip(HOSTILE) {
        let mut account = Account::new(seed);
        let key = account.key(name, 250, "Active", Some(1));
        let repo = TestRepo::new();
        repo.commit_file("a.env", lines(&key));
        repo.git(&["branch", "x'$(touch${IFS}owned)`id`;y"]);
        repo.git(&[
            "remote",
            "add",
            "origin",
            "https://example.com/$(touch owned)/a'b;c.git",
        ]);
        let card = card(&repo, &account, &key.id);
        let said = words(&script(&card));
        let user = match name.starts_with('-') {
            true => format!("--user-name={name}"),
            false => name.to_owned(),
        };
        assert!(said.contains(&user), "{name}: {said:?}");
        assert!(!repo.path().join("owned").exists());
        // A terminal shows what a shell would read.
        let text = explain(&repo, &account, &key.id, &["--repo", "."]).out();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
        let shown: String = text
            .lines()
            .filter(|line| !line.starts_with("        "))
            .filter_map(|line| line.strip_prefix("     "))
            .map(|line| line.to_owned() + "\n")
            .collect();
        assert!(words(&shown).contains(&user), "{shown}");
        // Markdown keeps commands in their fence.
        let page = explain(&repo, &account, &key.id, &["--repo", ".", "--report", "markdown"]).out();
        assert!(page.contains("```sh\n") && !page.contains('\u{1b}'), "{page}");
    }
}

/// The expressions that the card gives do what they are for, as Python reads them.
#[test]
fn the_expressions_match_what_was_found_and_hold_no_secret() {
    let mut account = Account::new(99);
    let key = account.key("deploy", 250, "Active", Some(1));
    let repo = TestRepo::new();
    repo.commit_file("a.env", lines(&key));
    let card = card(&repo, &account, &key.id);
    let script = script(&card);
    let line = script.lines().find(|line| line.starts_with("printf")).unwrap();
    let printed = Command::new("sh")
        .args(["-c", line.split(" > ").next().unwrap()])
        .output()
        .unwrap();
    let expressions = String::from_utf8(printed.stdout).unwrap();
    assert!(!expressions.contains(&key.secret[..12]));
    let regex = expressions
        .lines()
        .find_map(|line| line.strip_prefix("regex:"))
        .unwrap()
        .rsplit_once("==>")
        .unwrap()
        .0;
    assert!(regex::Regex::new(regex).unwrap().is_match(&lines(&key)), "{regex}");
    assert!(expressions.contains(&format!("literal:{}==>", key.id)));
}
