//! Rotates keys of a server that checks signatures and permissions: the whole sequence, each way out of it, and killed
//! with `kill -9` at every request and at any moment.
//!
//! After each crash and at the end: the profile works, at most one key is of no use to anybody, and not one byte of the
//! credentials file has changed outside of its profile.
#![cfg(all(feature = "aws", unix))]

mod common;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use common::program::{Run, finish, keytrail};
use common::random::Random;
use common::servers::{Server, python, receive};
use keytrail::keys::Status;
use keytrail::keys::aws::{Client, Credential, Environment, Service, iam};
use keytrail::keys::permissions::{Purpose, iam_policy};
use keytrail::settings::AwsConnection;
use serde_json::json;
use tempfile::TempDir;

/// moto with authentication on, and one administrator.
static MOTO: LazyLock<Server> = LazyLock::new(|| {
    let all = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    Server::moto(true, json!([{"name": "admin", "keys": [{}], "policy": all}]), json!([]))
});

static USERS: AtomicUsize = AtomicUsize::new(0);

fn connection() -> AwsConnection {
    AwsConnection {
        endpoint_url: Some(MOTO.endpoint.clone()),
        ..AwsConnection::default()
    }
}

fn client(id: &str, secret: &str) -> Client {
    let none: [(&str, &str); 0] = [];
    let nowhere = Environment::new(Path::new("/nonexistent"), none);
    Client::with_credential(&connection(), None, &nowhere, Credential::new(id, secret, None)).expect("a client")
}

fn admin() -> Client {
    let (id, secret) = MOTO.key("admin");
    client(&id, &secret)
}

/// A user with one key, which stands in profile `work` of a file with other things in it.
struct Case {
    home: TempDir,
    user: String,
    old: (String, String),
    before: String,
}

const PROFILE: &str = "work";

impl Case {
    fn new() -> Self {
        Self::with_policy(Purpose::Rotation)
    }

    fn with_policy(purpose: Purpose) -> Self {
        let user = format!("user-{}", USERS.fetch_add(1, Ordering::SeqCst));
        let admin = admin();
        let named = ("UserName", user.as_str());
        admin.ask(Service::Iam, "CreateUser", &[named]).expect("a user");
        let policy = everywhere(purpose);
        let put = [named, ("PolicyName", "p"), ("PolicyDocument", &policy)];
        admin.ask(Service::Iam, "PutUserPolicy", &put).expect("a policy");
        let old = create(&user);
        let other = Random::new(USERS.load(Ordering::SeqCst) as u64).pair();
        let before = format!(
            "# keep this\r\n[default]\r\naws_access_key_id={}\r\naws_secret_access_key={}\r\n\r\n\
             [{PROFILE}] ; mine\n  aws_secret_access_key =\t{}  # note\n  region = eu-west-1\n\
             \taws_access_key_id: {}\n\n[last]\nregion=us-east-1",
            other.id, other.secret, old.1, old.0
        );
        // The key's name stands deeper than the one above it: that would be its continuation.
        let before = before.replace("\taws_access_key_id", "  aws_access_key_id");
        let home = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(home.path().join(".aws")).expect("a folder");
        let case = Self {
            home,
            user,
            old,
            before,
        };
        std::fs::write(case.file(), &case.before).expect("a file");
        case
    }

    fn file(&self) -> PathBuf {
        self.home.path().join(".aws/credentials")
    }

    fn command(&self, endpoint: &str, more: &[&str]) -> Command {
        let mut command = keytrail(self.home.path());
        command.args([
            "rotate",
            "--profile",
            PROFILE,
            "--settle",
            "0",
            "--endpoint-url",
            endpoint,
        ]);
        command.args(more).env("AWS_MAX_ATTEMPTS", "2");
        command
    }

    /// Runs it; no secret is ever in what it says.
    fn run(&self, more: &[&str]) -> Run {
        let run = finish(&mut self.command(&MOTO.endpoint, more));
        let said = run.out() + &run.err();
        for secret in [
            Some(self.old.1.clone()),
            self.held().map(|held| held.1),
            self.stored().map(|key| key.1),
        ] {
            assert!(secret.is_none_or(|secret| !said.contains(&secret)));
        }
        run
    }

    fn succeeds(&self, more: &[&str]) -> String {
        let run = self.run(more);
        assert_eq!(run.code, 0, "{more:?}: {}", run.err());
        run.err() + &run.out()
    }

