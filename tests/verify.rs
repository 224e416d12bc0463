//! Scans with `--verify` and `--verify-with-leaked-key`, run as a person runs them: what is asked, of whom, what is
//! said of it, and what is never asked. What no server can do, a stub does.
#![cfg(feature = "aws")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use common::program::{Run, findings, finish, keytrail};
use common::random::{BASE64, Random};
use common::repo::TestRepo;
use common::servers::{Server, Stub, aws_error, dead_endpoint, reply};
use keytrail::keys::aws::{Client, Environment, Service, iam};
use keytrail::keys::permissions::{Purpose, iam_policy};
use keytrail::settings::AwsConnection;
use serde_json::{Value, json};
use tempfile::TempDir;

const ACCOUNT: &str = "123456789012";
/// An account that sets traps.
const TRAP: u64 = 171_436_882_533;

/// moto with authentication on.
static MOTO: LazyLock<Server> = LazyLock::new(|| {
    let policy: Value = serde_json::from_str(&iam_policy(Purpose::Verification)).expect("the policy is JSON");
    let users = json!([
        {"name": "looker", "policy": policy, "keys": [{"age": 0}]},
        {"name": "nobody", "keys": [{"age": 0}]},
        {"name": "old", "keys": [{"age": 400, "used": 3}]},
        {"name": "disabled", "keys": [{"age": 200, "status": "Inactive", "used": 150}]},
    ]);
    Server::moto(true, users, json!([]))
});

/// A home with a profile `p`, and a folder with files to be scanned.
struct Place {
    home: TempDir,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            home: tempfile::tempdir().expect("a folder"),
            folder: tempfile::tempdir().expect("a folder"),
        };
        std::fs::create_dir(place.home.path().join(".aws")).expect("a folder");
        place
    }

    fn profile(self, key: &(String, String)) -> Self {
        let file = self.home.path().join(".aws/credentials");
        std::fs::write(file, ini("p", key)).expect("a file");
        self
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.path().join(name), text).expect("a file");
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn scan(&self, flags: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = keytrail(self.home.path());
        command.arg("scan").arg(self.path()).args(flags);
        command
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_MAX_ATTEMPTS", "1");
        finish(command.envs(variables.iter().copied()))
    }

    /// Scans and reads the JSON report.
    fn json(&self, flags: &[&str]) -> (Value, Run) {
        let run = self.scan(&[flags, &["--report", "json", "--min-confidence", "low"]].concat(), &[]);
        (run.json(), run)
    }
}

fn ini(section: &str, (id, secret): &(String, String)) -> String {
    format!("[{section}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

/// A key of our account that no server knows.
fn made_up(seed: u64) -> (String, String) {
    let mut random = Random::new(seed);
    let id = random.id("AKIA", ACCOUNT.parse().expect("a number"));
    (id, random.class(BASE64, 40))
}

/// What the report says of a finding of this kind with this id.
fn verification<'r>(report: &'r Value, kind: &str, id: &str) -> &'r Value {
    let fits = |finding: &&Value| finding["kind"] == kind && finding["aws"]["key_id"] == id;
    let found = findings(report).iter().find(fits);
    &found.unwrap_or_else(|| panic!("no {kind} of {id}"))["verification"]
}

fn of_id<'r>(report: &'r Value, id: &str) -> &'r Value {
    let fits = |finding: &&Value| finding["kind"] == "access-key-id" && finding["aws"]["key_id"] == id;
    findings(report).iter().find(fits).expect("the id was found")
}

fn verdicts(finding: &Value) -> Vec<&str> {
    let said = finding["age"]["verdicts"].as_array().expect("it was judged");
    said.iter()
        .map(|verdict| verdict["verdict"].as_str().expect("a word"))
        .collect()
}

mod owner {
    use super::*;

