//! Asks servers that answer as AWS does: the live inventory, the credentials of every source, the verification ladder,
//! and each way in which AWS can fail to answer. What no server can do, a stub does.
#![cfg(feature = "aws")]

mod common;

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::random::Random;
use common::servers::{Server, Stub, aws_error, dead_endpoint, python, reply};
use keytrail::keys::aws::verify::{Allowed, Owned, Shown, Suspect, Verifier, ask_owner};
use keytrail::keys::aws::{Client, Credential, Environment, Live, Partition, Reason, iam, inventory};
use keytrail::keys::permissions::{Purpose, iam_policy};
use keytrail::keys::proof::presigned_url;
use keytrail::keys::{LastUse, Owner, Status};
use keytrail::secret::Secret;
use keytrail::settings::{AwsConnection, AwsSettings};
use serde_json::{Value, json};
use tempfile::TempDir;

const ACCOUNT: &str = "123456789012";
const DAY: i64 = 86_400;

fn policy(purpose: Purpose) -> Value {
    serde_json::from_str(&iam_policy(purpose)).expect("the policy is JSON")
}

/// moto with authentication on. `reader` has the policy that keytrail prints, and nothing else.
static MOTO: LazyLock<Server> = LazyLock::new(|| {
    let crowd = (0..125).map(
        |n| json!({"name": format!("crowd-{n:03}"), "keys": if n % 5 == 0 { json!([{"age": n}]) } else { json!([]) }}),
    );
    let users = [
        json!({"name": "reader", "policy": policy(Purpose::Inventory), "keys": [{"age": 0}]}),
        json!({"name": "looker", "policy": policy(Purpose::Verification), "keys": [{"age": 0}]}),
        json!({"name": "nobody", "keys": [{"age": 0}]}),
        json!({"name": "fresh", "path": "/team/", "tags": {"rotation": "yearly"}, "keys": [{"age": 5, "used": 1}]}),
        json!({"name": "old", "keys": [{"age": 400, "used": 3}],
               "attached": ["AWSCompromisedKeyQuarantineV2"]}),
        json!({"name": "two,keys", "keys": [{"age": 89, "used": 1}, {"age": 91, "used": 60}]}),
        json!({"name": "idle", "keys": [{"age": 60}]}),
        json!({"name": "disabled", "keys": [{"age": 200, "status": "Inactive", "used": 150}]}),
    ];
    let roles = json!([{"name": "auditor", "policy": policy(Purpose::Inventory)}]);
    Server::moto(true, users.into_iter().chain(crowd).collect(), roles)
});

static MINISTACK: LazyLock<Server> = LazyLock::new(Server::ministack);

/// A home folder with the shared AWS files.
struct Home {
    folder: TempDir,
    variables: HashMap<String, String>,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(".aws")).expect("a folder");
        let off = ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned());
        Self {
            folder,
            variables: HashMap::from([off]),
        }
    }

    fn file(self, name: &str, text: &str) -> Self {
        let file = self.path().join(".aws").join(name);
        std::fs::create_dir_all(file.parent().expect("it has one")).expect("a folder");
        std::fs::write(file, text).expect("a file");
        self
    }

    /// A profile with this key.
    fn key(self, profile: &str, (id, secret): &(String, String)) -> Self {
        let text = format!("[{profile}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        self.file("credentials", &text)
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn environment(&self) -> Environment {
        Environment::new(self.path(), self.variables.clone())
    }
}

fn at(endpoint: &str) -> AwsConnection {
    AwsConnection {
        endpoint_url: Some(endpoint.to_owned()),
        ..AwsConnection::default()
    }
}

fn settings(endpoint: &str, profiles: &[&str]) -> AwsSettings {
    AwsSettings {
        aws: true,
        profile: profiles.iter().map(|&name| name.to_owned()).collect(),
        connection: at(endpoint),
    }
}

fn made_up() -> (String, String) {
    let pair = Random::new(7).pair();
    (pair.id, pair.secret)
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn of<'l>(live: &'l Live, user: &str) -> Vec<&'l keytrail::keys::Key> {
    let owned = |key: &&keytrail::keys::Key| key.owner.as_ref().is_some_and(|owner| owner.name() == user);
    live.keys.iter().filter(owned).collect()
}

mod live_inventory {
    use super::*;

