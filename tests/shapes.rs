//! A thousand random keys in each shape that keys are leaked in: both halves are found and, where both are there, paired.
//!
//! A shape is a template: `@I` is the id, `@S` the secret, other letters after `@` are these in some disguise.
//! Each key is a content of its own, as a file would be, because what stands beside a key is part of the shape.

mod common;

use std::collections::HashMap;

use common::program;
use common::random::{BASE64, Pair, Random};
use data_encoding::BASE64 as ENCODE;
use keytrail::detect::{Candidate, Detectors};
use keytrail::finding::Confidence;
use keytrail::rules::RuleSet;
use keytrail::scan::examine;

const KEYS: u64 = 1_000;
/// Of a thousand keys one may be missed.
const MISSED: usize = 1;
/// How many keys of each kind go through all shapes where their ends matter.
const FEW: usize = 30;

/// Name, template. A shape with both halves must come out paired.
const SHAPES: &[(&str, &str)] = &[
    // The secret alone.
    ("env, secret alone", "AWS_SECRET_ACCESS_KEY=@S\n"),
    ("quoted, secret alone", "aws_secret_access_key = \"@S\"\n"),
    (
        "YAML, secret alone",
        "aws:\n  secretAccessKey: @S\n  region: eu-west-1\n",
    ),
    ("single quotes, secret alone", "const secretAccessKey = '@S';\n"),
    ("export, secret alone", "export AWS_SECRET_ACCESS_KEY='@S'\n"),
    ("JSON, secret alone", "{\"SecretAccessKey\": \"@S\"}\n"),
    ("Dockerfile ENV, secret alone", "ENV AWS_SECRET_ACCESS_KEY @S\n"),
    ("properties, secret alone", "aws.secretKey=@S\n"),
    ("escaped slashes, secret alone", "{\"aws_secret_access_key\":\"@/\"}\n"),
    ("base64, secret alone", "data:\n  AWS_SECRET_ACCESS_KEY: @T\n"),
    // The id alone.
    ("env, id alone", "AWS_ACCESS_KEY_ID=@I\n"),
    ("bare, id alone", "the key @I was used"),
    ("id beside underscores", "backup_@I_2024.tar"),
    (
        "id in a presigned URL",
        "https://b.s3.amazonaws.com/o?X-Amz-Credential=@I%2F20240115%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20240115T101112Z",
    ),
    (
        "id in a version 2 URL",
        "<a href=\"https://b.s3.amazonaws.com/o?AWSAccessKeyId=@I&amp;Expires=1705313472\">",
    ),
    ("id after an escape", "x%3D@I%26y"),
    // Both.
    ("env pair", "AWS_ACCESS_KEY_ID=@I\nAWS_SECRET_ACCESS_KEY=@S\n"),
    (
        "env pair, secret first",
        "AWS_SECRET_ACCESS_KEY=@S\nAWS_ACCESS_KEY_ID=@I\n",
    ),
    (
        "credentials file",
        "[default]\naws_access_key_id = @I\naws_secret_access_key = @S\n",
    ),
    (
        "CRLF",
        "[default]\r\naws_access_key_id = @I\r\naws_secret_access_key = @S\r\n",
    ),
    (
        "pair 100 lines apart",
        "aws_access_key_id = @I\n@100aws_secret_access_key = @S\n",
    ),
    ("console CSV", "Access key ID,Secret access key\n@I,@S\n"),
    (
        "console CSV before 2017",
        "User Name,Access Key Id,Secret Access Key\n\"bob\",@I,@S\n",
    ),
    ("rootkey.csv", "AWSAccessKeyId=@I\nAWSSecretKey=@S\n"),
    (
        "XML elements",
        "<credentials>\n  <accessKey>@I</accessKey>\n  <secretKey>@S</secretKey>\n</credentials>\n",
    ),
    (
        "Hadoop XML",
        "<property><name>fs.s3a.access.key</name><value>@I</value></property>\n<property><name>fs.s3a.secret.key</name><value>@S</value></property>\n",
    ),
    (
        "XML attributes",
        "<aws accessKey=\"@I\" secretKey=\"@S\" region=\"us-east-1\"/>\n",
    ),
    (
        "app.config",
        "<add key=\"AWSAccessKey\" value=\"@I\"/>\n<add key=\"AWSSecretKey\" value=\"@S\"/>\n",
    ),
    (
        "Java constructor",
        "AWSCredentials c = new BasicAWSCredentials(\"@I\", \"@S\");\n",
    ),
    (
        "Java constructor over lines",
        "new BasicAWSCredentials(\n        \"@I\",\n        \"@S\");\n",
    ),
    (
        "Go constructor",
        "credentials.NewStaticCredentials(\"@I\", \"@S\", \"\")\n",
    ),
    (
        "C# constructor",
        "var c = new AmazonS3Client(\"@I\", \"@S\", RegionEndpoint.EUWest1);\n",
    ),
    ("Python positional", "conn = boto.connect_s3('@I', '@S')\n"),
    (
        "Python keywords",
        "boto3.client('s3', aws_access_key_id='@I', aws_secret_access_key='@S')\n",
    ),
    ("Ruby", "Aws::Credentials.new('@I', '@S')\n"),
    (
        "Ruby hash",
        "Aws.config.update(access_key_id: '@I', secret_access_key: '@S')\n",
    ),
    ("PHP", "'credentials' => ['key' => '@I', 'secret' => '@S'],\n"),
    ("Rust", "Credentials::new(\"@I\", \"@S\", None, None, \"static\")\n"),
    (
        "JavaScript object",
        "new AWS.S3({ accessKeyId: '@I', secretAccessKey: '@S' })\n",
    ),
    (
        "Dockerfile ENV",
        "FROM alpine\nENV AWS_ACCESS_KEY_ID=@I \\\n    AWS_SECRET_ACCESS_KEY=@S\n",
    ),
    (
        "Dockerfile ENV, old form",
        "ENV AWS_ACCESS_KEY_ID @I\nENV AWS_SECRET_ACCESS_KEY @S\n",
    ),
    ("Helm", "s3:\n  accessKey: @I\n  secretKey: @S\n"),
    (
        "Compose list",
        "    environment:\n      - AWS_ACCESS_KEY_ID=@I\n      - AWS_SECRET_ACCESS_KEY=@S\n",
    ),
    (
        "CI variables",
        "env:\n  - name: AWS_ACCESS_KEY_ID\n    value: \"@I\"\n  - name: AWS_SECRET_ACCESS_KEY\n    value: \"@S\"\n",
    ),
    (
        "Terraform",
        "provider \"aws\" {\n  access_key = \"@I\"\n  secret_key = \"@S\"\n}\n",
    ),
    ("URL with user and password", "s3://@I:@%@bucket/path\n"),
    (
        "URL query",
        "https://example.com/cb?aws_access_key_id=@I&aws_secret_access_key=@%&x=1\n",
    ),
    ("passwd-s3fs", "@I:@S\n"),
    ("JSON", "{\"AccessKeyId\": \"@I\", \"SecretAccessKey\": \"@S\"}\n"),
    (
        "JSON, escaped slashes",
        "{\"AccessKeyId\":\"@I\",\"SecretAccessKey\":\"@/\"}\n",
    ),
    (
        "JSON in a string",
        "{\"body\": \"{\\\"AccessKeyId\\\": \\\"@I\\\", \\\"SecretAccessKey\\\": \\\"@S\\\"}\"}\n",
    ),
    (
        "JSON, unicode escapes",
        "{\"AccessKeyId\":\"@I\",\"SecretAccessKey\":\"@u\"}\n",
    ),
    (
        "notebook",
        "{\"cells\":[{\"source\":[\"import boto3\\n\", \"key = '@I'\\n\", \"secret_key = '@S'\\n\"]}]}\n",
    ),
    (
        "aws configure set",
        "aws configure set aws_access_key_id @I\naws configure set aws_secret_access_key @S\n",
    ),
    (
        "aws configure",
        "$ aws configure\nAWS Access Key ID [None]: @I\nAWS Secret Access Key [None]: @S\nDefault region name [None]: eu-west-1\n",
    ),
    (
        "table of the CLI",
        "|  AccessKeyId    |  @I                      |\n|  SecretAccessKey|  @S  |\n",
    ),
    (
        "text of the CLI",
        "ACCESSKEY\t@I\t2026-01-02T03:04:05+00:00\t@S\tActive\tbob\n",
    ),
    (
        "Markdown table",
        "| Access key | @I |\n|---|---|\n| Secret key | `@S` |\n",
    ),
    (
        "prose",
        "Hi Ann, the access key is @I and the secret key is @S, please do not share them.\n",
    ),
    ("chat", "bob: here you go\nbob: key @I\nbob: secret @S\n"),
    (
        "Kubernetes, base64",
        "apiVersion: v1\nkind: Secret\ndata:\n  AWS_ACCESS_KEY_ID: @J\n  AWS_SECRET_ACCESS_KEY: @T\n",
    ),
    ("Kubernetes, base64 of a file", "data:\n  cloud: @F\n"),
    (
        "split literals",
        "ID = \"@1\" + \"@2\"\nSECRET = (\"@3\"\n          \"@4\")\n",
    ),
    (
        "command line",
        "AWS_ACCESS_KEY_ID=@I AWS_SECRET_ACCESS_KEY=@S aws s3 ls\n",
    ),
    ("flags", "s3cmd --access_key=@I --secret_key=@S ls\n"),
    (
        "PowerShell",
        "$env:AWS_ACCESS_KEY_ID=\"@I\"\n$env:AWS_SECRET_ACCESS_KEY=\"@S\"\n",
    ),
    (
        "diff",
        "-aws_access_key_id = old\n+aws_access_key_id = @I\n+aws_secret_access_key = @S\n",
    ),
    ("comment", "# aws_access_key_id = @I\n# aws_secret_access_key = @S\n"),
    ("CMake or Make", "AWS_KEY := @I\nAWS_SECRET := @S\n"),
    ("TOML", "access-key-id = \"@I\"\nsecret-access-key = \"@S\"\n"),
    (
        "minified",
        "a={accessKeyId:\"@I\",secretAccessKey:\"@S\",region:\"x\"};b()",
    ),
    ("Scala", "val c = new BasicAWSCredentials(\"@I\",\"@S\")\n"),
    (
        "Kotlin",
        "val c = StaticCredentialsProvider { accessKeyId = \"@I\"; secretAccessKey = \"@S\" }\n",
    ),
    (
        "Swift",
        "let p = AWSStaticCredentialsProvider(accessKey: \"@I\", secretKey: \"@S\")\n",
    ),
    ("C++", "Aws::Auth::AWSCredentials c(\"@I\", \"@S\");\n"),
    (
        "Perl",
        "Net::Amazon::S3->new({ aws_access_key_id => '@I', aws_secret_access_key => '@S' });\n",
    ),
    (
        "R",
        "Sys.setenv(\"AWS_ACCESS_KEY_ID\" = \"@I\", \"AWS_SECRET_ACCESS_KEY\" = \"@S\")\n",
    ),
    ("Clojure", "(def cred {:access-key \"@I\" :secret-key \"@S\"})\n"),
    (
        "Elixir",
        "config :ex_aws, access_key_id: \"@I\", secret_access_key: \"@S\"\n",
    ),
    ("Lua table", "local aws = s3:new('@I', '@S', 'bucket')\n"),
    ("Python bytes", "sign(b'@I', b'@S')\n"),
    ("tuple", "KEYS = ('@I',\n        '@S')\n"),
    ("SQL", "INSERT INTO cfg (k, s) VALUES ('@I', '@S');\n"),
    (
        "key and value, JSON",
        "[{\"Key\":\"AWS_ACCESS_KEY_ID\",\"Value\":\"@I\"},{\"Key\":\"AWS_SECRET_ACCESS_KEY\",\"Value\":\"@S\"}]\n",
    ),
    (
        "HTML entities",
        "{&quot;AccessKeyId&quot;:&quot;@I&quot;,&quot;SecretAccessKey&quot;:&quot;@S&quot;}",
    ),
    (
        "JSON in a URL",
        "?c=%7B%22AccessKeyId%22%3A%22@I%22%2C%22SecretAccessKey%22%3A%22@%%22%7D",
    ),
    (
        "docker run",
        "docker run -e AWS_ACCESS_KEY_ID=@I -e AWS_SECRET_ACCESS_KEY=@S img\n",
    ),
    (
        "terraform -var",
        "terraform apply -var 'access_key=@I' -var 'secret_key=@S'\n",
    ),
    (
        "ANSI log",
        "\u{1b}[32mAWS_ACCESS_KEY_ID\u{1b}[0m=@I\n\u{1b}[32mAWS_SECRET_ACCESS_KEY\u{1b}[0m=@S\n",
    ),
    (
        "log with time",
        "2024-01-15 10:11:12 INFO aws_access_key_id=@I aws_secret_access_key=@S\n",
    ),
    ("split, one line", "id = '@1' + '@2'; secret = '@3' + '@4';\n"),
    ("split, PHP", "$id = '@1' . '@2';\n$secret_key = '@3' . '@4';\n"),
    (
        "split, Java",
        "String id = \"@I\";\nString secretKey = \"@3\" +\n    \"@4\";\n",
    ),
    (
        "split, C",
        "const char *id = \"@I\";\nconst char *secret_key = \"@3\"\n    \"@4\";\n",
    ),
    (
        "env file of GitHub",
        "echo \"AWS_ACCESS_KEY_ID=@I\" >> $GITHUB_ENV\necho \"AWS_SECRET_ACCESS_KEY=@S\" >> $GITHUB_ENV\n",
    ),
    ("YAML list of pairs", "- access_key: '@I'\n  secret_key: '@S'\n"),
    (
        "plist",
        "<key>AWSAccessKeyId</key>\n<string>@I</string>\n<key>AWSSecretKey</key>\n<string>@S</string>\n",
    ),
    ("NUL bytes around", "\0\u{1}aws\0@I\0@S\0\u{2}"),
    ("tab separated", "@I\t@S\n"),
    ("two lines", "@I\n@S\n"),
    (
        "C# object",
        "new BasicAWSCredentials(accessKey: \"@I\", secretKey: \"@S\")\n",
    ),
    (
        "Vault",
        "vault write aws/config/root access_key=@I secret_key=@S region=us-east-1\n",
    ),
    ("full-width colon notes", "Access Key ID：@I\nSecret Access Key：@S\n"),
    ("curly quotes", "access key “@I” secret “@S”\n"),
];

