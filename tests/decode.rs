//! Decoding: keys in archives, compressed files and encoded text are found on disk, in the index and in history,
//! and a finding names the way in.

mod common;

use common::archive::{compress, encrypted_zip, tar, zip};
use common::program::{self, findings};
use common::random::{Pair, Random};
use common::repo::TestRepo;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;

fn lines(key: &Pair) -> String {
    format!(
        "# settings\n\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        key.id, key.secret
    )
}

/// A file, and where a key stands in it by the report.
struct Case {
    file: &'static str,
    content: Vec<u8>,
    key: Pair,
    member: Option<&'static str>,
    via: Vec<&'static str>,
}

/// A file of every form that can be made here.
fn cases() -> Vec<Case> {
    let mut random = Random::new(510);
    let mut cases = Vec::new();
    let mut add = |file, member, via: &[&'static str], pack: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
        let key = random.pair();
        if let Some(content) = pack(lines(&key).as_bytes()) {
            cases.push(Case {
                file,
                content,
                key,
                member,
                via: via.into(),
            });
        }
    };
    for tool in ["gzip", "bzip2", "xz", "zstd"] {
        add(tool, None, &[tool], &|text| compress(tool, text));
        let via = [tool, "tar", "member ./b/c.env"];
        let file = ["tar.gzip", "tar.bzip2", "tar.xz", "tar.zstd"];
        let file = file
            .into_iter()
            .find(|file| file.ends_with(tool))
            .expect("it is one of them");
        add(file, Some("./b/c.env"), &via, &|text| {
            compress(tool, &tar(&[("b/c.env", text)])?)
        });
    }
    add("zlib", None, &["zlib"], &|text| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        std::io::Write::write_all(&mut encoder, text).expect("it is written to memory");
        encoder.finish().ok()
    });
    add("a.zip", Some("b/c.env"), &["zip", "member b/c.env"], &|text| {
        zip(&[("a.txt", b"nothing"), ("b/c.env", text)])
    });
    add("a.tar", Some("./b/c.env"), &["tar", "member ./b/c.env"], &|text| {
        tar(&[("a.txt", b"nothing"), ("b/c.env", text)])
    });
    let nested = [
        "zip",
        "member app.war",
        "zip",
        "member lib/a.tgz",
        "gzip",
        "tar",
        "member ./c",
    ];
    add("a.ear", Some("app.war!lib/a.tgz!./c"), &nested, &|text| {
        let inner = compress("gzip", &tar(&[("c", text)])?)?;
        zip(&[("app.war", &zip(&[("lib/a.tgz", &inner)])?)])
    });
    add("two.gz", None, &["gzip"], &|text| {
        let parts = [
            compress("gzip", &text[..9])?,
            compress("gzip", &text[9..])?,
            vec![0; 99],
        ];
        Some(parts.concat())
    });
    add("wide.gz", None, &["gzip", "utf-16le"], &|text| {
        let text = String::from_utf8_lossy(text);
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        compress("gzip", &units.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    });
    let long = "f/".repeat(90) + "c.env";
    let long: &'static str = Box::leak(format!("./{long}").into_boxed_str());
    let via = ["tar", Box::leak(format!("member {long}").into_boxed_str())];
    add("long.tar", Some(long), &via, &|text| tar(&[(&long[2..], text)]));
    cases
}

/// The finding of the key's id.
fn of<'r>(report: &'r Value, id: &str) -> &'r Value {
    let mut all = findings(report).iter();
    let found = all.find(|finding| finding["rule"] == "aws-access-key-id" && finding["aws"]["key_id"] == id);
    found.unwrap_or_else(|| panic!("the key is not found: {}", report["findings"]))
}

fn check(report: &Value, cases: &[Case]) {
    assert_eq!(report["complete"], true, "{}", report["incomplete_reasons"]);
    assert_eq!(findings(report).len(), 2 * cases.len());
    for case in cases {
        let finding = of(report, &case.key.id);
        let at = &finding["location"];
        assert_eq!(
            finding["occurrences"].as_array().map(Vec::len),
            Some(1),
            "{}",
            case.file
        );
        assert_eq!(at["path"], case.file);
        assert_eq!((&at["line"], &at["column"]), (&3.into(), &21.into()), "{}", case.file);
        assert_eq!(at["via"], serde_json::json!(case.via), "{}", case.file);
        assert_eq!(at["member"].as_str(), case.member, "{}", case.file);
        assert!(finding["aws"]["pair_of"].is_string(), "{}", case.file);
    }
}

