//! The action, the template and the pages' examples, judged by their vendors' schemas and by an auditor of workflows, and
//! the action's scripts run as a runner does.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::world::{World, ZEROS, push};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs an outside tool below target/tools; it must be content.
fn judge(tool: &str, arguments: &[&str]) {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| Path::new(ROOT).join("target"), PathBuf::from);
    let tool = target.join("tools").join(tool);
    assert!(tool.exists(), "{} is missing: run tests/install-tools", tool.display());
    let output = Command::new(tool).args(arguments).output().expect("it starts");
    assert!(output.status.success(), "{arguments:?}: {}", said(&output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// Azure's schema has patterns that are none in Unicode mode.
fn check_schema(schema: &str, file: &Path) {
    let file = file.to_str().expect("a plain path");
    let schema = format!("vendor.{schema}");
    let module = [
        "-m",
        "check_jsonschema",
        "--regex-variant",
        "nonunicode",
        "--builtin-schema",
    ];
    judge("consumers/bin/python", &[&module[..], &[&schema, file]].concat());
}

#[test]
fn action_and_template_are_what_their_vendors_take() {
    check_schema("github-actions", &Path::new(ROOT).join(".github/action/action.yml"));
    check_schema(
        "gitlab-ci",
        &Path::new(ROOT).join("docs/templates/keytrail.gitlab-ci.yml"),
    );
    for workflow in fs::read_dir(Path::new(ROOT).join(".github/workflows")).expect("a folder") {
        check_schema("github-workflows", &workflow.expect("a file").path());
    }
}

#[test]
fn workflows_and_action_pass_an_audit() {
    judge(
        "packages/bin/zizmor",
        &["--offline", "--no-progress", &format!("{ROOT}/.github")],
    );
}

#[test]
fn examples_of_the_page_are_what_their_vendors_take() {
    let page = fs::read_to_string(Path::new(ROOT).join("docs/ci.md")).expect("the page");
    let folder = tempfile::tempdir().expect("a folder");
    let mut checked = 0;
    for block in page.split("```yaml\n").skip(1) {
        let block = block.split("```").next().expect("a block ends");
        let name = block
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# "))
            .expect("a block has a name");
        let schema = match name {
            ".github/workflows/keytrail.yml" => "github-workflows",
            ".gitlab-ci.yml" => "gitlab-ci",
            "bitbucket-pipelines.yml" => "bitbucket-pipelines",
            "azure-pipelines.yml" => "azure-pipelines",
            ".buildkite/pipeline.yml" => "buildkite",
            ".circleci/config.yml" => "circle-ci",
            name => panic!("{name}: no schema is known"),
        };
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(&file, block).expect("a file");
        check_schema(schema, &file);
        checked += 1;
    }
    assert_eq!(checked, 6);
    let workflows = folder.path().join(".github");
    judge(
        "packages/bin/zizmor",
        &["--offline", "--no-progress", workflows.to_str().expect("a plain path")],
    );
}

/// Runs a script of the action with these variables; gives its output and what it told later steps.
fn step(script: &str, folder: &Path, variables: &[(&str, &str)]) -> (Output, String) {
    let outputs = folder.join("outputs");
    fs::write(&outputs, "").expect("a file");
    let mut command = Command::new(Path::new(ROOT).join(".github/action").join(script));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GITHUB_OUTPUT", &outputs)
        .envs(variables.iter().copied())
        .current_dir(folder);
    let output = command.output().expect("the script starts");
    (output, fs::read_to_string(&outputs).expect("the outputs"))
}

#[test]
fn the_action_opens_only_the_release_that_was_asked_for() {
    let temp = tempfile::tempdir().expect("a folder");
    let folder = temp.path();
    let name = "keytrail-0.1.0-x86_64-unknown-linux-gnu";
    let release = folder.join("releases/v0.1.0");
    fs::create_dir_all(&release).expect("a folder");
    fs::create_dir(folder.join(name)).expect("a folder");
    let released = folder.join(name).join("keytrail");
    fs::write(&released, "#!/bin/sh\necho released\n").expect("a file");
    fs::set_permissions(&released, fs::Permissions::from_mode(0o755)).expect("a program");
    let archive = release.join(format!("{name}.tar.gz"));
    let pack = Command::new("tar")
        .arg("-czf")
        .arg(&archive)
        .args(["-C", folder.to_str().unwrap(), name])
        .status();
    assert!(pack.expect("tar runs").success());
    let digest = Command::new("sha256sum")
        .arg(&archive)
        .output()
        .expect("it runs")
        .stdout;
    let digest = String::from_utf8_lossy(&digest[..64]).into_owned();
    let releases = format!("file://{}", folder.join("releases").display());
    let runner = folder.join("runner");
    let install = |version: &str, sha256: &str| {
        let runner = runner.to_str().unwrap();
        let fixed = [
            ("RUNNER_OS", "Linux"),
            ("RUNNER_ARCH", "X64"),
            ("RUNNER_TEMP", runner),
            ("RELEASES", &releases),
        ];
        step(
            "install",
            folder,
            &[&fixed[..], &[("VERSION", version), ("SHA256", sha256)]].concat(),
        )
    };
    let other = "0".repeat(64);
    for (version, sha256, why) in [
        ("0.1.0", &other[..], "another SHA-256"),
        ("0.1.0", "", "not the SHA-256"),
        ("0.2.0", &digest, "cannot be downloaded"),
        ("../../x", &digest, "no version"),
        ("$(touch x)", &digest, "no version"),
        ("", "", "not on the PATH"),
    ] {
        let (output, told) = install(version, sha256);
        assert_eq!(output.status.code(), Some(2), "{version}: {}", said(&output));
        assert!(
            said(&output).contains(why) && told.is_empty(),
            "{version}: {}",
            said(&output)
        );
        assert!(!runner.join(name).join("keytrail").exists());
    }
    let (output, told) = install("0.1.0", &digest);
    assert!(output.status.success(), "{}", said(&output));
    let program = told.trim_end().strip_prefix("program=").expect("an output");
    let ran = Command::new(program).output().expect("it is a program");
    assert_eq!(ran.stdout, b"released\n");
}

#[test]
fn the_action_scans_and_says_how_many() {
    let world = World::new(20);
    let head = world
        .repo
        .commit_file("a", format!("AWS_ACCESS_KEY_ID={}\n", world.key()))
        .to_string();
    let clone = world.whole_clone("clone", &[], &head);
    let event = world.github("push", &push("refs/heads/main", ZEROS, &head), &[]);
    let mut variables: Vec<(&str, &str)> = event.iter().map(|(name, value)| (&name[..], &value[..])).collect();
    let quoted = world.repo.beside("with blanks; $(x).json");
    let arguments = format!("--report\njson={}\n\n--as-of\n2026-01-01T00:00:00Z", quoted.display());
    variables.extend([
        ("PROGRAM", env!("CARGO_BIN_EXE_keytrail")),
        ("SARIF", "keytrail.sarif"),
        ("ARGUMENTS", &arguments),
    ]);
    let (output, told) = step("scan", &clone, &variables);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert_eq!(told, "findings=1\nsarif=keytrail.sarif\n");
    assert!(quoted.exists() && clone.join("keytrail.sarif").exists());
    assert!(said(&output).contains("::warning "), "{}", said(&output));
}
