//! `keytrail keys --aws` against a server that answers as AWS does, joined with a repository.
#![cfg(feature = "aws")]

use serde_json::{Value, json};

use crate::common::account::{Account, lines};
use crate::common::program;
use crate::common::random::Pair;
use crate::common::repo::{DAY, TestRepo};
use crate::common::servers::{Server, dead_endpoint};
use crate::{row, valid, verdicts};
use keytrail::keys::permissions::{Purpose, iam_policy};

fn policy() -> Value {
    serde_json::from_str(&iam_policy(Purpose::Inventory)).unwrap()
}

#[test]
fn live_keys_are_joined_and_deleted_ones_are_told() {
    let users = json!([
        {"name": "reader", "policy": policy(), "keys": [{"age": 1, "used": 0}]},
        {"name": "deploy", "keys": [{"age": 412, "used": 2}]},
        {"name": "bob", "keys": [{"age": 200, "status": "Inactive", "used": 150}]},
    ]);
    let server = Server::moto(true, users, json!([]));
    let (id, secret) = server.key("deploy");
    let gone = Account::new(75).unlisted();
    let repo = TestRepo::new();
    // The server's ages run from now.
    repo.set_clock(jiff::Timestamp::now().as_second() - 100 * DAY);
    repo.commit_file("deploy/prod.env", lines(&Pair { id: id.clone(), secret }));
    repo.commit_file("gone.env", lines(&gone));
    let (reader, key) = server.key("reader");
    let run = |endpoint: &str| {
        let mut command = program::keytrail(&repo.path());
        command
            .args(["keys", "--aws", "--repo", ".", "--report", "json"])
            .env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ACCESS_KEY_ID", &reader)
            .env("AWS_SECRET_ACCESS_KEY", &key);
        program::finish(&mut command)
    };
    let found = run(&server.endpoint);
    assert_eq!(found.code, 1, "{}", found.err());
    let report = found.json();
    valid(&report);
    assert_eq!(report["complete"], true, "{report:#}");
    assert_eq!(report["sources"], json!(["iam of 123456789012"]));
    let live = row(&report, &id);
    assert_eq!(
        (&live["user"], verdicts(live)),
        (&json!("deploy"), vec!["EXPOSED", "EXPIRED"])
    );
    assert_eq!(live["leak"]["used_since"], true);
    let deleted = row(&report, &gone.id);
    assert_eq!(
        (&deleted["status"], verdicts(deleted)),
        (&json!("deleted"), vec!["EXPOSED_DELETED"])
    );
    // Nobody answers: an error, and no verdict from half of the facts.
    let nobody = run(&dead_endpoint());
    assert_eq!((nobody.code, nobody.stdout.len()), (2, 0), "{}", nobody.err());
}