#[test]
fn every_form_is_read_on_disk_in_the_index_and_in_history() {
    let cases = cases();
    let repo = TestRepo::new();
    repo.commit_file("README", "nothing");
    for case in &cases {
        repo.write(case.file, &case.content);
    }
    let json = |arguments: &[&str]| {
        let run = program::run(&repo.path(), &[arguments, &["--report", "json"]].concat());
        assert_eq!(run.code, 1, "{arguments:?}: {}", run.err());
        run.json()
    };
    check(&json(&["scan"]), &cases);
    repo.git(&["add", "."]);
    check(&json(&["staged"]), &cases);
    repo.commit("all of them");
    check(&json(&["history"]), &cases);
    check(&json(&["range", "HEAD~1..HEAD"]), &cases);
    repo.git(&["gc", "-q"]);
    check(&json(&["history"]), &cases);
    check(&json(&["history", "--no-delta"]), &cases);
    let memo = ["history", "--memo", "../memo"];
    assert_eq!(json(&memo), json(&memo));
}

#[test]
fn people_and_sarif_are_told_the_way_in() {
    let Some(content) = zip(&[("b/c.env", lines(&Random::new(511).pair()).as_bytes())]) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.zip"), content).expect("a file");
    let human = program::run(folder.path(), &["scan"]).out();
    assert!(human.contains("    a.zip!b/c.env:3:21\n"), "{human}");
    assert!(human.contains("inside      zip\n"), "{human}");
    let sarif = program::run(folder.path(), &["scan", "--report", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let message = results[0]["message"]["text"].as_str().expect("a message");
    assert!(message.contains("is in 'a.zip!b/c.env', line 3,"), "{message}");
    let file = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(file, "a.zip");
}

#[test]
fn the_depths_are_settings() {
    let key = Random::new(512).pair();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let content = flate2_gzip(&flate2_gzip(lines(&key).as_bytes()));
    std::fs::write(folder.path().join("a.gz.gz"), content).expect("a file");
    let scan = |flags: &[&str]| program::run(folder.path(), &[&["scan", "--report", "json"], flags].concat());
    assert_eq!(scan(&[]).code, 1);
    assert_eq!(scan(&["--max-archive-depth", "2"]).code, 1);
    let one = scan(&["--max-archive-depth", "1"]);
    assert_eq!((one.code, &one.json()["skips"]["left_out"]["too-deep"]), (0, &1.into()));
    let none = scan(&["--max-archive-depth", "0"]);
    assert_eq!((none.code, none.json()["skips"]["left_out"].get("too-deep")), (0, None));
    let wrong = scan(&["--max-decode-depth", "99"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err().contains("from 0"), "{}", wrong.err());
    let settings = folder.path().join("settings.toml");
    std::fs::write(&settings, "[source]\nmax_archive_depth = 0\n").expect("a file");
    let path = settings.to_str().expect("a plain path");
    assert_eq!(scan(&["--config", path]).code, 0);
    assert_eq!(scan(&["--config", path, "--max-archive-depth", "6"]).code, 1);
}

fn flate2_gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, content).expect("it is written to memory");
    encoder.finish().expect("it is written to memory")
}

#[test]
fn a_secret_in_a_member_s_name_is_found_and_masked() {
    let mut random = Random::new(513);
    let key = random.pair();
    let secret = key.secret.replace(['/', '+'], "x");
    let name = format!("aws_secret_access_key={secret}.txt");
    let inside = lines(&random.pair());
    let Some(content) = tar(&[(&name, inside.as_bytes())]) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.tgz"), flate2_gzip(&content)).expect("a file");
    for format in ["human", "json", "sarif"] {
        let run = program::run(folder.path(), &["scan", "-v", "--report", format]);
        assert_eq!(run.code, 1);
        assert!(
            run.out().contains("names of members") || format == "sarif",
            "{format}: {}",
            run.out()
        );
        assert!(!run.out().contains(&secret), "{format}: {}", run.out());
    }
}

#[test]
fn encrypted_members_are_counted_and_named() {
    let key = Random::new(514).pair();
    let Some(content) = encrypted_zip(&[("b/c.env", lines(&key).as_bytes())]) else {
        return;
    };
    let repo = TestRepo::new();
    repo.commit_file("a.zip", content);
    repo.git(&["gc", "-q"]);
    let run = program::run(&repo.path(), &["scan", "-v"]);
    assert_eq!(run.code, 0, "{}", run.out());
    assert!(run.out().contains("a.zip!b/c.env: encrypted"), "{}", run.out());
    let history = || program::run(&repo.path(), &["history", "--report", "json", "--memo", "../memo"]);
    let (first, second) = (history(), history());
    assert_eq!(first.json()["skips"]["left_out"]["encrypted"], 1);
    assert_eq!(first.out(), second.out());
    assert!(!second.err().contains("memo is not used"), "{}", second.err());
}

#[test]
fn encoded_text_is_read_where_it_stands() {
    let mut random = Random::new(515);
    let mut check = |form: &str, via: &[&str], encode: &dyn Fn(&str) -> String| {
        let key = random.pair();
        let text = format!("first\nsecond: {}\nlast\n", encode(&lines(&key)));
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a.txt"), text).expect("a file");
        let run = program::run(folder.path(), &["scan", "--report", "json"]);
        let report = run.json();
        let at = &of(&report, &key.id)["location"];
        assert_eq!(at["line"], 2, "{form}");
        assert_eq!(at["via"], serde_json::json!(via), "{form}");
    };
    let base64 = |text: &str| BASE64.encode(text.as_bytes());
    check("base64", &["base64 at line 2"], &base64);
    check("twice", &["base64 at line 2", "base64 at line 1"], &|text| {
        base64(&base64(text))
    });
    check("a data URI", &["base64 at line 2"], &|text| {
        format!("<a href=\"data:text/plain;base64,{}\">", base64(text))
    });
    check("hex", &["hex at line 2"], &|text| HEXLOWER.encode(text.as_bytes()));
    check("HTML entities", &["HTML entities at line 2"], &|text| {
        text.replace("AKIA", "&#65;KIA")
            .replace('/', "&#x2F;")
            .replace('+', "&#43;")
            .replace('\n', "&#10;")
    });
    check("percent-encoding", &["percent-encoding at line 2"], &|text| {
        text.bytes().map(|byte| format!("%{byte:02X}")).collect()
    });
    check("JSON", &["escapes at line 2"], &|text| {
        format!("\"{}\"", text.replace('\n', "\\n").replace("AKIA", "\\u0041\\u004bIA"))
    });
    check(
        "gzip in base64, as Helm keeps its releases",
        &["base64 at line 2", "base64 at line 1", "gzip"],
        &|text| base64(&BASE64.encode(&flate2_gzip(text.as_bytes()))),
    );
    check("a command of PowerShell", &["base64 at line 2", "utf-16le"], &|text| {
        BASE64.encode(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>())
    });
}

#[test]
fn a_whole_file_in_base64_is_read_over_its_lines() {
    let key = Random::new(516).pair();
    let long = "# a line that is here to make the file longer\n".repeat(3000);
    for width in [64, 76, usize::MAX] {
        let encoded = BASE64.encode(format!("{long}{}{long}", lines(&key)).as_bytes());
        let wrapped: Vec<&[u8]> = encoded.as_bytes().chunks(width).collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("a.b64"), wrapped.join(&b"\r\n"[..])).expect("a file");
        let report = program::run(folder.path(), &["scan", "--report", "json"]).json();
        let at = &of(&report, &key.id)["location"];
        let offset = long.len() * 4 / 3 + 40;
        let line = offset / width + 1;
        assert!(at["line"].as_u64().expect("a line").abs_diff(line as u64) < 3, "{at}");
        assert_eq!(at["via"], serde_json::json!(["base64 at line 1"]));
        let secrets = findings(&report)
            .iter()
            .filter(|found| found["rule"] == "aws-secret-access-key");
        assert_eq!(secrets.count(), 1);
    }
}