    /// `aws iam list-access-keys` for each of these users.
    fn aws_says(home: &Home, endpoint: &str, users: &[String], key: &(String, String)) -> BTreeMap<String, Value> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/list_access_keys.py");
        let mut child = Command::new(python("moto"))
            .arg(script)
            .arg(endpoint)
            .env_clear()
            .env("HOME", home.path())
            .env("AWS_ACCESS_KEY_ID", &key.0)
            .env("AWS_SECRET_ACCESS_KEY", &key.1)
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        pipe.write_all(users.join("\n").as_bytes()).expect("it reads");
        drop(pipe);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    #[test]
    fn it_agrees_with_the_aws_command_key_by_key() {
        let key = MOTO.key("reader");
        let home = Home::new().key("audit", &key);
        let live = inventory(&settings(&MOTO.endpoint, &["audit"]), &home.environment()).expect("it answers");
        assert_eq!(live.faults, [], "the printed policy is enough");
        assert_eq!(live.accounts.len(), 1);
        assert_eq!(
            (live.accounts[0].id.as_str(), live.accounts[0].profile.as_deref()),
            (ACCOUNT, Some("audit"))
        );

        let mut users: Vec<String> = (0..125).map(|n| format!("crowd-{n:03}")).collect();
        users.extend(
            [
                "reader", "looker", "nobody", "fresh", "old", "two,keys", "idle", "disabled",
            ]
            .map(str::to_owned),
        );
        let theirs = aws_says(&home, &MOTO.endpoint, &users, &key);
        let mut compared = 0;
        for (user, listed) in &theirs {
            let mut theirs: Vec<_> = listed
                .as_array()
                .expect("a list")
                .iter()
                .map(|key| {
                    let text = |name: &str| key[name].as_str().expect("a text").to_owned();
                    let made: jiff::Timestamp = text("CreateDate").parse().expect("a time");
                    (
                        text("AccessKeyId"),
                        text("Status").to_lowercase(),
                        Some(made.as_second()),
                    )
                })
                .collect();
            theirs.sort();
            let ours: Vec<_> = of(&live, user)
                .iter()
                .map(|key| {
                    (
                        key.id.clone().expect("IAM lists ids"),
                        key.status.as_str().to_owned(),
                        key.created,
                    )
                })
                .collect();
            assert_eq!(ours, theirs, "{user}");
            compared += ours.len();
        }
        assert_eq!((compared, live.keys.len()), (34, 34));
    }

    #[test]
    fn ages_uses_tags_and_quarantine_are_as_the_account_has_them() {
        let home = Home::new().key("audit", &MOTO.key("reader"));
        let live = inventory(&settings(&MOTO.endpoint, &["audit"]), &home.environment()).expect("it answers");
        let days = |time: Option<i64>| time.map(|time| (now() - time) / DAY);
        let used = |user: &str| match &of(&live, user)[0].last_use {
            LastUse::At {
                time, service, region, ..
            } => Some((days(Some(*time)), service.clone(), region.clone())),
            LastUse::Never => None,
            LastUse::Unknown => panic!("IAM says it"),
        };
        let fresh = of(&live, "fresh")[0];
        assert_eq!(days(fresh.created), Some(5));
        assert_eq!(fresh.tags.get("rotation").map(String::as_str), Some("yearly"));
        assert!(matches!(&fresh.owner, Some(Owner::User { path: Some(path), .. }) if path == "/team/"));
        assert_eq!(
            used("fresh"),
            Some((Some(1), Some("s3".to_owned()), Some("eu-west-1".to_owned())))
        );
        assert_eq!(used("idle"), None);
        let old = of(&live, "old")[0];
        assert_eq!(days(old.created), Some(400));
        assert_eq!(old.quarantine.as_deref(), Some("AWSCompromisedKeyQuarantineV2"));
        let mut two: Vec<_> = of(&live, "two,keys").iter().map(|key| days(key.created)).collect();
        two.sort();
        assert_eq!(two, [Some(89), Some(91)]);
        let disabled = of(&live, "disabled")[0];
        assert_eq!((disabled.status, days(disabled.created)), (Status::Inactive, Some(200)));
        assert_eq!(disabled.account.as_deref(), Some(ACCOUNT));
    }

