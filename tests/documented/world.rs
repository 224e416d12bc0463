//! What the commands of the documentation run in: the home of somebody with a repository, the lists of an account, and
//! files of other scanners. Keys are made when the test runs.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;

use super::pages::pages;
use crate::common::account::{Account, lines};
use crate::common::hooked::{program_folder, with_path};
use crate::common::program::{Run, findings, finish, run};
use crate::common::random::Random;
use crate::common::repo::TestRepo;

/// A home that is copied for every block: `repo` in it is the repository, `project.git` a server's.
pub struct World {
    home: TempDir,
    /// The environment of git, with a person's name and without a person's settings.
    environment: Vec<(OsString, OsString)>,
    /// Words of the documentation, and what stands for them in this world.
    words: [(&'static str, String); 4],
    /// What no command may show.
    pub secrets: [String; 2],
}

impl World {
    pub fn new() -> Self {
        let repo = TestRepo::new();
        let mut account = Account::new(7);
        let (old, live) = (
            account.key("ci", 300, "Active", Some(3)),
            account.key("deploy", 120, "Active", None),
        );
        let mut random = Random::new(11);
        repo.write("src/main.py", "import os\n\nprint(os.environ)\n");
        repo.write("old.env", lines(&old));
        repo.commit("old settings");
        repo.git(&["rm", "-q", "old.env"]);
        repo.write("deploy/prod.env", lines(&live));
        repo.commit("deploy");
        repo.git(&["clone", "-q", "--bare", ".", "../project.git"]);
        repo.git(&["remote", "add", "origin", "../project.git"]);
        repo.git(&["fetch", "-q", "origin"]);
        repo.write(
            "deploy.env",
            format!("# how to deploy\n\nAPI_SECRET={}\n", random.class("A-Za-z0-9", 40)),
        );
        let commit = repo.commit("more");
        repo.write("staged.env", lines(&random.pair()));
        repo.git(&["add", "staged.env"]);

        let list = fs::read_to_string(account.path().join("keys.json")).expect("a list");
        repo.write("keys.json", list);
        repo.write("report.csv", credential_report());
        repo.write("ours.toml", policy());
        repo.write("gitleaks.toml", GITLEAKS);
        repo.write(".gitleaksignore", format!("{commit}:deploy.env:generic-api-key:3\n"));
        let leak = json!([{"RuleID": "generic-api-key", "File": "deploy.env", "StartLine": 3, "Commit": commit.to_string(),
            "Secret": "REDACTED", "Match": "REDACTED", "Fingerprint": ""}]);
        repo.write("gitleaks.json", leak.to_string());
        let accepted = json!({"version": "1.5.0", "plugins_used": [], "filters_used": [], "results": {"old.env":
            [{"type": "Secret Keyword", "filename": "old.env", "line_number": 2, "is_secret": false,
              "hashed_secret": random.class("0-9a-f", 40)}]}, "generated_at": "2026-01-01T00:00:00Z"});
        repo.write(".secrets.baseline", accepted.to_string());
        repo.write(".secretsignore", "fixtures/*\n");
        repo.write(".github/secret_scanning.yml", "paths-ignore:\n  - \"docs/**\"\n");
        repo.write("acme.toml", acme());
        for folder in FOLDERS {
            fs::create_dir_all(repo.beside(folder)).expect("a folder");
        }

        let scanned = run(
            &repo.path(),
            &["history", "--report", "json=scan.json", "--quiet", "--report", "json"],
        );
        let report = scanned.json();
        let of_key = |finding: &&serde_json::Value| finding["aws"]["key_id"] == live.id.as_str();
        let finding = findings(&report).iter().find(of_key).expect("the key is found");
        let id = finding["id"].as_str().expect("an id").to_owned();
        let words = [
            ("1a3113233946", id),
            ("AKIA…", live.id),
            ("/srv/git/", "$HOME/".to_owned()),
            ("/var/log/", "$HOME/log/".to_owned()),
        ];
        let command = repo.command(&repo.path(), &[]);
        let set = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        Self {
            home: copy_of(&repo.beside(".")),
            environment: set.filter(|(name, _)| name != "GIT_CONFIG_GLOBAL").collect(),
            words,
            secrets: [old.secret, live.secret],
        }
    }

    /// A command with what stands for its words here.
    pub fn say(&self, command: &str) -> String {
        let said = self.words.iter();
        said.fold(command.to_owned(), |said, (word, here)| said.replace(word, here))
    }

    /// A copy of the home.
    pub fn copy(&self) -> TempDir {
        copy_of(&self.home.path().join("."))
    }

    /// Runs a script in the repository of a copy, as a job of a schedule does: `keytrail ci` wants to know.
    pub fn run(&self, home: &Path, script: &str) -> Run {
        let mut command = Command::new("timeout");
        command
            .args(["--kill-after=1", "600", "bash", "-c", script])
            .current_dir(home.join("repo"))
            .env_clear()
            .envs(self.environment.iter().cloned())
            .env("HOME", home)
            .env("GITLAB_CI", "true")
            .env("CI_PIPELINE_SOURCE", "schedule");
        with_path(&mut command, &[program_folder()]);
        finish(&mut command)
    }
}

fn copy_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().expect("a temporary folder");
    let status = Command::new("cp").arg("-a").arg(folder).arg(copy.path()).status();
    assert!(status.expect("cp runs").success());
    copy
}

/// What commands write to, below the home.
const FOLDERS: [&str; 7] = [
    ".cache",
    ".zfunc",
    ".config/fish/completions",
    ".local/share/bash-completion/completions",
    ".local/share/man/man1",
    "log",
    "repo/.husky",
];

const GITLEAKS: &str =
    "[extend]\nuseDefault = true\n[allowlist]\ndescription = \"fixtures\"\npaths = ['''^fixtures/''']\n";

fn credential_report() -> String {
    let head = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
        password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
        access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
        access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
        cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
    let row = "deploy,arn:aws:iam::123456789012:user/deploy,2024-01-01T00:00:00Z,false,N/A,N/A,N/A,false,true,\
        2024-01-01T00:00:00Z,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    format!("{head}\n{row}\n")
}

/// The policy that the documentation shows.
fn policy() -> String {
    block("docs/keys.md", "version = 1")
}

/// The rules file that the documentation shows.
fn acme() -> String {
    block("rules/README.md", "provider = ")
}

fn block(page: &str, begins: &str) -> String {
    let pages = pages();
    let page = pages.iter().find(|found| found.path == page).expect("a page");
    let blocks = page.blocks();
    let block = blocks.iter().find(|block| block.lines[0].starts_with(begins));
    block.expect("a block").lines.join("\n") + "\n"
}