    fn fails(&self, more: &[&str]) -> String {
        let run = self.run(more);
        assert_eq!(run.code, 2, "{more:?}: {}", run.err());
        run.err()
    }

    /// The key in the profile.
    fn held(&self) -> Option<(String, String)> {
        let text = std::fs::read(self.file()).expect("the file is always there");
        let sections = keytrail::keys::aws::ini::read(&text);
        let section = sections.into_iter().find(|section| section.name == PROFILE)?;
        let get = |name: &str| section.get(name).map(str::to_owned);
        Some((get("aws_access_key_id")?, get("aws_secret_access_key")?))
    }

    fn journal_folder(&self) -> PathBuf {
        let rotate = self.home.path().join(".local/state/keytrail/rotate");
        let mut entries = std::fs::read_dir(rotate)
            .expect("a journal")
            .flatten()
            .map(|entry| entry.path());
        entries.find(|path| path.is_dir()).expect("one rotation")
    }

    /// The new key as the journal keeps it.
    fn stored(&self) -> Option<(String, String)> {
        let rotate = self.home.path().join(".local/state/keytrail/rotate");
        let mut entries = std::fs::read_dir(rotate).ok()?.flatten().map(|entry| entry.path());
        let folder = entries.find(|path| path.is_dir())?;
        let text = std::fs::read(folder.join("new-key.json")).ok()?;
        let stored: serde_json::Value = serde_json::from_slice(&text).expect("written whole or not at all");
        Some((stored["id"].as_str()?.to_owned(), stored["secret"].as_str()?.to_owned()))
    }

    fn listed(&self) -> Vec<(String, Status)> {
        let listed = iam::list_access_keys(&admin(), Some(&self.user)).expect("the administrator may");
        listed.into_iter().map(|key| (key.id, key.status)).collect()
    }

    /// What holds at every moment.
    fn holds(&self, when: &str) {
        let held = self.held().unwrap_or_else(|| panic!("{when}: the profile has a key"));
        let listed = self.listed();
        assert!(
            listed.contains(&(held.0.clone(), Status::Active)),
            "{when}: the profile's key is active: {listed:?}"
        );
        iam::get_caller_identity(&client(&held.0, &held.1)).unwrap_or_else(|failure| panic!("{when}: {failure}"));
        let known = [
            Some(self.old.0.clone()),
            Some(held.0.clone()),
            self.stored().map(|key| key.0),
        ];
        let lost = listed
            .iter()
            .filter(|(id, _)| !known.contains(&Some(id.clone())))
            .count();
        assert!(lost <= 1, "{when}: {lost} lost keys");
        let text = std::fs::read_to_string(self.file()).expect("it is text");
        let expected = self.before.replace(&self.old.0, &held.0).replace(&self.old.1, &held.1);
        assert_eq!(text, expected, "{when}");
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        if held.0 != self.old.0 {
            assert_eq!(mode(&self.file()), 0o600, "{when}");
        }
        let beside = std::fs::read_dir(self.home.path().join(".aws"))
            .expect("a folder")
            .count();
        assert!(beside <= 2, "{when}: at most one draft of a run that was killed");
    }

    /// The old key is inactive, the new one stands in the profile, and there is no third.
    fn rotated(&self, when: &str) {
        self.holds(when);
        let beside = std::fs::read_dir(self.home.path().join(".aws"))
            .expect("a folder")
            .count();
        assert_eq!(beside, 1, "{when}: no draft is left");
        let held = self.held().expect("the profile has a key");
        assert_ne!(held.0, self.old.0, "{when}");
        let mut expected = vec![(self.old.0.clone(), Status::Inactive), (held.0, Status::Active)];
        let mut listed = self.listed();
        expected.sort();
        listed.sort();
        assert_eq!(listed, expected, "{when}");
    }
}

/// The policy that keytrail prints, for all users: neither server knows variables in resources.
fn everywhere(purpose: Purpose) -> String {
    let mut policy: serde_json::Value = serde_json::from_str(&iam_policy(purpose)).expect("it is JSON");
    for statement in policy["Statement"].as_array_mut().expect("a list") {
        statement["Resource"] = json!("*");
    }
    policy.to_string()
}