    #[test]
    fn is_asked_with_credentials_of_ones_own_and_the_policy_believes_it() {
        let gone = made_up(3);
        let foreign = Random::new(4).pair();
        let place = Place::new()
            .profile(&MOTO.key("looker"))
            .file("old.env", &ini("a", &MOTO.key("old")))
            .file("off.env", &ini("b", &MOTO.key("disabled")))
            .file("gone.env", &ini("c", &gone))
            .file("foreign.env", &ini("d", &(foreign.id.clone(), foreign.secret)));
        let (report, run) = place.json(&[
            "--verify",
            "--profile",
            "p",
            "--endpoint-url",
            &MOTO.endpoint,
            "--policy",
            "cis-v3",
        ]);
        assert_eq!(report["complete"], true, "{}", run.err());
        assert!(!run.err().contains("CloudTrail"), "no key was used");
        let old = of_id(&report, &MOTO.key("old").0);
        assert_eq!(old["verification"]["result"], "owned");
        assert_eq!(old["verification"]["tried"], false);
        let owned = &old["verification"]["owned"];
        assert_eq!(
            (
                owned["account_id"].as_str(),
                owned["user"].as_str(),
                owned["status"].as_str()
            ),
            (Some(ACCOUNT), Some("old"), Some("active"))
        );
        assert!(owned["created"].is_string());
        assert!(old["age"]["age_days"]["min"].as_i64() >= Some(399), "{}", old["age"]);
        assert!(verdicts(old).contains(&"EXPOSED") && verdicts(old).contains(&"EXPIRED"));
        let off = of_id(&report, &MOTO.key("disabled").0);
        assert_eq!(off["verification"]["owned"]["status"], "inactive");
        assert!(verdicts(off).contains(&"EXPOSED_INACTIVE"), "{:?}", verdicts(off));
        let gone = of_id(&report, &gone.0);
        assert_eq!(gone["verification"]["owned"]["status"], "deleted");
        assert_eq!(verdicts(gone), ["EXPOSED_DELETED"]);
        let foreign = of_id(&report, &foreign.id);
        assert_eq!(foreign["verification"]["result"], "not-tried");
        assert!(verdicts(foreign).contains(&"EXPOSED"));
    }

    #[test]
    fn who_refuses_leaves_everything_as_it_was_and_the_run_incomplete() {
        let place = Place::new()
            .profile(&MOTO.key("nobody"))
            .file("old.env", &ini("a", &MOTO.key("old")));
        let flags = [
            "--verify",
            "--profile",
            "p",
            "--endpoint-url",
            &MOTO.endpoint,
            "--policy",
            "cis-v3",
        ];
        let (report, _) = place.json(&flags);
        assert_eq!(report["complete"], false);
        let reasons = report["incomplete_reasons"].to_string();
        assert!(
            reasons.contains("lack the permission iam:GetAccessKeyLastUsed"),
            "{reasons}"
        );
        let old = of_id(&report, &MOTO.key("old").0);
        assert_eq!(old["verification"]["result"], "unknown");
        assert!(verdicts(old).contains(&"EXPOSED"));
        let forgiven = place.scan(&[&flags[..5], &["--exit-zero"]].concat(), &[]);
        assert_eq!(forgiven.code, 2, "{}", forgiven.out());
    }

    #[test]
    fn without_credentials_it_is_said_that_nobody_was_asked() {
        let place = Place::new().file("old.env", &ini("a", &MOTO.key("old")));
        let (report, _) = place.json(&["--verify", "--endpoint-url", &MOTO.endpoint]);
        let reasons = report["incomplete_reasons"].to_string();
        assert!(reasons.contains("no AWS credentials"), "{reasons}");
        assert_eq!(
            of_id(&report, &MOTO.key("old").0)["verification"]["result"],
            "not-tried"
        );
    }
}

mod leaked_key {
    use super::*;

    /// Tries what the folder holds, with the account named.
    fn tried(place: &Place, endpoint: &str) -> (Value, Run) {
        place.json(&[
            "--verify-with-leaked-key",
            "--verify-account",
            ACCOUNT,
            "--endpoint-url",
            endpoint,
        ])
    }

    #[test]
    fn shows_whether_it_is_active_wrong_or_gone() {
        let (id, secret) = MOTO.key("old");
        let (wrong, gone) = ((MOTO.key("nobody").0, made_up(5).1), made_up(6));
        let place = Place::new()
            .file("live.env", &ini("a", &(id.clone(), secret.clone())))
            .file("wrong.env", &ini("b", &wrong))
            .file("gone.env", &ini("c", &gone));
        let (report, run) = tried(&place, &MOTO.endpoint);
        assert_eq!(
            report["complete"],
            true,
            "no own credentials are no fault: {}",
            run.err()
        );
        assert_eq!(
            run.err().matches("GetCallerIdentity event in the CloudTrail").count(),
            1
        );
        for kind in ["access-key-id", "secret-key"] {
            let live = verification(&report, kind, &id);
            assert_eq!(
                (
                    live["result"].as_str(),
                    live["tried"].as_bool(),
                    live["partition"].as_str()
                ),
                (Some("active"), Some(true), Some("aws"))
            );
            assert_eq!(live["arn"], format!("arn:aws:iam::{ACCOUNT}:user/old"));
            assert_eq!(verification(&report, kind, &wrong.0)["result"], "wrong-secret");
            assert_eq!(verification(&report, kind, &gone.0)["result"], "inactive-or-deleted");
        }
        let live = of_id(&report, &id);
        assert_eq!(
            (live["severity"].as_str(), live["confidence"].as_str()),
            (Some("critical"), Some("high"))
        );
        assert_ne!(of_id(&report, &gone.0)["severity"], "critical");

        let flags = [
            "--verify-with-leaked-key",
            "--verify-account",
            ACCOUNT,
            "--endpoint-url",
            &MOTO.endpoint,
        ];
        let human = place.scan(&flags, &[]).out();
        for words in [
            "it works now, as arn:aws:iam",
            "trace       the key was used",
            "this secret is not its own",
        ] {
            assert!(human.contains(words), "{words}: {human}");
        }
        let sarif = place.scan(&[&flags[..], &["--report", "sarif"]].concat(), &[]);
        let results = sarif.json()["runs"][0]["results"].to_string();
        assert!(results.contains("\"result\":\"active\"") && results.contains("For that the key was used"));
        assert!(!results.contains(&secret) && !human.contains(&secret));
    }

