//! What stands in the scanned content and was made with a secret proves whose it is: presigned URLs that AWS's own
//! library signed, and SMTP passwords. No network, and no flag.

mod common;

use std::path::Path;
use std::process::Command;

use common::program::{findings, run};
use common::random::{BASE64, Pair, Random};
use common::servers::python;
use data_encoding::BASE64 as ENCODE;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// A URL for each of some services, signed by botocore.
fn signed(pair: &Pair) -> Vec<String> {
    let script = "import sys, botocore.session as b\n\
        from botocore.client import Config\n\
        id, secret = sys.argv[1:]\n\
        def c(service): return b.get_session().create_client(service, region_name='eu-west-1', aws_access_key_id=id,\n\
        \x20   aws_secret_access_key=secret, config=Config(signature_version='s3v4') if service == 's3' else None)\n\
        print(c('s3').generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': 'a b/c=1'}))\n\
        print(c('s3').generate_presigned_url('put_object', Params={'Bucket': 'b', 'Key': 'x'}))\n\
        print(c('sts').generate_presigned_url('get_caller_identity'))\n";
    let output = Command::new(python("moto"))
        .args(["-c", script, &pair.id, &pair.secret])
        .env_clear()
        .output()
        .expect("python runs");
    let text = String::from_utf8(output.stdout).expect("text");
    let urls: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(urls.len(), 3, "{}", String::from_utf8_lossy(&output.stderr));
    urls
}

/// The SMTP password of a secret in a region, made as AWS documents it.
fn smtp_password(secret: &str, region: &str) -> String {
    let sign = |key: &[u8], text: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("an HMAC key has any length");
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    };
    let first = format!("AWS4{secret}").into_bytes();
    let parts = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
    let key = parts.iter().fold(first, |key, part| sign(&key, part));
    ENCODE.encode(&[&[4], &key[..]].concat())
}

fn scan(folder: &Path) -> Value {
    let report = run(
        folder,
        &[
            "scan",
            "--report",
            "json",
            "--min-confidence",
            "low",
            "--policy",
            "cis-v3",
        ],
    )
    .json();
    assert_eq!(report["complete"], true);
    report
}

fn of<'r>(report: &'r Value, kind: &str, fits: impl Fn(&Value) -> bool) -> &'r Value {
    let found = findings(report)
        .iter()
        .find(|finding| finding["kind"] == kind && fits(finding));
    found.unwrap_or_else(|| panic!("no {kind}: {report:#}"))
}

fn id_of<'r>(report: &'r Value, id: &str) -> &'r Value {
    of(report, "access-key-id", |finding| finding["aws"]["key_id"] == id)
}

fn reasons(finding: &Value) -> String {
    finding["reasons"].to_string()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file");
}

#[test]
fn a_presigned_url_joins_what_stands_apart() {
    let mut random = Random::new(31);
    let (pair, other) = (random.pair(), random.pair());
    for (number, url) in signed(&pair).iter().enumerate() {
        let forms = [
            format!("see {url}.\n"),
            format!("<a href=\"{}\">here</a>\n", url.replace('&', "&amp;")),
            format!("{{\"url\": \"{}\"}}\n", url.replace('&', "\\u0026").replace('/', "\\/")),
            format!("[link]({url})\n"),
        ];
        for (form, text) in forms.iter().enumerate() {
            let folder = tempfile::tempdir().expect("a folder");
            write(folder.path(), "notes.md", text);
            // Two secrets without an id: nothing but the signature says which one it is.
            for (name, secret) in [("a.env", &other.secret), ("b.env", &pair.secret)] {
                std::fs::create_dir(folder.path().join(&name[..1])).expect("a folder");
                write(
                    folder.path(),
                    &format!("{}/{name}", &name[..1]),
                    &format!("AWS_SECRET_ACCESS_KEY={secret}\n"),
                );
            }
            let report = scan(folder.path());
            let id = id_of(&report, &pair.id);
            let what = format!("URL {number}, form {form}");
            assert_eq!(
                (id["aws"]["pair_how"].as_str(), id["aws"]["pair_confidence"].as_str()),
                (Some("proven"), Some("high")),
                "{what}: {text}"
            );
            assert!(
                reasons(id).contains("the secret signs the request at notes.md line 1"),
                "{what}"
            );
            let secret = of(&report, "secret-key", |finding| finding["id"] == id["aws"]["pair_of"]);
            assert!(
                secret["location"]["path"]
                    .as_str()
                    .is_some_and(|path| path.ends_with("b.env")),
                "{what}"
            );
            assert_eq!(
                (&secret["aws"]["key_id"], &secret["aws"]["pair_of"]),
                (&id["aws"]["key_id"], &id["id"])
            );
            assert!(reasons(secret).contains("signs the request at notes.md"), "{what}");
            // A URL is for whoever has it: its signature is not told.
            let signature = url.split("X-Amz-Signature=").nth(1).expect("it is signed");
            assert!(!report.to_string().contains(&signature[..64]), "{what}");
        }
    }
}