fn create(user: &str) -> (String, String) {
    let answer = admin()
        .ask(Service::Iam, "CreateAccessKey", &[("UserName", user)])
        .expect("a key");
    let key = answer.find("AccessKey").expect("a key");
    let text = |name: &str| key.text(name).expect("it has one").to_owned();
    (text("AccessKeyId"), text("SecretAccessKey"))
}

mod sequence {
    use super::*;

    #[test]
    fn a_key_is_rotated_and_the_old_one_deleted() {
        let case = Case::new();
        let plan = case.succeeds(&["--dry-run"]);
        assert!(
            plan.contains("1. make a second access key") && plan.contains("6. with --finish: delete"),
            "{plan}"
        );
        assert_eq!(case.listed().len(), 1);
        assert!(!case.home.path().join(".local").exists(), "a dry run writes nothing");

        let said = case.succeeds(&["--yes"]);
        case.rotated("after the sequence");
        assert!(said.contains("is inactive"), "{said}");
        let mode = |path: PathBuf| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(case.journal_folder()), 0o700);
        for name in ["journal.json", "new-key.json", "credentials.backup"] {
            assert_eq!(mode(case.journal_folder().join(name)), 0o600, "{name}");
        }
        assert_eq!(
            std::fs::read_to_string(case.journal_folder().join("credentials.backup")).unwrap(),
            case.before
        );
        // A second run has nothing to do.
        case.succeeds(&["--yes"]);
        case.rotated("after a second run");

        let early = case.fails(&["--yes", "--finish"]);
        assert!(
            early.contains("unused for 7 days") && early.contains("run again after"),
            "{early}"
        );
        case.rotated("too early to finish");
        case.succeeds(&["--yes", "--finish", "--unused-days", "0"]);
        case.holds("finished");
        assert_eq!(case.listed().len(), 1);
        assert_eq!(case.stored(), None);
        assert!(!case.journal_folder().join("credentials.backup").exists());
        assert!(case.fails(&["--yes", "--finish"]).contains("no rotation"));

        // And again, from the new key on.
        case.succeeds(&["--yes"]);
        assert_eq!(case.listed().len(), 2);
    }

    #[test]
    fn the_way_back_ends_where_it_began() {
        let case = Case::new();
        assert!(case.fails(&["--yes", "--rollback"]).contains("no rotation"));
        case.succeeds(&["--yes"]);
        case.succeeds(&["--yes", "--rollback"]);
        case.holds("rolled back");
        assert_eq!(case.held(), Some(case.old.clone()));
        assert_eq!(case.listed(), [(case.old.0.clone(), Status::Active)]);
        assert_eq!(std::fs::read_to_string(case.file()).unwrap(), case.before);
        case.succeeds(&["--yes"]);
        case.rotated("rotated after all");
    }

    #[test]
    fn nobody_is_asked_without_a_terminal() {
        let case = Case::new();
        let said = case.fails(&[]);
        assert!(said.contains("--yes"), "{said}");
        assert_eq!(case.listed().len(), 1);
    }

    #[test]
    fn on_a_terminal_each_step_is_asked_for() {
        let case = Case::new();
        let answer = |answers: &str| {
            let script = "import os, pty, sys\nout = b''\n\
                def read(fd):\n    global out\n    data = os.read(fd, 4096)\n    out += data\n\
                \x20   if out.rstrip().endswith(b'[y/N]') and answers:\n        os.write(fd, answers.pop(0) + b'\\n')\n        out = b''\n    return data\n\
                answers = [part.encode() for part in sys.argv[1]]\n\
                sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[2:], read)))";
            let endpoint = MOTO.endpoint.as_str();
            let program = env!("CARGO_BIN_EXE_keytrail");
            let mut command = Command::new(python("moto"));
            command.args([
                "-c",
                script,
                answers,
                program,
                "rotate",
                "--profile",
                PROFILE,
                "--settle",
                "0",
            ]);
            command
                .args(["--endpoint-url", endpoint])
                .env_clear()
                .env("HOME", case.home.path());
            command.stdin(Stdio::piped());
            finish(&mut command)
        };
        let no = answer("n");
        assert_eq!(no.code, 2, "{}", no.out());
        assert!(no.out().contains("Make a second access key"), "{}", no.out());
        assert_eq!(case.listed().len(), 1);
        let half = answer("yn");
        assert!(half.code == 2 && half.out().contains("Write AKIA"), "{}", half.out());
        case.holds("stopped half-way");
        let rest = answer("yy");
        assert_eq!(rest.code, 0, "{}", rest.out());
        assert!(rest.out().contains("was last used on"), "{}", rest.out());
        case.rotated("after all answers");
    }
}