    #[test]
    fn root_and_inactive_keys_are_as_ministack_has_them() {
        let test = ("test".to_owned(), "test".to_owned());
        let home = Home::new().key("mini", &test);
        let client = Client::open(&at(&MINISTACK.endpoint), Some("mini"), &home.environment()).expect("a client");
        let create = [("UserName", "worker")];
        client
            .ask(keytrail::keys::aws::Service::Iam, "CreateUser", &create)
            .expect("a user");
        let key = iam::create_access_key(&client, "worker").expect("a key");
        iam::update_access_key(&client, "worker", &key.id, false).expect("an update");
        let worker = client.with(Credential {
            id: key.id.clone(),
            secret: key.secret,
            token: None,
        });
        let refused = iam::get_caller_identity(&worker).expect_err("an inactive key is no key");
        assert_eq!(refused.reason, Reason::UnknownId);

        let live = inventory(&settings(&MINISTACK.endpoint, &["mini"]), &home.environment()).expect("it answers");
        assert_eq!(of(&live, "worker")[0].status, Status::Inactive);
        let report = String::from_utf8(iam::get_credential_report(&client).expect("a report")).expect("text");
        assert!(report.contains("<root_account>"), "{report}");
        let root = of(&live, "<root_account>");
        let active = report
            .lines()
            .find(|line| line.starts_with("<root_account>"))
            .expect("a row")
            .contains(",true,20");
        assert_eq!(!root.is_empty(), active, "{report}");
    }

