//! Each way in which AWS gives no answer has words and a remedy of its own, and ends the program with 2.
#![cfg(feature = "aws")]

mod common;

use std::path::Path;
use std::time::Duration;

use common::program::{finish, keytrail};
use common::random::Random;
use common::servers::{Server, Stub, aws_error, dead_endpoint, reply};
use serde_json::json;

fn made_up() -> (String, String) {
    let pair = Random::new(7).pair();
    (pair.id, pair.secret)
}

/// What the program says. Nothing of the secret is ever in it.
fn said(endpoint: &str, home: &Path, key: &(String, String), variables: &[(&str, &str)]) -> String {
    let text = format!(
        "[p]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.0, key.1
    );
    std::fs::write(home.join(".aws/credentials"), text).expect("a file");
    let mut command = keytrail(home);
    command.args([
        "rotate",
        "--dry-run",
        "--profile",
        "p",
        "--timeout",
        "2",
        "--endpoint-url",
        endpoint,
    ]);
    command.env("AWS_MAX_ATTEMPTS", "2").envs(variables.iter().copied());
    let run = finish(&mut command);
    assert_eq!(run.code, 2, "{}", run.err());
    assert!(!run.err().contains(&key.1) && !run.out().contains(&key.1));
    assert!(run.out().is_empty());
    run.err()
}

#[test]
fn of_moto_credentials_are_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    std::fs::create_dir(home.join(".aws")).expect("a folder");
    let moto = Server::moto(true, json!([{"name": "nobody", "keys": [{}]}]), json!([]));
    let (id, secret) = moto.key("nobody");
    let wrong_id = said(&moto.endpoint, home, &made_up(), &[]);
    assert!(wrong_id.contains("AWS knows no active key with the id"), "{wrong_id}");
    let wrong_secret = said(&moto.endpoint, home, &(id.clone(), made_up().1), &[]);
    assert!(
        wrong_secret.contains("the secret does not belong to the key id"),
        "{wrong_secret}"
    );
    let denied = said(&moto.endpoint, home, &(id, secret), &[]);
    assert!(denied.contains("lack the permission iam:ListAccessKeys"), "{denied}");
}

#[test]
fn each_has_words_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let home = folder.path();
    std::fs::create_dir(home.join(".aws")).expect("a folder");
    let key = made_up();
    let html = "<html><head><title>Access denied by policy</title></head><body>No.</body></html>";
    let cases: Vec<(Stub, &str)> = vec![
        (
            Stub::new(|_| aws_error(403, "ExpiredToken", "The security token is expired")),
            "have expired",
        ),
        (
            Stub::new(|_| aws_error(400, "Throttling", "Rate exceeded")),
            "throttling",
        ),
        (
            Stub::new(|_| {
                aws_error(
                    403,
                    "SignatureDoesNotMatch",
                    "Signature expired: 1 is now earlier than 2",
                )
            }),
            "clock",
        ),
        (
            Stub::new(|_| aws_error(503, "ServiceUnavailable", "x")),
            "failed to answer",
        ),
        (
            Stub::new(move |_| reply(403, "text/html", html)),
            "a proxy or filter answered",
        ),
        (
            Stub::new(|_| reply(200, "application/json", "{}")),
            "does not speak as AWS does",
        ),
        (
            Stub::new(|_| reply(302, "text/html", "moved")),
            "does not speak as AWS does",
        ),
        (
            Stub::new(|_| {
                std::thread::sleep(Duration::from_secs(20));
                None
            }),
            "no answer from",
        ),
        (
            Stub::new(|_| aws_error(403, "OptInRequired", "The account is closed")),
            "AWS refused",
        ),
    ];
    for (stub, words) in &cases {
        let text = said(&stub.endpoint, home, &key, &[]);
        assert!(text.contains(words), "{words}: {text}");
        assert!(text.contains("hint:"), "{text}");
    }
    let dead = said(&dead_endpoint(), home, &key, &[]);
    assert!(dead.contains("nobody answers at http://127.0.0.1"), "{dead}");
    let proxy = Stub::new(|_| reply(403, "text/html", "no"));
    let blocked = said(&dead_endpoint(), home, &key, &[("HTTP_PROXY", &proxy.endpoint)]);
    assert!(blocked.contains("a proxy or filter answered"), "{blocked}");
    let closed = Stub::new(|_| None);
    assert!(
        said(&closed.endpoint, home, &key, &[]).contains("does not speak as AWS does")
            || said(&closed.endpoint, home, &key, &[]).contains("nobody answers")
    );
}