#[test]
fn an_archive_that_is_not_opened_is_counted_and_named() {
    let repo = TestRepo::new();
    let key = Random::new(522).pair();
    let packed = [b"7z\xbc\xaf\x27\x1c\0\x04", lines(&key).as_bytes()].concat();
    repo.write("backup.7z", &packed);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, b"Rar!\x1a\x07\x01\0 and so on").expect("it is written to memory");
    repo.write("old.rar.gz", encoder.finish().expect("it is written to memory"));
    repo.commit("one");
    for (command, paths) in [
        (&["scan", "."][..], ["backup.7z", "old.rar.gz"]),
        (&["history"], ["", ""]),
    ] {
        let run = program::run(&repo.path(), &[command, &["--report", "json", "--exit-zero"]].concat());
        let report = run.json();
        assert_eq!(report["skips"]["left_out"]["unknown-form"], 2);
        let unopened = report["skips"]["unopened"].as_array().expect("a list");
        let named = |path: &str| {
            unopened
                .iter()
                .any(|skip| skip["what"].as_str().is_some_and(|what| what.ends_with(path)))
        };
        assert!(paths.into_iter().all(named), "{unopened:?}");
        assert_eq!((run.code, &report["complete"]), (0, &true.into()));
        // What stands in it as it is, is found all the same.
        assert_eq!(findings(&report).len(), 2);
    }
}