mod refusals {
    use super::*;

    #[test]
    fn two_keys_leave_no_room() {
        let case = Case::new();
        let (second, _) = create(&case.user);
        let said = case.fails(&["--yes"]);
        assert!(
            said.contains("two access keys already") && said.contains(&second),
            "{said}"
        );
        case.holds("no room");
    }

    #[test]
    fn a_profile_without_a_key_of_its_own_is_explained() {
        let case = Case::new();
        let config = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = work\n";
        std::fs::write(case.home.path().join(".aws/config"), config).expect("a file");
        let other = |profile: &str, more: &[&str]| {
            let mut command = keytrail(case.home.path());
            command
                .args([
                    "rotate",
                    "--yes",
                    "--profile",
                    profile,
                    "--endpoint-url",
                    &MOTO.endpoint,
                ])
                .args(more);
            finish(&mut command).err()
        };
        assert!(other("role", &[]).contains("has no access key of its own"));
        assert!(other("nowhere", &[]).contains("has no access key of its own"));
        assert!(other(PROFILE, &["--into", "fresh"]).contains("--user"));
        let text = case.before.clone()
            + "\n[session]\naws_access_key_id=ASIAX\naws_secret_access_key=s\naws_session_token=t\n";
        std::fs::write(case.file(), text).expect("a file");
        assert!(other("session", &[]).contains("temporary session"));
        assert!(other(PROFILE, &["--user", "admin"]).contains("is not a key of user admin"));
    }

    #[test]
    fn a_key_that_others_hold_is_not_made_inactive() {
        let case = Case::new();
        let text = format!(
            "{}\n[twin]\naws_access_key_id={}\naws_secret_access_key={}\n",
            case.before, case.old.0, case.old.1
        );
        std::fs::write(case.file(), &text).expect("a file");
        let said = case.fails(&["--yes"]);
        assert!(said.contains("still the key of profile twin"), "{said}");
        assert!(case.listed().contains(&(case.old.0.clone(), Status::Active)));
        let (id, secret) = case.held().expect("a key");
        std::fs::write(
            case.file(),
            case.before.replace(&case.old.0, &id).replace(&case.old.1, &secret),
        )
        .expect("a file");
        case.succeeds(&["--yes"]);
        case.rotated("after the twin is gone");
    }

    #[test]
    fn two_at_once_do_not_get_in_each_others_way() {
        let case = Case::new();
        let slow = common::servers::Stub::new(|_| {
            std::thread::sleep(Duration::from_secs(30));
            None
        });
        let mut first = start(&case, &slow.endpoint, &["--yes"]);
        while slow.asked.lock().expect("no stub panics").is_empty() {
            std::thread::sleep(Duration::from_millis(10));
        }
        let said = case.fails(&["--yes"]);
        assert!(said.contains("another process is rotating a key of"), "{said}");
        first.kill().and_then(|()| first.wait()).expect("it ends");
        case.succeeds(&["--yes"]);
        case.rotated("after the first was killed");
    }

    #[test]
    fn a_missing_permission_is_named() {
        let case = Case::with_policy(Purpose::Verification);
        let said = case.fails(&["--yes"]);
        assert!(said.contains("lack the permission iam:CreateAccessKey"), "{said}");
        case.holds("not allowed");
    }

    #[test]
    fn a_key_that_somebody_else_made_is_left_alone() {
        let case = Case::new();
        // Stops before the creation, with the journal written.
        let proxy = Proxy::new(Some((4, Moment::Before)));
        proxy.run(&case, &["--yes"]);
        let (theirs, secret) = create(&case.user);
        iam::get_caller_identity(&client(&theirs, &secret)).expect("somebody uses it");
        let said = case.fails(&["--yes"]);
        assert!(said.contains("did not make") && said.contains(&theirs), "{said}");
        assert_eq!(case.listed().len(), 2);
    }
}

mod places {
    use super::*;