#[test]
fn a_signature_that_does_not_fit_proves_nothing() {
    let mut random = Random::new(32);
    let pair = random.pair();
    let url = signed(&pair).remove(0).replace("eu-west-1", "eu-west-2");
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "notes.md", &format!("{url}\n"));
    write(
        folder.path(),
        "a.env",
        &format!("AWS_SECRET_ACCESS_KEY={}\n", pair.secret),
    );
    let report = scan(folder.path());
    assert_ne!(id_of(&report, &pair.id)["aws"]["pair_how"], "proven");
    assert!(!report.to_string().contains("signs the request"));
}

/// Near is not whose: what was joined by place gives way to what is proven.
#[test]
fn a_proof_is_stronger_than_a_place() {
    let mut random = Random::new(33);
    let (pair, wrong) = (random.pair(), random.class(BASE64, 40));
    let folder = tempfile::tempdir().expect("a folder");
    let near = format!(
        "[a]\naws_access_key_id = {}\naws_secret_access_key = {wrong}\n",
        pair.id
    );
    write(folder.path(), "near.ini", &near);
    write(
        folder.path(),
        "far.env",
        &format!("AWS_SECRET_ACCESS_KEY={}\n", pair.secret),
    );
    let before = scan(folder.path());
    let near_secret = of(&before, "secret-key", |finding| {
        finding["location"]["path"] == "./near.ini" || finding["location"]["path"] == "near.ini"
    });
    assert_eq!(id_of(&before, &pair.id)["aws"]["pair_of"], near_secret["id"]);
    write(folder.path(), "urls.txt", &signed(&pair).join("\n"));
    let after = scan(folder.path());
    let id = id_of(&after, &pair.id);
    assert_eq!(id["aws"]["pair_how"], "proven");
    let near_secret = of(&after, "secret-key", |finding| finding["id"] == near_secret["id"]);
    assert_eq!(near_secret["aws"]["pair_of"], Value::Null, "an id has one secret");
    assert_eq!(near_secret["aws"]["key_id"], Value::Null);
}

#[test]
fn an_smtp_password_is_traced_to_its_secret() {
    let pair = Random::new(34).pair();
    let password = smtp_password(&pair.secret, "eu-central-1");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("mail")).expect("a folder");
    let mail = format!("SMTP_USER={}\nSMTP_PASSWORD={password}\n", pair.id);
    write(folder.path(), "mail/mail.env", &mail);
    write(
        folder.path(),
        "deploy.env",
        &format!("AWS_SECRET_ACCESS_KEY={}\n", pair.secret),
    );
    let report = scan(folder.path());
    let id = id_of(&report, &pair.id);
    assert_eq!(
        (&id["aws"]["pair_how"], &id["aws"]["pair_confidence"]),
        (&"proven".into(), &"high".into())
    );
    assert!(
        reasons(id).contains("mail.env line 2 is made from its secret"),
        "{}",
        reasons(id)
    );
    let secret = of(&report, "secret-key", |_| true);
    assert_eq!(secret["aws"]["key_id"], pair.id.as_str());
    assert!(reasons(secret).contains("mail.env line 2 is made from it"));
    let rule = |finding: &Value| finding["rule"] == "aws-ses-smtp-password";
    let found = findings(&report)
        .iter()
        .find(|finding| rule(finding))
        .expect("it was found");
    assert_eq!(found["confidence"], "high");
    assert!(
        reasons(found).contains("made for eu-central-1 from the secret at"),
        "{}",
        reasons(found)
    );
}