    #[test]
    fn what_may_not_be_asked_is_a_fault_and_never_a_clean_account() {
        let home = Home::new().key("p", &MOTO.key("looker"));
        let live = inventory(&settings(&MOTO.endpoint, &["p"]), &home.environment()).expect("it knows who it is");
        assert!(live.keys.is_empty());
        let faults: Vec<String> = live.faults.iter().map(|fault| format!("{fault:?}")).collect();
        for action in ["iam:GenerateCredentialReport", "iam:GetAccountSummary", "iam:ListUsers"] {
            assert!(
                faults
                    .iter()
                    .any(|fault| fault.contains(&format!("lack the permission {action}"))),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn one_account_of_several_that_fails_is_named() {
        let (id, secret) = MOTO.key("reader");
        let (wrong, _) = made_up();
        let text = format!(
            "[good]\naws_access_key_id={id}\naws_secret_access_key={secret}\n\
             [bad]\naws_access_key_id={wrong}\naws_secret_access_key={secret}\n"
        );
        let home = Home::new().file("credentials", &text);
        let live = inventory(&settings(&MOTO.endpoint, &["bad", "good"]), &home.environment()).expect("one answers");
        assert_eq!((live.accounts.len(), live.faults.len()), (1, 1));
        assert_eq!(live.faults[0].what, b"profile bad");
        assert!(!live.keys.is_empty());
        assert!(inventory(&settings(&MOTO.endpoint, &["bad"]), &home.environment()).is_err());
    }

    #[test]
    fn a_list_is_read_to_its_end_however_it_is_cut() {
        let stub = Stub::new(|asked| {
            let body = String::from_utf8_lossy(&asked.body).into_owned();
            let marker = body
                .split('&')
                .find_map(|part| part.strip_prefix("Marker="))
                .unwrap_or("0");
            let page: usize = marker.parse().expect("our own marker");
            // The third page is empty, and not the last.
            let users = if page == 2 {
                String::new()
            } else {
                format!("<member><UserName>u{page}</UserName></member>")
            };
            let more = if page < 4 {
                format!("<IsTruncated>true</IsTruncated><Marker>{}</Marker>", page + 1)
            } else {
                "<IsTruncated>false</IsTruncated>".to_owned()
            };
            reply(
                200,
                "text/xml",
                &format!(
                    "<ListUsersResponse><ListUsersResult><Users>{users}</Users>{more}</ListUsersResult></ListUsersResponse>"
                ),
            )
        });
        let home = Home::new().key("p", &made_up());
        let client = Client::open(&at(&stub.endpoint), Some("p"), &home.environment()).expect("a client");
        let names: Vec<String> = iam::list_users(&client)
            .expect("a list")
            .into_iter()
            .map(|user| user.name)
            .collect();
        assert_eq!(names, ["u0", "u1", "u3", "u4"]);
    }

    #[test]
    fn a_list_without_an_end_is_an_error() {
        let stub = Stub::new(|_| {
            let body = "<ListUsersResponse><ListUsersResult><Users/><IsTruncated>true</IsTruncated><Marker>m</Marker></ListUsersResult></ListUsersResponse>";
            reply(200, "text/xml", body)
        });
        let home = Home::new().key("p", &made_up());
        let client = Client::open(&at(&stub.endpoint), Some("p"), &home.environment()).expect("a client");
        assert_eq!(iam::list_users(&client).expect_err("no end").reason, Reason::Foreign);
    }
}

mod credentials {
    use super::*;

    fn who(home: &Home, profile: Option<&str>) -> Result<String, String> {
        let client = Client::open(&at(&MOTO.endpoint), profile, &home.environment()).map_err(|f| f.to_string())?;
        iam::get_caller_identity(&client)
            .map(|identity| identity.arn)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn of_the_environment() {
        let (id, secret) = MOTO.key("crowd-010");
        let home = Home::new()
            .set("AWS_ACCESS_KEY_ID", &id)
            .set("AWS_SECRET_ACCESS_KEY", &secret);
        assert_eq!(
            who(&home, None).expect("it works"),
            format!("arn:aws:iam::{ACCOUNT}:user/crowd-010")
        );
        // A profile that was named is not overruled.
        let home = home.key("p", &MOTO.key("crowd-015"));
        assert!(who(&home, Some("p")).expect("it works").ends_with("user/crowd-015"));
        assert!(
            who(&home, Some("q"))
                .expect_err("no such profile")
                .contains("there is no profile q")
        );
    }

    #[test]
    fn of_profiles_in_either_file() {
        let (id, secret) = MOTO.key("crowd-010");
        let text = format!("[profile conf]\naws_access_key_id={id}\naws_secret_access_key={secret}\n");
        let home = Home::new().key("default", &MOTO.key("crowd-015")).file("config", &text);
        assert!(who(&home, Some("conf")).expect("it works").ends_with("user/crowd-010"));
        assert!(who(&home, None).expect("it works").ends_with("crowd-015"));
        let home = home.set("AWS_PROFILE", "conf");
        assert!(who(&home, None).expect("it works").ends_with("user/crowd-010"));
    }

    #[test]
    fn of_a_process_with_quotes_in_its_command() {
        let (id, secret) = MOTO.key("crowd-010");
        let home = Home::new();
        let script = home.path().join("a tool");
        let answer = json!({"Version": 1, "AccessKeyId": id, "SecretAccessKey": secret});
        std::fs::write(&script, format!("[ \"$1\" = 'two  words' ] && echo '{answer}'\n")).expect("a script");
        let text = format!(
            "[profile p]\ncredential_process = sh \"{}\" 'two words'\n",
            script.display()
        );
        std::fs::write(&script, format!("[ \"$1\" = 'two words' ] && echo '{answer}'\n")).expect("a script");
        let home = home.file("config", &text);
        assert!(who(&home, Some("p")).expect("it works").ends_with("user/crowd-010"));
        let home = home.file("config", "[profile p]\ncredential_process = false\n");
        assert!(
            who(&home, Some("p"))
                .expect_err("it fails")
                .contains("its credential_process")
        );
    }

    #[test]
    fn of_a_role_by_way_of_another_profile() {
        let (id, secret) = MOTO.key("nobody");
        let role = format!("arn:aws:iam::{ACCOUNT}:role/auditor");
        // moto lets only a user with the permission assume a role, whatever the role's own policy says.
        let allowed = Server::moto(
            true,
            json!([{"name": "u", "keys": [{}], "policy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}}]),
            json!([{"name": "auditor", "policy": policy(Purpose::Inventory)}]),
        );
        let config = format!(
            "[profile r]\nrole_arn = {role}\nsource_profile = base\nrole_session_name = me\n[profile loop]\nrole_arn = {role}\nsource_profile = loop2\n[profile loop2]\nrole_arn = {role}\nsource_profile = loop\n[profile mfa]\nrole_arn = {role}\nsource_profile = base\nmfa_serial = x\n"
        );
        let home = Home::new().key("base", &allowed.key("u")).file("config", &config);
        let client = Client::open(&at(&allowed.endpoint), Some("r"), &home.environment()).expect("the role is assumed");
        assert!(client.credential().id.starts_with("ASIA"));
        let identity = iam::get_caller_identity(&client).expect("it works");
        assert_eq!(identity.arn, format!("arn:aws:sts::{ACCOUNT}:assumed-role/auditor/me"));
        assert_eq!(iam::list_users(&client).expect("the role may").len(), 1);
        assert!(who(&home, Some("loop")).expect_err("a circle").contains("circle"));
        assert!(who(&home, Some("mfa")).expect_err("no code").contains("code"));
        let home = Home::new().key("base", &(id, secret)).file("config", &config);
        let refused = Client::open(&at(&MOTO.endpoint), Some("r"), &home.environment())
            .err()
            .expect("not allowed");
        assert_eq!(
            (refused.reason, refused.action.as_str()),
            (Reason::Denied, "sts:AssumeRole")
        );
    }

    /// The rest of the chain is the library's; what is ours is that it gets what it needs.
    #[test]
    fn of_web_identity_sso_containers_and_instances() {
        let (id, secret) = made_up();
        let token = "t".repeat(40);
        let (i, s, t) = (id.clone(), secret.clone(), token.clone());
        let stub = Stub::new(move |asked| {
            let ends = "2999-01-01T00:00:00Z";
            if asked.action() == "AssumeRoleWithWebIdentity" {
                let body = format!(
                    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{i}</AccessKeyId><SecretAccessKey>{s}</SecretAccessKey><SessionToken>{t}</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"
                );
                return reply(200, "text/xml", &body);
            }
            let metadata = "/latest/meta-data/iam/security-credentials/";
            if asked.line.starts_with("PUT /latest/api/token") {
                return reply(200, "text/plain", "metadata-token");
            }
            if asked.line.contains(&format!("{metadata} ")) {
                return reply(200, "text/plain", "a-role");
            }
            if asked.line.contains(&format!("{metadata}a-role")) {
                let body = json!({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": "2020-01-01T00:00:00Z",
                    "AccessKeyId": i, "SecretAccessKey": s, "Token": t, "Expiration": ends});
                return reply(200, "application/json", &body.to_string());
            }
            let body = match asked.line.contains("role_name=") {
                true => {
                    json!({"roleCredentials": {"accessKeyId": i, "secretAccessKey": s, "sessionToken": t, "expiration": 32_472_144_000_000_i64}})
                }
                false => json!({"AccessKeyId": i, "SecretAccessKey": s, "Token": t, "Expiration": ends}),
            };
            reply(200, "application/json", &body.to_string())
        });
        let opened = |home: &Home, profile: Option<&str>| {
            let client = Client::open(&at(&stub.endpoint), profile, &home.environment()).expect("credentials");
            assert_eq!(client.credential().id, id);
            assert_eq!(client.credential().token, Some(Secret::new(token.as_bytes())));
        };

        let home = Home::new().file("token", "a.b.c\n");
        let file = home.path().join(".aws/token").display().to_string();
        let config = format!(
            "[profile w]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/r\nweb_identity_token_file = {file}\n\
             [profile s]\nsso_session = work\nsso_account_id = {ACCOUNT}\nsso_role_name = r\n\
             [sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://x\n"
        );
        let home = home.file("config", &config);
        opened(&home, Some("w"));
        let name = data_encoding::HEXLOWER.encode(&<sha1::Sha1 as sha1::Digest>::digest(b"work"));
        let signed_in = json!({"accessToken": "a", "expiresAt": "2999-01-01T00:00:00Z", "startUrl": "https://x", "region": "eu-west-1"});
        let home = home.file(&format!("sso/cache/{name}.json"), &signed_in.to_string());
        opened(
            &home.set("AWS_SSO_ENDPOINT", &format!("{}/federation/credentials", stub.endpoint)),
            Some("s"),
        );

        let home = Home::new().file("token", "a.b.c\n");
        let file = home.path().join(".aws/token").display().to_string();
        let role = format!("arn:aws:iam::{ACCOUNT}:role/r");
        opened(
            &home
                .set("AWS_ROLE_ARN", &role)
                .set("AWS_WEB_IDENTITY_TOKEN_FILE", &file),
            None,
        );
        opened(
            &Home::new().set(
                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                &format!("{}/creds", stub.endpoint),
            ),
            None,
        );
        let instance = Home::new().set("AWS_EC2_METADATA_DISABLED", "false");
        opened(&instance.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &stub.endpoint), None);
    }

    #[test]
    fn a_machine_that_is_no_instance_is_not_waited_for() {
        let began = Instant::now();
        let home = Home::new().set("AWS_EC2_METADATA_DISABLED", "false");
        // An address that answers nobody, as the metadata service's does elsewhere.
        let silent = Stub::new(|_| {
            std::thread::sleep(Duration::from_secs(60));
            None
        });
        assert!(who(&home.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", &silent.endpoint), None).is_err());
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn none_at_all_is_said() {
        let error = who(&Home::new(), None).expect_err("there are none");
        assert!(error.contains("no AWS credentials"), "{error}");
    }
}

mod endpoints {
    use super::*;

    fn asked_at(home: &Home, connection: &AwsConnection, profile: Option<&str>) -> bool {
        let key = made_up();
        let credential = Credential::new(&key.0, &key.1, None);
        let client = Client::with_credential(connection, profile, &home.environment(), credential).expect("a client");
        iam::get_caller_identity(&client).is_err_and(|failure| failure.reason == Reason::Expired)
    }

    #[test]
    fn are_taken_from_the_flag_the_environment_and_the_profile() {
        let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        let dead = dead_endpoint();
        let none = AwsConnection::default();
        assert!(asked_at(
            &Home::new().set("AWS_ENDPOINT_URL_STS", &dead),
            &at(&stub.endpoint),
            None
        ));
        assert!(asked_at(
            &Home::new().set("AWS_ENDPOINT_URL", &stub.endpoint),
            &none,
            None
        ));
        let both = Home::new()
            .set("AWS_ENDPOINT_URL", &dead)
            .set("AWS_ENDPOINT_URL_STS", &stub.endpoint);
        assert!(asked_at(&both, &none, None));
        let config = format!("[profile p]\nendpoint_url = {}\n", stub.endpoint);
        assert!(asked_at(&Home::new().file("config", &config), &none, Some("p")));
    }

    #[test]
    fn a_partition_has_its_own_host_and_region() {
        let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        for (region, signed) in [
            ("cn-northwest-1", "cn-north-1"),
            ("us-gov-east-1", "us-gov-west-1"),
            ("eu-west-3", "us-east-1"),
        ] {
            let connection = AwsConnection {
                region: Some(region.to_owned()),
                ..at(&stub.endpoint)
            };
            assert!(asked_at(&Home::new(), &connection, None));
            let asked = stub
                .asked
                .lock()
                .expect("no stub panics")
                .last()
                .cloned()
                .expect("it was asked");
            assert!(
                asked.head.contains(&format!("/{signed}/sts/aws4_request")),
                "{}",
                asked.head
            );
        }
    }

    #[test]
    fn a_proxy_is_used_and_gone_around() {
        let target = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        let proxy = Stub::new(|_| reply(403, "text/html", "<html>no</html>"));
        let key = made_up();
        let failure = |home: Home| {
            let client = Client::with_credential(
                &at(&target.endpoint),
                None,
                &home.set("AWS_MAX_ATTEMPTS", "1").environment(),
                Credential::new(&key.0, &key.1, None),
            );
            iam::get_caller_identity(&client.expect("a client")).expect_err("nobody says yes")
        };
        let through = failure(Home::new().set("http_proxy", &proxy.endpoint));
        assert_eq!(through.reason, Reason::Blocked, "{through}");
        assert_eq!(proxy.asked.lock().expect("no stub panics").len(), 1);
        let around = failure(
            Home::new()
                .set("http_proxy", &proxy.endpoint)
                .set("NO_PROXY", "example.com, 127.0.0.1"),
        );
        assert_eq!(around.reason, Reason::Expired, "{around}");
        let password = failure_text(Home::new().set("HTTPS_PROXY", "http://user:hunter2@[::bad"));
        assert!(
            password.contains("HTTPS_PROXY") && !password.contains("hunter2"),
            "{password}"
        );
    }

    fn failure_text(home: Home) -> String {
        let key = made_up();
        let credential = Credential::new(&key.0, &key.1, None);
        Client::with_credential(&AwsConnection::default(), None, &home.environment(), credential)
            .err()
            .expect("the settings are wrong")
            .to_string()
    }

    #[test]
    fn a_certificate_is_trusted_only_by_way_of_its_authority() {
        let home = Home::new();
        let bundle = home.path().join("bundle.pem");
        let server = Server::tls(&bundle);
        let reason = |home: &Home| {
            let credential = Credential::new(&made_up().0, &made_up().1, None);
            let client = Client::with_credential(&at(&server.endpoint), None, &home.environment(), credential);
            let failure = iam::get_caller_identity(&client.expect("a client")).expect_err("nobody says yes");
            failure.reason
        };
        assert_eq!(reason(&home), Reason::Certificate);
        let trusting = home.set("AWS_CA_BUNDLE", &bundle.display().to_string());
        assert_eq!(reason(&trusting), Reason::Expired);
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        let home = Home::new().file("bundle.pem", "nothing\n");
        let bundle = home.path().join(".aws/bundle.pem").display().to_string();
        assert!(failure_text(home.set("AWS_CA_BUNDLE", &bundle)).contains("no certificate"));
        assert!(failure_text(Home::new().set("AWS_CA_BUNDLE", "/nonexistent")).contains("AWS_CA_BUNDLE"));
        assert!(failure_text(Home::new().set("AWS_ENDPOINT_URL", "ftp://x")).contains("not an address"));
    }
}

mod patience {
    use super::*;
    #[test]
    fn what_passes_is_tried_again_and_what_does_not_is_not() {
        let key = made_up();
        let credential = Credential::new(&key.0, &key.1, None);
        let count = |code: &'static str, status: u16| {
            let tries = std::sync::Arc::new(AtomicUsize::new(0));
            let seen = std::sync::Arc::clone(&tries);
            let stub = Stub::new(move |_| match seen.fetch_add(1, Ordering::SeqCst) {
                0 | 1 => aws_error(status, code, "x"),
                _ => reply(
                    200,
                    "text/xml",
                    "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account><Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>",
                ),
            });
            let client = Client::with_credential(
                &at(&stub.endpoint),
                None,
                &Home::new().environment(),
                credential.clone(),
            )
            .expect("a client");
            (iam::get_caller_identity(&client).is_ok(), tries.load(Ordering::SeqCst))
        };
        assert_eq!(count("Throttling", 400), (true, 3));
        assert_eq!(count("ServiceFailure", 500), (true, 3));
        assert_eq!(count("AccessDenied", 403), (false, 1));
        assert_eq!(count("InvalidClientTokenId", 403), (false, 1));
    }

    #[test]
    fn an_answer_without_an_end_is_cut_off() {
        let stub = Stub::new(|_| {
            let mut bytes = b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\nconnection: close\r\n\r\n<a>".to_vec();
            bytes.resize(40 << 20, b'x');
            Some(bytes)
        });
        let key = made_up();
        let client = Client::with_credential(
            &at(&stub.endpoint),
            None,
            &Home::new().environment(),
            Credential::new(&key.0, &key.1, None),
        )
        .expect("a client");
        assert_eq!(
            iam::get_caller_identity(&client).expect_err("too long").reason,
            Reason::Foreign
        );
    }
}

mod ladder {
    use super::*;

    /// URLs that AWS's own library signed, and the same with another secret.
    #[test]
    fn a_url_that_botocore_signed_proves_its_key() {
        let (id, secret) = made_up();
        let script = "import sys, botocore.session as b\n\
            id, secret = sys.argv[1:]\n\
            def c(service):\n    return b.get_session().create_client(service, region_name='eu-west-1', aws_access_key_id=id, aws_secret_access_key=secret)\n\
            from botocore.client import Config\n\
            s3 = b.get_session().create_client('s3', region_name='eu-west-1', aws_access_key_id=id, aws_secret_access_key=secret, config=Config(signature_version='s3v4'))\n\
            print(s3.generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': 'a b/ü+c=1'}))\n\
            print(s3.generate_presigned_url('put_object', Params={'Bucket': 'b', 'Key': 'x'}))\n\
            print(c('sts').generate_presigned_url('get_caller_identity'))\n";
        let output = Command::new(python("moto"))
            .args(["-c", script, &id, &secret])
            .env_clear()
            .output()
            .expect("python runs");
        let urls = String::from_utf8(output.stdout).expect("text");
        assert_eq!(urls.lines().count(), 3, "{}", String::from_utf8_lossy(&output.stderr));
        let other = Secret::new(Random::new(8).pair().secret.as_bytes());
        let secret = Secret::new(secret.as_bytes());
        for url in urls.lines() {
            assert!(
                presigned_url(&id, &secret, url),
                "{}",
                url.split('?').next().unwrap_or_default()
            );
            assert!(!presigned_url(&id, &other, url));
        }
    }

    fn suspect<'s>(id: &'s str, secret: Option<&'s Secret>) -> Suspect<'s> {
        Suspect {
            id,
            account: Some(ACCOUNT),
            canary: false,
            secret,
            token: None,
            region: None,
        }
    }

    fn verifier(endpoint: &str) -> Verifier {
        let allowed = Allowed {
            ours: vec![ACCOUNT.to_owned()],
            named: Vec::new(),
        };
        Verifier::new(&at(endpoint), &Home::new().environment(), allowed).expect("a verifier")
    }

    #[test]
    fn the_owner_is_asked_first() {
        let home = Home::new().key("p", &MOTO.key("looker"));
        let client = Client::open(&at(&MOTO.endpoint), Some("p"), &home.environment()).expect("a client");
        let asking = iam::get_caller_identity(&client).expect("it works");
        let (id, _) = MOTO.key("disabled");
        match ask_owner(&client, &asking, &suspect(&id, None)).expect("the printed policy is enough") {
            Owned::Ours(key) => {
                assert_eq!(
                    (key.status, key.owner.as_ref().map(Owner::name)),
                    (Status::Inactive, Some("disabled"))
                );
                assert_eq!(key.created.map(|time| (now() - time) / DAY), Some(200));
            }
            Owned::NotHere => panic!("it is here"),
        }
        let unknown = Random::new(3).id("AKIA", ACCOUNT.parse().expect("a number"));
        assert_eq!(
            ask_owner(&client, &asking, &suspect(&unknown, None)).expect("an answer"),
            Owned::NotHere
        );
        let foreign = Suspect {
            account: Some("111122223333"),
            ..suspect(&id, None)
        };
        assert_eq!(
            ask_owner(&client, &asking, &foreign).expect("not even asked"),
            Owned::NotHere
        );
        // A call that fails is a failure and no verdict.
        let home = Home::new().key("p", &MOTO.key("nobody"));
        let client = Client::open(&at(&MOTO.endpoint), Some("p"), &home.environment()).expect("a client");
        assert_eq!(
            ask_owner(&client, &asking, &suspect(&id, None))
                .expect_err("not allowed")
                .reason,
            Reason::Denied
        );
    }

    #[test]
    fn the_key_itself_shows_what_it_is() {
        let (id, secret) = MOTO.key("crowd-005");
        let secret = Secret::new(secret.as_bytes());
        let shown = verifier(&MOTO.endpoint).try_key(&suspect(&id, Some(&secret)));
        assert_eq!(
            shown,
            Shown::Active {
                arn: format!("arn:aws:iam::{ACCOUNT}:user/crowd-005"),
                partition: Partition::Aws,
            }
        );
        let other = Secret::new(made_up().1.as_bytes());
        assert_eq!(
            verifier(&MOTO.endpoint).try_key(&suspect(&id, Some(&other))),
            Shown::WrongSecret
        );
        let unknown = Random::new(3).id("AKIA", ACCOUNT.parse().expect("a number"));
        assert_eq!(
            verifier(&MOTO.endpoint).try_key(&suspect(&unknown, Some(&other))),
            Shown::InactiveOrDeleted
        );
        for (answer, expected) in [
            (aws_error(403, "ExpiredToken", "x"), Shown::Expired),
            (reply(403, "text/html", "no"), Shown::Blocked),
        ] {
            let stub = Stub::new(move |_| answer.clone());
            assert_eq!(verifier(&stub.endpoint).try_key(&suspect(&id, Some(&secret))), expected);
        }
        let throttled = Stub::new(|_| aws_error(400, "Throttling", "x"));
        let shown = verifier(&throttled.endpoint).try_key(&suspect(&id, Some(&secret)));
        assert!(matches!(shown, Shown::Unknown { .. }));
        assert_eq!(
            throttled.actions(),
            ["GetCallerIdentity"],
            "a leaked key is not tried again at once"
        );
    }

    #[test]
    fn traps_and_strangers_are_never_tried() {
        let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        let (id, secret) = made_up();
        let secret = Secret::new(secret.as_bytes());
        let mut verifier = verifier(&stub.endpoint);
        let session = id.replacen("AKIA", "ASIA", 1);
        for not_tried in [
            Suspect {
                canary: true,
                ..suspect(&id, Some(&secret))
            },
            Suspect {
                account: Some("111122223333"),
                ..suspect(&id, Some(&secret))
            },
            Suspect {
                account: None,
                ..suspect(&id, Some(&secret))
            },
            suspect(&id, None),
            suspect(&session, Some(&secret)),
        ] {
            match verifier.try_key(&not_tried) {
                Shown::NotTried { .. } => {}
                shown => panic!("{shown:?}"),
            }
        }
        assert_eq!(stub.actions(), [""; 0]);
        let named = Allowed {
            ours: Vec::new(),
            named: vec![id.clone()],
        };
        let mut named = Verifier::new(&at(&stub.endpoint), &Home::new().environment(), named).expect("a verifier");
        let old_format = Suspect {
            account: None,
            ..suspect(&id, Some(&secret))
        };
        assert_eq!(named.try_key(&old_format), Shown::Expired);
        // Somebody who names a trap means it; that its account is ours is not enough.
        let trap = Suspect {
            canary: true,
            ..suspect(&id, Some(&secret))
        };
        assert_eq!(named.refuses(&trap), None);
    }

    #[test]
    fn two_tries_of_one_id_are_five_seconds_apart() {
        let stub = Stub::new(|_| aws_error(403, "ExpiredToken", "x"));
        let (id, secret) = made_up();
        let secret = Secret::new(secret.as_bytes());
        let mut verifier = verifier(&stub.endpoint);
        let began = Instant::now();
        verifier.try_key(&suspect(&id, Some(&secret)));
        assert!(began.elapsed() < Duration::from_secs(4));
        verifier.try_key(&suspect(&id, Some(&secret)));
        assert!(began.elapsed() >= Duration::from_secs(5));
    }
}