    #[test]
    fn an_administrator_gives_a_user_a_key_in_a_new_profile() {
        let case = Case::new();
        let (id, secret) = MOTO.key("admin");
        let text = format!(
            "{}\r\n[boss]\r\naws_access_key_id={id}\r\naws_secret_access_key={secret}\r\n",
            case.before
        );
        std::fs::write(case.file(), &text).expect("a file");
        let run = |more: &[&str]| {
            let mut command = keytrail(case.home.path());
            let into = ["--profile", "boss", "--user", case.user.as_str(), "--into", "fresh"];
            command.args(["rotate", "--yes", "--settle", "0", "--endpoint-url", &MOTO.endpoint]);
            finish(command.args(into).args(more))
        };
        // The user's one key is in profile work, which would stop working.
        let first = run(&[]);
        assert!(first.err().contains("still the key of profile work"), "{}", first.err());
        let back = run(&["--rollback"]);
        assert_eq!(back.code, 0, "{}", back.err());
        assert_eq!(std::fs::read_to_string(case.file()).unwrap(), text);
        assert_eq!(case.listed(), [(case.old.0.clone(), Status::Active)]);
        // Without it there is nobody to hurt.
        let text = format!("[boss]\r\naws_access_key_id={id}\r\naws_secret_access_key={secret}\r\n");
        std::fs::write(case.file(), &text).expect("a file");
        let done = run(&[]);
        assert_eq!(done.code, 0, "{}", done.err());
        let now = std::fs::read_to_string(case.file()).unwrap();
        assert!(
            now.starts_with(&(text + "[fresh]\r\naws_access_key_id = AKIA")),
            "{}",
            now.len()
        );
        assert!(case.listed().contains(&(case.old.0.clone(), Status::Inactive)));
    }

    #[test]
    fn a_key_in_the_config_file_and_a_link_are_followed() {
        let case = Case::new();
        let real = case.home.path().join("real-config");
        let before = format!(
            "[profile {PROFILE}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            case.old.0, case.old.1
        );
        std::fs::write(&real, &before).expect("a file");
        std::os::unix::fs::symlink(&real, case.home.path().join(".aws/config")).expect("a link");
        std::fs::write(case.file(), "[default]\nregion = x\n").expect("a file");
        let run = finish(&mut case.command(&MOTO.endpoint, &["--yes"]));
        assert_eq!(run.code, 0, "{}", run.err());
        let (id, secret) = case.stored().expect("it is kept until the end");
        assert_eq!(
            std::fs::read_to_string(&real).unwrap(),
            before.replace(&case.old.0, &id).replace(&case.old.1, &secret)
        );
        assert!(case.home.path().join(".aws/config").is_symlink());
        assert_eq!(std::fs::read_to_string(case.file()).unwrap(), "[default]\nregion = x\n");
    }
}

#[expect(clippy::disallowed_methods, reason = "a test writes the file that a user would")]
fn secret_of(secret: &keytrail::secret::Secret) -> String {
    String::from_utf8_lossy(secret.expose()).into_owned()
}

