//! What a name is given, in forms of many languages and tools, and what looks like that and is none: digests, encrypted
//! and public values. Values are drawn when a test runs.

mod common;

use common::program::{findings, run};
use common::random::Random;
use common::repo::TestRepo;

/// Names of the files, without their ends, in which something was found of medium confidence at least.
fn reported(repo: &TestRepo) -> Vec<String> {
    let report = run(&repo.path(), &["scan", ".", "--report", "json"]).json();
    let mut names: Vec<String> = findings(&report)
        .iter()
        .filter(|finding| finding["suppressed"].is_null())
        .flat_map(|finding| finding["occurrences"].as_array().expect("a list"))
        .map(|place| place["path"].as_str().expect("a path").to_owned())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// Writes each text to its path, `@` being drawn anew, and returns the paths that were reported.
fn scan(seed: u64, class: &str, length: usize, texts: &[(&str, &str)]) -> Vec<String> {
    let mut random = Random::new(seed);
    let repo = TestRepo::new();
    for (path, text) in texts {
        repo.write(path, text.replace('@', &random.class(class, length)) + "\n");
    }
    reported(&repo)
}

fn paths(texts: &[(&str, &str)]) -> Vec<String> {
    let mut paths: Vec<String> = texts.iter().map(|(path, _)| (*path).to_owned()).collect();
    paths.sort();
    paths
}

#[test]
fn random_values_are_found_where_a_call_an_entry_or_a_directive_gives_them() {
    let texts = [
        ("property.java", "System.setProperty(\"ACME_TOKEN\", \"@\");"),
        ("header.go", "req.Header.Set(\"X-Api-Key\", \"@\")"),
        ("default.py", "key = os.getenv(\"API_KEY\", \"@\")"),
        ("secret.php", "define('API_SECRET', '@');"),
        (
            "task.json",
            "{\"environment\":[{\"name\":\"API_KEY\",\"value\":\"@\"}]}",
        ),
        ("aligned.rb", "  :api_key       => '@',"),
        ("Dockerfile", "FROM scratch\nENV API_KEY @"),
        ("board.h", "#define API_KEY \"@\""),
        ("login.csh", "setenv API_KEY @"),
        ("config.fish", "set -gx API_KEY @"),
        ("setup.bat", "setx API_KEY \"@\""),
        ("site.conf", "proxy_set_header X-Api-Key @;"),
        ("call.sh", "curl -H \"Authorization: token @\" https://api.corp.net"),
    ];
    assert_eq!(scan(81, "A-Za-z0-9", 36, &texts), paths(&texts));
}

#[test]
fn passwords_are_found_where_a_directive_a_statement_or_a_command_gives_them() {
    let texts = [
        ("wifi.h", "#define WIFI_PASSWORD \"@\""),
        ("Dockerfile", "FROM scratch\nENV DB_PASSWORD @"),
        ("redis.conf", "requirepass @"),
        ("pod.yaml", "env:\n- name: DB_PASSWORD\n  value: \"@\""),
        ("Info.plist", "<key>Password</key>\n<string>@</string>"),
        (
            "build.gradle",
            "credentials {\n    username 'deploy'\n    password '@'\n}",
        ),
        ("notes.md", "* **Password:** @"),
        ("copy.sh", "sshpass -p '@' ssh 10.0.0.5"),
        ("push.sh", "docker login -u ci -p @ registry.corp.net"),
        ("dump.sh", "mysqldump -u root -p@ app"),
        ("call.py", "requests.get(url, auth=('ci', '@'))"),
        ("mail.cs", "client.Credentials = new NetworkCredential(\"ci\", \"@\");"),
    ];
    assert_eq!(scan(87, "A-Za-z0-9", 14, &texts), paths(&texts));
}

#[test]
fn digests_of_lock_files_and_charts_are_no_secrets() {
    let texts = [
        ("ios/Podfile.lock", "SPEC CHECKSUMS:\n  FirebaseAuth: @"),
        ("web/package-lock.json", "{\"token\": \"1.0\", \"secret\": \"@\"}"),
        ("chart.yaml", "annotations:\n  checksum/secret: @@"),
    ];
    assert_eq!(scan(83, "0-9a-f", 40, &texts), [""; 0]);
    let texts = [("notes.txt", "example.com/zalando/go-secret v0.2.3 h1:@=")];
    assert_eq!(scan(84, "A-Za-z0-9", 43, &texts), [""; 0]);
}

#[test]
fn encrypted_and_public_values_are_no_secrets() {
    let texts = [
        ("sops.yaml", "db_password: ENC[AES256_GCM,data:@,iv:@,tag:@,type:str]"),
        ("application.yml", "spring:\n  datasource:\n    password: '{cipher}@'"),
        ("kms.tf", "secret = \"AQICAH@@@\""),
        ("map.js", "mapboxgl.accessToken = 'pk.eyJ@.@';"),
        ("app.csproj", "<UserSecretsId>@</UserSecretsId>"),
    ];
    assert_eq!(scan(85, "A-Za-z0-9", 44, &texts), [""; 0]);
    let texts = [("token.js", "const tokenAddress = \"0x@\";")];
    assert_eq!(scan(86, "0-9a-f", 40, &texts), [""; 0]);
}

#[test]
fn the_token_that_everybody_shows_is_a_placeholder() {
    let mut random = Random::new(88);
    let repo = TestRepo::new();
    let mut token = |claims: &str| {
        let part = |json: &str| data_encoding::BASE64URL_NOPAD.encode(json.as_bytes());
        let signature = random.class("A-Za-z0-9_-", 43);
        format!("{}.{}.{signature}\n", part("{\"alg\":\"HS256\"}"), part(claims))
    };
    repo.write("shown.md", token("{\"sub\":\"1234567890\",\"name\":\"John Doe\"}"));
    repo.write("issued.md", token("{\"sub\":\"4711\",\"name\":\"Kim\"}"));
    assert_eq!(reported(&repo), ["issued.md"]);
}

#[test]
fn a_name_without_a_value_stays_silent() {
    let texts = [
        ("size.h", "#define PASSWORD_LENGTH 128"),
        ("head.h", "#define API_KEY_HEADER \"X-Api-Key\""),
        (
            "Dockerfile",
            "FROM scratch\nENV DB_PASSWORD ${DB_PASSWORD}\nENV TOKEN_FILE /run/secrets/token1",
        ),
        (
            "a.sh",
            "sshpass -p \"$PW\" ssh host\nmysql -u root -p app\nmysql -h db -p3306 app",
        ),
        ("a.gradle", "credentials {\n    password project.password\n}"),
        (
            "a.py",
            "requests.get(url, auth=(user, password))\nos.getenv('API_TOKEN', '')",
        ),
        ("a.json", "[{\"name\":\"api_key\",\"value\":\"{{apiKey}}\"}]"),
        (
            "a.ps1",
            "$password = ConvertTo-SecureString $env:PW -AsPlainText -Force",
        ),
    ];
    assert_eq!(scan(87, "a-z", 8, &texts), [""; 0]);
}

#[test]
fn passwords_are_found_within_what_only_wraps_them_and_after_flags_of_openssl() {
    let texts = [
        ("Session.scala", "  password = Some(\"@\"),"),
        ("Login.java", "  String password = new String(\"@\");"),
        ("aligned.rb", "  config.password            = '@'"),
        (
            "certificate.sh",
            "openssl genrsa -aes256 -passout pass:@ -out ca.pem 4096",
        ),
    ];
    assert_eq!(scan(87, "A-Za-z0-9", 14, &texts), paths(&texts));
}

#[test]
fn what_is_said_of_a_secret_or_reckoned_from_it_is_not_reported() {
    let texts = [
        ("type.py", "token_type = \"@\""),
        ("file.yml", "password_file: @"),
        ("wrapped.json", "{\"encryptedKey\": \"@\"}"),
        ("print.json", "{\"encryptionKeyFingerprint\": \"@\"}"),
        (
            "arn.json",
            "{\"ARN\": \"arn:aws:secretsmanager:us-east-1:123456789012:secret:@\"}",
        ),
        ("next.json", "{\"nextForwardToken\": \"f/@\"}"),
    ];
    assert_eq!(scan(88, "a-f0-9", 40, &texts), Vec::<String>::new());
}

#[test]
fn what_a_protocol_or_a_page_shows_is_no_secret() {
    let secret = [("hook.json", r#"{"token": "@"}"#), ("client.js", "apiKey: '@',")];
    let shown = [
        (
            "signed.json",
            r#"{"signature": {"timestamp": "1529006854", "token": "@", "signature": "x"}}"#,
        ),
        ("search.js", "docsearch({ apiKey: '@', indexName: 'pages' })"),
        ("plugin.go", "MagicCookieKey: \"PLUGIN\", MagicCookieValue: \"@\","),
        ("digest.txt", "Authentication-Info: rspauth=@,qop=auth"),
        ("keys.sh", "gpg --keyserver keys.corp.net --recv-keys @"),
    ];
    let all = [&secret[..], &shown[..]].concat();
    assert_eq!(scan(83, "[0-9a-f]", 50, &all), paths(&secret));
}

#[test]
fn a_word_in_a_map_of_yaml_is_a_value() {
    let found = [("nats.conf", "authorization: { user: kim, password: @, timeout: 1 }")];
    let call = [("login.rb", "login(user: kim, password: @, timeout: 1)")];
    let all = [&found[..], &call[..]].concat();
    assert_eq!(scan(84, "[a-z]", 12, &all), paths(&found));
}

#[test]
fn words_for_a_password_are_doubted_in_tests_alone() {
    let word = data_encoding::BASE64.encode(b"horse battery");
    let text = |path: &str| (path.to_owned(), format!("data:\n  password: {word}\n"));
    let repo = TestRepo::new();
    for (path, text) in [text("deploy/secret.yaml"), text("tests/secret.yaml")] {
        repo.write(&path, text);
    }
    assert_eq!(reported(&repo), ["deploy/secret.yaml"]);
}

#[test]
fn passwords_are_found_that_stand_apart_from_their_names() {
    let texts = [
        ("literal.yml", "db:\n  password: |\n    @\n  port: 3"),
        ("folded.yml", "db:\n  password: >-\n    @"),
        ("tag.yml", "db:\n  password: !!str @"),
        ("anchor.yml", "db:\n  password: &pw @\n  again: *pw"),
        ("value.yml", "parameters:\n  adminPassword:\n    value: @"),
        (
            "stack.yml",
            "Parameters:\n  DBPassword:\n    Type: String\n    NoEcho: true\n    Default: @",
        ),
        ("line.json", "{\"adminPassword\": {\"value\": \"@\"}}"),
        ("lines.json", "{\n  \"adminPassword\": {\n    \"value\": \"@\"\n  }\n}"),
        (
            "variables.tf",
            "variable \"db_password\" {\n  type = string\n  default = \"@\"\n}",
        ),
        (
            "helm.tf",
            "set_sensitive {\n  name  = \"db.password\"\n  value = \"@\"\n}",
        ),
        ("Settings.cs", "    public string Password { get; set; } = \"@\";"),
        ("Login.vb", "Dim password As String = \"@\""),
        ("Login.kt", "val dbPassword = System.getenv(\"DB_PASSWORD\") ?: \"@\""),
        ("login.js", "const dbPassword = process.env.DB_PASSWORD ?? \"@\";"),
        ("login.py", "DB_PASSWORD = os.environ.get(\"X\") or \"@\""),
        ("default.py", "DB_PASSWORD = os.environ.get(\"X\", \"@\")"),
        ("a.properties", "db.user=kim\ndb.password=\\\n    @"),
        (
            "option.py",
            "parser.add_argument(\"--password\", type=str, default=\"@\")",
        ),
        (
            "postman.json",
            "{\"key\": \"password\", \"type\": \"string\", \"value\": \"@\"}",
        ),
        ("bean.xml", "<beans><property value=\"@\" name=\"password\"/></beans>"),
        ("keys.sh", "keytool -genkey -keystore a.jks -storepass @ -alias a"),
        ("login.rb", "DB_PASSWORD = ENV.fetch(\"X\") { \"@\" }"),
        ("login.pl", "my $password = $ENV{X} // \"@\";"),
        ("login.cpp", "const std::string password{\"@\"};"),
        ("login.scala", "val password = \"\"\"@\"\"\""),
        ("login.tcl", "set password \"@\""),
        ("login.config", "[{db, [{user, \"kim\"}, {password, \"@\"}]}]."),
        ("binary.config", "{password, <<\"@\">>}."),
        (
            "flags.go",
            "flag.StringVar(&password, \"password\", \"@\", \"of the database\")",
        ),
        ("share.sh", "smbclient //srv/share -U kim%@ -c ls"),
        ("auth.sh", "htpasswd -bc /etc/nginx/.htpasswd kim @"),
        ("sql.sh", "az sql server create -n srv -u kim -p @ -g rg"),
        ("enc.sh", "openssl enc -aes-256-cbc -in a -out b -k @"),
    ];
    assert_eq!(scan(91, "A-Za-z0-9", 14, &texts), paths(&texts));
    let texts = [
        ("vault.yml", "password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  @"),
        ("ref.yml", "password: !Ref @"),
        (
            "text.yml",
            "password: |\n  The password must have @ signs\n  and a digit.",
        ),
        ("from.yml", "password:\n  valueFrom:\n    secretKeyRef:\n      name: @"),
        ("template.yml", "password:\n  value: {{ .Values.password }}"),
        (
            "reference.json",
            "{\"password\": {\"reference\": {\"secretName\": \"@\"}}}",
        ),
        (
            "text.tf",
            "variable \"db_password\" {\n  description = \"The @ of the database\"\n}",
        ),
        ("helm.tf", "set {\n  name = \"db.password\"\n  value = var.password\n}"),
        (
            "Settings.cs",
            "public string Password { get; set; }\npublic string Name = \"@\";",
        ),
        ("bean.xml", "<property value=\"${@}\" name=\"password\"/>"),
        ("call.sh", "curl -H \"Authorization: token $TOKEN\" https://@"),
        (
            "option.py",
            "parser.add_argument(\"--password\", help=\"the @\", default=None)",
        ),
        ("kind.js", "const kind = isPassword || '@'"),
        ("other.py", "password = args.password or config[\"@\"]"),
        ("pair.js", "const {password, other} = {password, \"@\": 1};"),
        ("set.vim", "set password @"),
        ("note.php", "$password = $x // \"@\" it was"),
    ];
    assert_eq!(scan(92, "a-z", 8, &texts), [""; 0]);
}