    #[test]
    fn its_account_settles_what_needs_no_try() {
        let place = Place::new()
            .profile(&MOTO.key("looker"))
            .file("old.env", &ini("a", &MOTO.key("old")))
            .file("off.env", &ini("b", &MOTO.key("disabled")));
        let flags = [
            "--verify-with-leaked-key",
            "--profile",
            "p",
            "--endpoint-url",
            &MOTO.endpoint,
        ];
        let (report, _) = place.json(&flags);
        let old = &of_id(&report, &MOTO.key("old").0)["verification"];
        assert_eq!(
            (old["result"].as_str(), old["owned"]["user"].as_str()),
            (Some("active"), Some("old"))
        );
        let off = &of_id(&report, &MOTO.key("disabled").0)["verification"];
        assert_eq!(
            (off["result"].as_str(), off["tried"].as_bool()),
            (Some("owned"), Some(false))
        );
    }

    /// moto lets inactive keys in; MiniStack does not.
    #[test]
    fn that_is_inactive_is_told_by_the_answer() {
        let server = Server::ministack();
        let connection = AwsConnection {
            endpoint_url: Some(server.endpoint.clone()),
            ..AwsConnection::default()
        };
        let home = Place::new();
        let own = Environment::new(
            home.home.path(),
            [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")],
        );
        let client = Client::open(&connection, None, &own).expect("a client");
        client
            .ask(Service::Iam, "CreateUser", &[("UserName", "worker")])
            .expect("a user");
        let key = iam::create_access_key(&client, "worker").expect("a key");
        // Its secrets are not of AWS's form. It looks at the id first, as AWS does, so that any other one will do.
        let place = Place::new().file("w.env", &ini("w", &(key.id.clone(), made_up(1).1)));
        let flags = [
            "--verify-with-leaked-key",
            "--verify-account",
            &key.id,
            "--endpoint-url",
            &server.endpoint,
        ];
        let (report, _) = place.json(&flags);
        let said = &of_id(&report, &key.id)["verification"];
        assert_eq!(said["tried"], true);
        assert_ne!(said["result"], "inactive-or-deleted");
        iam::update_access_key(&client, "worker", &key.id, false).expect("an update");
        let (report, run) = place.json(&flags);
        let said = &of_id(&report, &key.id)["verification"];
        assert_eq!(said["result"], "inactive-or-deleted", "{}", run.err());
    }

    #[test]
    fn that_is_of_a_session_goes_with_its_token_and_may_have_ended() {
        let mut random = Random::new(9);
        let id = random.id("ASIA", ACCOUNT.parse().expect("a number"));
        let (secret, token) = (
            random.class(BASE64, 40),
            format!("IQoJb3JpZ2luX2Vj{}", random.class(BASE64, 400)),
        );
        let text = ini("s", &(id.clone(), secret)) + &format!("aws_session_token = {token}\n");
        let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        let (report, _) = tried(&Place::new().file("s.env", &text), &stub.endpoint);
        assert_eq!(verification(&report, "session-token", &id)["result"], "expired");
        let asked = stub.asked.lock().expect("no stub panics");
        assert_eq!(asked.len(), 1);
        assert!(
            asked[0].head.contains(&token),
            "the token goes to the signing client, and there alone"
        );
    }

    #[test]
    fn of_traps_and_strangers_is_never_used_unless_it_was_named() {
        let mut random = Random::new(10);
        let trap = (random.id("AKIA", TRAP), random.class(BASE64, 40));
        let stranger = random.pair();
        let example = (
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        );
        let place = Place::new()
            .file("trap.env", &ini("t", &trap))
            .file("other.env", &ini("o", &(stranger.id.clone(), stranger.secret)))
            .file("example.env", &ini("e", &example));
        let stub = Stub::new(|_| aws_error(403, "InvalidClientTokenId", "x"));
        let named_but_an_example = ["--verify-account", &example.0];
        let flags = ["--verify-with-leaked-key", "--endpoint-url", &stub.endpoint];
        let (report, run) = place.json(&[&flags[..], &named_but_an_example].concat());
        assert_eq!(stub.actions(), [""; 0]);
        assert!(
            !run.err().contains("CloudTrail"),
            "nothing is used, so nothing is warned of"
        );
        assert_eq!(report["complete"], true, "a key that is not to be tried is no fault");
        for (id, why) in [(&trap.0, "sets traps"), (&stranger.id, "not one of ours")] {
            let said = &of_id(&report, id)["verification"];
            assert_eq!(
                (said["result"].as_str(), said["tried"].as_bool()),
                (Some("not-tried"), Some(false))
            );
            assert!(said["why"].as_str().is_some_and(|said| said.contains(why)), "{said}");
        }
        // What the policy calls ours is ours, but a trap has to be named.
        let policy = place.path().join("policy.toml");
        let text = format!(
            "version = 1\n[accounts]\nallow = [\"{TRAP}\", \"{}\"]\n",
            account_of(&report, &stranger.id)
        );
        std::fs::write(&policy, text).expect("a file");
        let policy = policy.to_string_lossy().into_owned();
        let (report, _) = place.json(&[&flags[..], &["--policy", &policy]].concat());
        assert_eq!(stub.actions(), ["GetCallerIdentity"]);
        assert_eq!(
            of_id(&report, &stranger.id)["verification"]["result"],
            "inactive-or-deleted"
        );
        let named = TRAP.to_string();
        let (report, _) = place.json(&[&flags[..], &["--verify-account", &named]].concat());
        assert_eq!(stub.actions(), ["GetCallerIdentity"; 2]);
        assert_eq!(of_id(&report, &trap.0)["verification"]["tried"], true);
    }

    fn account_of(report: &Value, id: &str) -> String {
        let account = of_id(report, id)["aws"]["account_id"].as_str();
        account.expect("the id says it").to_owned()
    }

    #[test]
    fn is_used_with_two_secrets_only_five_seconds_apart() {
        let (id, one) = made_up(11);
        let two = made_up(12).1;
        let place = Place::new()
            .file("a.env", &ini("a", &(id.clone(), one)))
            .file("b.env", &ini("b", &(id.clone(), two)));
        let stub = Stub::new(|_| aws_error(403, "SignatureDoesNotMatch", "x"));
        let began = Instant::now();
        let (report, _) = tried(&place, &stub.endpoint);
        assert!(began.elapsed() >= Duration::from_secs(5));
        assert_eq!(stub.actions(), ["GetCallerIdentity"; 2]);
        assert_eq!(of_id(&report, &id)["verification"]["result"], "wrong-secret");
    }

    #[test]
    fn is_joined_over_files_before() {
        let (id, secret) = MOTO.key("old");
        let place = Place::new()
            .file("id.txt", &format!("key {id}\n"))
            .file("secret.env", &format!("AWS_SECRET_ACCESS_KEY={secret}\n"));
        let (report, _) = tried(&place, &MOTO.endpoint);
        let found = of_id(&report, &id);
        assert_eq!(found["verification"]["result"], "active");
        assert_eq!(found["aws"]["pair_confidence"], "high", "it is known now");
    }
}

mod failures {
    use super::*;