/// moto lets inactive keys in; here they are refused, as AWS does.
#[test]
fn an_inactive_key_opens_nothing_and_the_way_back_opens_it_again() {
    let server = Server::ministack();
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join(".aws")).expect("a folder");
    let file = home.path().join(".aws/credentials");
    let text = "[boss]\naws_access_key_id = test\naws_secret_access_key = test\n";
    std::fs::write(&file, text).expect("a file");
    let none: [(&str, &str); 0] = [];
    let environment = Environment::new(home.path(), none);
    let connection = AwsConnection {
        endpoint_url: Some(server.endpoint.clone()),
        ..AwsConnection::default()
    };
    let boss = Client::open(&connection, Some("boss"), &environment).expect("a client");
    boss.ask(Service::Iam, "CreateUser", &[("UserName", "ada")])
        .expect("a user");
    let policy = everywhere(Purpose::Rotation);
    let put = [
        ("UserName", "ada"),
        ("PolicyName", "p"),
        ("PolicyDocument", policy.as_str()),
    ];
    boss.ask(Service::Iam, "PutUserPolicy", &put).expect("a policy");
    let old = iam::create_access_key(&boss, "ada").expect("a key");
    let old = boss.with(Credential {
        id: old.id,
        secret: old.secret,
        token: None,
    });
    let works = |client: &Client| iam::get_caller_identity(client).is_ok();
    let run = |more: &[&str]| {
        let mut command = keytrail(home.path());
        let into = [
            "--profile",
            "boss",
            "--user",
            "ada",
            "--into",
            "work",
            "--endpoint-url",
            &server.endpoint,
        ];
        command.args(["rotate", "--yes", "--settle", "0"]);
        let run = finish(command.args(into).args(more));
        assert_eq!(run.code, 0, "{}", run.err());
    };
    assert!(works(&old));
    run(&[]);
    let new = Client::open(&connection, Some("work"), &environment).expect("the profile is there");
    assert!(works(&new) && !works(&old));
    run(&["--rollback"]);
    assert!(works(&old) && !works(&new));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), text);

    // The user rotates its own key; then somebody puts the old one back by hand, and nothing works.
    let own = |secret: &str, id: &str| format!("[own]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let made = iam::create_access_key(&boss, "ada").expect("a key");
    iam::delete_access_key(&boss, "ada", &old.credential().id).expect("a deletion");
    let before = own(&secret_of(&made.secret), &made.id);
    std::fs::write(&file, &before).expect("a file");
    let run = |more: &[&str]| {
        let mut command = keytrail(home.path());
        command.args([
            "rotate",
            "--yes",
            "--settle",
            "0",
            "--profile",
            "own",
            "--endpoint-url",
            &server.endpoint,
        ]);
        let run = finish(command.args(more));
        assert_eq!(run.code, 0, "{}", run.err());
    };
    run(&[]);
    let old = boss.with(Credential {
        id: made.id,
        secret: made.secret,
        token: None,
    });
    assert!(!works(&old));
    std::fs::write(&file, &before).expect("a file");
    run(&["--rollback"]);
    assert!(works(&old));
    assert_eq!(std::fs::read_to_string(&file).expect("a file"), before);
    assert_eq!(iam::list_access_keys(&boss, Some("ada")).expect("a list").len(), 1);
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Moment {
    /// The request does not reach the server.
    Before,
    /// The server has done what was asked, and its answer is lost.
    After,
}

/// Stands between the program and the server, and kills the program at one of its requests.
struct Proxy {
    endpoint: String,
    requests: Arc<AtomicUsize>,
    victim: Arc<Mutex<Option<u32>>>,
}

impl Proxy {
    fn new(kill: Option<(usize, Moment)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(AtomicUsize::new(0));
        let victim = Arc::new(Mutex::new(None));
        let (count, target) = (Arc::clone(&requests), Arc::clone(&victim));
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let Some(asked) = receive(&mut stream) else { continue };
                let number = count.fetch_add(1, Ordering::SeqCst) + 1;
                let now = |moment| kill == Some((number, moment));
                if now(Moment::Before) {
                    kill_9(&target);
                    continue;
                }
                let answer = forward(&asked.head, &asked.body);
                if now(Moment::After) {
                    kill_9(&target);
                    continue;
                }
                let _ = stream.write_all(&answer);
            }
        });
        Self {
            endpoint,
            requests,
            victim,
        }
    }

    /// Runs the program through this proxy to its end, or its death.
    fn run(&self, case: &Case, more: &[&str]) -> Option<i32> {
        let mut child = start(case, &self.endpoint, more);
        *self.victim.lock().expect("no one panics") = Some(child.id());
        child.wait().expect("it ends").code()
    }
}