fn detectors() -> Detectors {
    let rules = RuleSet::builtin().expect("the built-in rules are valid");
    Detectors::new(&rules).expect("and their detectors exist")
}

/// The template with a key in it.
fn fill(template: &str, key: &Pair) -> String {
    let Pair { id, secret } = key;
    let file = format!("[default]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let filler: String = (1..=100).map(|n| format!("setting_{n} = {}\n", n * 7)).collect();
    let cut = 3 + secret.bytes().next().map_or(0, usize::from) % 30;
    template
        .replace("@100", &filler)
        .replace("@I", id)
        .replace("@S", secret)
        .replace("@J", &ENCODE.encode(id.as_bytes()))
        .replace("@T", &ENCODE.encode(secret.as_bytes()))
        .replace("@F", &ENCODE.encode(file.as_bytes()))
        .replace("@/", &secret.replace('/', "\\/"))
        .replace("@%", &secret.replace('+', "%2B").replace('/', "%2F"))
        .replace("@u", &secret.replace('+', "\\u002b").replace('/', "\\u002F"))
        .replace("@1", &id[..10])
        .replace("@2", &id[10..])
        .replace("@3", &secret[..cut])
        .replace("@4", &secret[cut..])
}

/// Whether a content's candidates hold what the shape has of the key, sure enough, and paired.
fn holds(found: &[Candidate], has: (bool, bool), key: &Pair) -> bool {
    let place = |rule: &str, value: &str| {
        found.iter().position(|candidate| {
            #[expect(clippy::disallowed_methods, reason = "the test compares the value")]
            let same = candidate.secret.expose() == value.as_bytes();
            same && candidate.rule.id == rule
                && candidate.confidence >= Confidence::Medium
                && candidate.placeholder.is_none()
        })
    };
    let id = place("aws-access-key-id", &key.id);
    let secret = place("aws-secret-access-key", &key.secret);
    match (has, id, secret) {
        ((true, false), Some(_), _) | ((false, true), _, Some(_)) => true,
        ((true, true), Some(id), Some(secret)) => {
            let mate = |at: usize| found[at].mate.map(|mate| mate.index);
            mate(id) == Some(secret) && mate(secret) == Some(id)
        }
        _ => false,
    }
}

/// Counts the keys of a shape that are missed, and gives an example.
fn missed(detectors: &Detectors, template: &str, encode: fn(&str) -> Vec<u8>, keys: &[Pair]) -> (usize, String) {
    let has = (
        ["@I", "@J", "@F", "@1"].iter().any(|mark| template.contains(mark)),
        ["@S", "@T", "@F", "@3", "@/", "@%", "@u"]
            .iter()
            .any(|mark| template.contains(mark)),
    );
    assert!(has.0 || has.1, "{template}: a shape holds something");
    let mut wrong = keys.iter().filter(|key| {
        let bytes = encode(&fill(template, key));
        !holds(&examine(detectors, &bytes), has, key)
    });
    let example = wrong.next().map_or(String::new(), |key| fill(template, key));
    (wrong.count() + usize::from(!example.is_empty()), example)
}

fn keys(seed: u64) -> Vec<Pair> {
    let mut random = Random::new(seed);
    (0..KEYS).map(|_| random.pair()).collect()
}

fn plain(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[test]
fn a_thousand_keys_in_every_shape() {
    let detectors = detectors();
    let mut bad = Vec::new();
    for (number, (name, template)) in SHAPES.iter().enumerate() {
        let (count, example) = missed(&detectors, template, plain, &keys(number as u64));
        if count > MISSED {
            bad.push(format!("{name}: {count} of {KEYS} missed, such as\n{example}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// The signs of base64 at the ends are where a boundary is easily taken wrong.
#[test]
fn secrets_that_begin_or_end_in_a_sign() {
    let detectors = detectors();
    let mut bad = Vec::new();
    for (first, last) in [
        ("+", ""),
        ("/", ""),
        ("", "+"),
        ("", "/"),
        ("+", "/"),
        ("/", "/"),
        ("+", "+"),
    ] {
        let mut random = Random::new(77);
        let keys: Vec<Pair> = (0..KEYS)
            .map(|_| Pair {
                secret: format!("{first}{}{last}", random.class(BASE64, 40 - first.len() - last.len())),
                ..random.pair()
            })
            .collect();
        for (name, template) in SHAPES {
            // Fewer keys, but in every shape.
            let (count, example) = missed(&detectors, template, plain, &keys[..FEW]);
            if count > 0 {
                bad.push(format!(
                    "{name}, {first}…{last}: {count} of {FEW} missed, such as\n{example}"
                ));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

/// UTF-16 is read as text before it is examined, so this goes through the program: a file for each key.
#[test]
fn utf_16_with_a_byte_order_mark() {
    let template = "[default]\r\naws_access_key_id = @I\r\naws_secret_access_key = @S\r\n";
    let folder = tempfile::tempdir().expect("a temporary folder");
    let keys = keys(5);
    for (number, key) in keys.iter().enumerate() {
        let text = format!("\u{feff}{}", fill(template, key));
        let bytes: Vec<u8> = match number % 2 {
            0 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        std::fs::write(folder.path().join(format!("{number}.ini")), bytes).expect("a file");
    }
    let run = program::run(folder.path(), &["scan", "--report", "json", "--show-secrets"]);
    let report = run.json();
    let by_secret: HashMap<&str, &serde_json::Value> = program::findings(&report)
        .iter()
        .map(|finding| (finding["secret_raw"].as_str().expect("text"), finding))
        .collect();
    let paired = keys.iter().filter(|key| {
        let halves = (by_secret.get(&*key.id), by_secret.get(&*key.secret));
        let (Some(id), Some(secret)) = halves else { return false };
        id["aws"]["pair_of"] == secret["id"] && secret["location"]["line"] == 3 && id["location"]["column"] == 21
    });
    assert!(paired.count() + MISSED >= keys.len());
}