    /// Nothing is softened, the run is incomplete, and the reason is its own.
    fn fails(endpoint: &str, variables: &[(&str, &str)], words: &str, result: &str) {
        let (id, secret) = made_up(13);
        let place = Place::new().file("a.env", &ini("a", &(id.clone(), secret.clone())));
        let flags = [
            "--verify-with-leaked-key",
            "--verify-account",
            ACCOUNT,
            "--timeout",
            "2",
            "--endpoint-url",
            endpoint,
            "--report",
            "json",
        ];
        let before = place.scan(&["--report", "json"], &[]).json();
        let run = place.scan(&flags, variables);
        assert_eq!(run.code, 1, "the findings count");
        assert!(run.err().contains(words), "{words}: {}", run.err());
        assert!(!run.err().contains(&secret));
        let report = run.json();
        assert_eq!(report["complete"], false);
        let (now, then) = (of_id(&report, &id), of_id(&before, &id));
        assert_eq!(now["verification"]["result"], result);
        assert_eq!(
            (&now["severity"], &now["confidence"]),
            (&then["severity"], &then["confidence"])
        );
        let forgiven = place.scan(&[&flags[..], &["--exit-zero"]].concat(), variables);
        assert_eq!(forgiven.code, 2);
    }

    #[test]
    fn of_a_proxy() {
        let proxy = Stub::new(|_| reply(403, "text/html", "no"));
        let variables = [("HTTP_PROXY", proxy.endpoint.as_str())];
        fails(
            "http://sts.example.com",
            &variables,
            "a proxy or filter answered",
            "blocked",
        );
    }