/// The program itself, without a guard before it: its process is the one that is killed.
fn start(case: &Case, endpoint: &str, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keytrail"));
    command
        .args([
            "rotate",
            "--profile",
            PROFILE,
            "--settle",
            "0",
            "--endpoint-url",
            endpoint,
        ])
        .args(more);
    command
        .env_clear()
        .env("HOME", case.home.path())
        .env("AWS_MAX_ATTEMPTS", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

fn kill_9(victim: &Mutex<Option<u32>>) {
    loop {
        if let Some(id) = *victim.lock().expect("no one panics") {
            let killed = Command::new("kill")
                .args(["-9", &id.to_string()])
                .status()
                .expect("kill runs");
            assert!(killed.success());
            // The parent sees its end; here only the socket matters, which dies with it.
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn forward(head: &str, body: &[u8]) -> Vec<u8> {
    let kept = head
        .trim_end()
        .lines()
        .filter(|line| !line.to_lowercase().starts_with("connection:"));
    let head = kept.chain(["connection: close"]).collect::<Vec<_>>().join("\r\n") + "\r\n\r\n";
    let address = MOTO.endpoint.strip_prefix("http://").expect("a plain address");
    let mut server = TcpStream::connect(address).expect("moto listens");
    server
        .write_all(head.as_bytes())
        .and_then(|()| server.write_all(body))
        .expect("moto reads");
    let mut answer = Vec::new();
    let _ = server.read_to_end(&mut answer);
    // One request a connection, so that every one is counted.
    let text = String::from_utf8_lossy(&answer).into_owned();
    match text.to_lowercase().contains("\r\nconnection: close") {
        true => answer,
        false => text.replacen("\r\n", "\r\nconnection: close\r\n", 1).into_bytes(),
    }
}

mod killed {
    use super::*;

    /// How many requests an undisturbed run makes.
    fn requests(prepare: &dyn Fn(&Case), more: &[&str]) -> usize {
        let case = Case::new();
        prepare(&case);
        let proxy = Proxy::new(None);
        assert_eq!(proxy.run(&case, more), Some(0));
        proxy.requests.load(Ordering::SeqCst)
    }

    /// Kills a run at each of its requests, before and after the server has seen it, and lets another one end it.
    fn at_each_request(prepare: &dyn Fn(&Case), more: &[&str], ended: &dyn Fn(&Case, &str)) {
        let count = requests(prepare, more);
        assert!(count >= 4, "{count} requests");
        for number in 1..=count {
            for moment in [Moment::Before, Moment::After] {
                let when = format!("{more:?} killed {moment:?} request {number} of {count}");
                let case = Case::new();
                prepare(&case);
                let code = Proxy::new(Some((number, moment))).run(&case, more);
                assert_eq!(code, None, "{when}: a signal ended it");
                case.holds(&when);
                case.succeeds(more);
                ended(&case, &when);
            }
        }
    }

    #[test]
    fn a_rotation_goes_on_where_it_was_killed() {
        at_each_request(&|_| {}, &["--yes"], &|case, when| case.rotated(when));
    }

    #[test]
    fn a_deletion_goes_on_where_it_was_killed() {
        let rotated = |case: &Case| drop(case.succeeds(&["--yes"]));
        at_each_request(&rotated, &["--yes", "--finish", "--unused-days", "0"], &|case, when| {
            case.holds(when);
            let held = case.held().expect("a key").0;
            assert_eq!(case.listed(), [(held, Status::Active)], "{when}");
        });
    }

    #[test]
    fn a_way_back_goes_on_where_it_was_killed() {
        let rotated = |case: &Case| drop(case.succeeds(&["--yes"]));
        at_each_request(&rotated, &["--yes", "--rollback"], &|case, when| {
            case.holds(when);
            assert_eq!(case.held(), Some(case.old.clone()), "{when}");
            assert_eq!(case.listed(), [(case.old.0.clone(), Status::Active)], "{when}");
        });
    }

    /// The moments between the requests, where files are written.
    #[test]
    fn it_may_be_killed_at_any_moment() {
        let mut random = Random::new(4);
        let began = std::time::Instant::now();
        assert_eq!(
            start(&Case::new(), &MOTO.endpoint, &["--yes"])
                .wait()
                .expect("it ends")
                .code(),
            Some(0)
        );
        let whole = began.elapsed().as_micros() as u64 + 1;
        for round in 0..30 {
            let case = Case::new();
            let mut child = start(&case, &MOTO.endpoint, &["--yes"]);
            std::thread::sleep(Duration::from_micros(random.below(whole)));
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            let when = format!("round {round}");
            case.holds(&when);
            case.succeeds(&["--yes"]);
            case.rotated(&when);
        }
    }

    #[test]
    fn a_key_whose_secret_was_lost_is_named_and_replaced() {
        let case = Case::new();
        let count = requests(&|_| {}, &["--yes"]);
        let create = (1..=count).find(|&number| {
            let probe = Case::new();
            Proxy::new(Some((number, Moment::After))).run(&probe, &["--yes"]);
            probe.listed().len() == 2
        });
        let create = create.expect("one of the requests makes a key");
        Proxy::new(Some((create, Moment::After))).run(&case, &["--yes"]);
        let lost = case
            .listed()
            .into_iter()
            .find(|(id, _)| *id != case.old.0)
            .expect("a second key")
            .0;
        let said = case.succeeds(&["--yes"]);
        assert!(
            said.contains(&format!("{lost} was made on")) && said.contains("cut off"),
            "{said}"
        );
        assert!(!case.listed().iter().any(|(id, _)| *id == lost));
        case.rotated("after the lost key");
    }
}