    #[test]
    fn of_a_dead_endpoint() {
        fails(&dead_endpoint(), &[], "nobody answers at http://127.0.0.1", "unknown");
    }

    #[test]
    fn in_a_row_end_the_climb() {
        let stub = Stub::new(|_| aws_error(503, "ServiceUnavailable", "x"));
        let mut place = Place::new();
        for seed in 40..45 {
            place = place.file(&format!("{seed}.env"), &ini("a", &made_up(seed)));
        }
        let flags = [
            "--verify-with-leaked-key",
            "--verify-account",
            ACCOUNT,
            "--endpoint-url",
            &stub.endpoint,
        ];
        let (report, _) = place.json(&flags);
        assert_eq!(stub.actions(), ["GetCallerIdentity"; 3]);
        let results = findings(&report)
            .iter()
            .map(|finding| &finding["verification"]["result"]);
        assert!(results.into_iter().all(|result| result == "unknown"));
    }

    #[test]
    fn of_a_server_and_its_patience() {
        let busy = Stub::new(|_| aws_error(400, "Throttling", "x"));
        fails(&busy.endpoint, &[], "throttling", "unknown");
        let broken = Stub::new(|_| aws_error(503, "ServiceUnavailable", "x"));
        fails(&broken.endpoint, &[], "failed to answer", "unknown");
        let skewed = Stub::new(|_| aws_error(403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier"));
        fails(&skewed.endpoint, &[], "clock", "unknown");
    }
}

/// Whatever is set and wherever keys lie: without a flag nobody is asked.
#[test]
fn without_the_flags_there_is_no_connection() {
    let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
    let key = made_up(14);
    let repo = TestRepo::new();
    repo.commit_file("README", "none\n");
    repo.commit_file("a.env", ini("default", &key));
    repo.write("b.env", ini("default", &made_up(15)));
    repo.git(&["add", "-A"]);
    let home = Place::new().profile(&key);
    for command in [
        &["scan", "."][..],
        &["staged"],
        &["range", "HEAD~1..HEAD"],
        &["history"],
    ] {
        let mut run = keytrail(home.home.path());
        run.args(command).args(["--policy", "cis-v3"]).current_dir(repo.path());
        for variable in [
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_STS",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
        ] {
            run.env(variable, &stub.endpoint);
        }
        run.env("AWS_PROFILE", "p");
        let run = finish(&mut run);
        assert_eq!(run.code, 1, "{command:?}: {}", run.err());
    }
    assert!(stub.asked.lock().expect("no stub panics").is_empty());
    // The same with the flag, so that the stub is known to count: who asks, and no more, for its session is over.
    let mut run = keytrail(home.home.path());
    run.args([
        "history",
        "--verify",
        "--profile",
        "p",
        "--endpoint-url",
        &stub.endpoint,
    ]);
    let run = finish(run.current_dir(repo.path()));
    assert_eq!(run.code, 1);
    assert!(run.out().contains("have expired"), "{}", run.out());
    assert_eq!(stub.actions(), ["GetCallerIdentity"]);
}

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_scanned() {
    let folder = tempfile::tempdir().expect("a folder");
    let refused = |flags: &[&str], words: &str| {
        let run = common::program::run(folder.path(), &[&["scan", "."], flags].concat());
        assert_eq!(run.code, 2, "{flags:?}");
        assert!(run.err().contains(words), "{flags:?}: {}", run.err());
    };
    refused(&["--profile", "p"], "AWS is not asked anything");
    refused(&["--endpoint-url", "http://127.0.0.1:1"], "--verify to ask");
    refused(&["--verify-account", ACCOUNT], "--verify-with-leaked-key");
    refused(
        &["--verify-with-leaked-key", "--verify-account", "prod"],
        "neither an account nor a key id",
    );
    assert!(Path::new(folder.path()).exists());
}
