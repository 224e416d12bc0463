//! The packages: each is built from the program, installed where nothing else is, and does its main job from there.
//!
//! What is built by cargo once more, the wheel and the program as it is released, takes minutes and is ignored by default:
//! `cargo test --test packages -- --include-ignored`. Wants what tests/install-tools installs.

mod common;

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use common::program::{Run, finish};
use common::random::{Pair, Random};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_keytrail");
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn sources() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A script of packaging/, with files dated and compressed the same in every run.
fn script(name: &str) -> Command {
    let mut command = Command::new(sources().join("packaging").join(name));
    command
        .env("SOURCE_DATE_EPOCH", "1700000000")
        .env("DPKG_DEB_COMPRESSOR_TYPE", "gzip")
        .env("DPKG_DEB_COMPRESSOR_LEVEL", "1");
    command
}

/// A command with nothing in its environment but where programs and a home are.
fn clean(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .current_dir(home);
    command
}

fn done(command: &mut Command) -> String {
    let run = finish(command);
    assert_eq!(run.code, 0, "{command:?}: {}{}", run.out(), run.err());
    run.out()
}

/// What `packaging/extras` writes, in a folder.
fn extras(folder: &Path) -> PathBuf {
    let extras = folder.join("extras");
    done(script("extras").arg(PROGRAM).arg(&extras));
    extras
}

/// An installed program tells its version, finds a planted key in a repository's index, and passes when it is gone.
fn does_its_job(program: &Path) {
    let home = folder();
    let keytrail = |arguments: &[&str]| -> Run { finish(clean(program, home.path()).args(arguments)) };
    assert_eq!(keytrail(&["--version"]).out(), format!("keytrail {VERSION}\n"));
    let git = |arguments: &[&str]| done(clean("git", home.path()).args(arguments));
    let Pair { id, secret } = Random::new(60).pair();
    let text = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    fs::write(home.path().join("a b.env"), text).expect("a file");
    git(&["init", "-q"]);
    git(&["add", "a b.env"]);
    let blocked = keytrail(&["staged"]);
    assert_eq!(blocked.code, 1, "{}", blocked.err());
    assert!(blocked.out().contains("a b.env:2:25"), "{}", blocked.out());
    assert!(!blocked.out().contains(&secret));
    git(&["rm", "-q", "--cached", "a b.env"]);
    assert_eq!(keytrail(&["staged"]).code, 0);
    assert_eq!(keytrail(&["scan", "--no-such-flag"]).code, 2);
}

#[test]
fn completions_load_and_complete() {
    let folder = folder();
    let completions = extras(folder.path()).join("completions");
    let shell = |words: &[&str]| done(clean(words[0], folder.path()).args(&words[1..]));
    let file = |name: &str| completions.join(name).display().to_string();
    let bash = format!(
        "source {}; COMP_WORDS=(keytrail hist) COMP_CWORD=1; _keytrail keytrail hist keytrail; echo \"${{COMPREPLY[*]}}\"",
        file("keytrail.bash")
    );
    assert_eq!(shell(&["bash", "--norc", "-c", &bash]), "history\n");
    let fish = format!("source {}; complete -C 'keytrail history --mem'", file("keytrail.fish"));
    let said = shell(&["fish", "--no-config", "-c", &fish]);
    assert!(said.starts_with("--memo\t"), "{said}");
    // zsh completes on a terminal alone; that the function loads and names the commands is what can be asked.
    let zsh = format!(
        "autoload -Uz compinit && compinit -D && source {} && whence -w _keytrail && _describe() {{ print -l -- ${{(P)4}} }} && _keytrail_commands",
        file("_keytrail")
    );
    let said = shell(&["zsh", "-f", "-c", &zsh]);
    assert!(
        said.contains("_keytrail: function") && said.contains("history:"),
        "{said}"
    );
    for name in ["_keytrail.ps1", "keytrail.elv"] {
        let text = fs::read_to_string(file(name)).expect("it was written");
        assert!(text.contains("'keytrail;history'"), "{name}");
    }
}

#[test]
fn every_command_has_a_man_page_that_is_well_formed() {
    let folder = folder();
    let man = extras(folder.path()).join("man");
    let mut pages: Vec<String> = fs::read_dir(&man)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    pages.sort();
    for command in [
        "",
        "-scan",
        "-staged",
        "-range",
        "-history",
        "-baseline-create",
        "-keys-iam-policy",
        "-man",
    ] {
        assert!(pages.contains(&format!("keytrail{command}.1")), "{command}: {pages:?}");
    }
    let lint = |page: &Path| {
        done(
            clean("mandoc", folder.path())
                .args(["-T", "lint", "-W", "error"])
                .arg(page),
        )
    };
    for page in &pages {
        assert_eq!(lint(&man.join(page)), "", "{page}");
    }
    let read = done(
        clean("mandoc", folder.path())
            .args(["-T", "utf8"])
            .arg(man.join("keytrail-history.1")),
    );
    assert!(read.contains(&format!("keytrail {VERSION}")), "{read}");
    let alone = finish(clean(PROGRAM, folder.path()).arg("man"));
    assert_eq!(alone.stdout, fs::read(man.join("keytrail.1")).expect("a page"));
    let refused = finish(clean(PROGRAM, folder.path()).args(["man", "/dev/null/pages"]));
    assert_eq!(refused.code, 2);
    assert!(
        refused.err().contains("not all pages could be written"),
        "{}",
        refused.err()
    );
}

#[test]
fn the_archive_holds_the_program_and_is_the_same_each_time() {
    let folder = folder();
    let extras = extras(folder.path());
    let pack = |into: &str| -> PathBuf {
        let into = folder.path().join(into);
        let said = done(
            script("archive")
                .arg(PROGRAM)
                .arg(&extras)
                .arg("x86_64-unknown-linux-gnu")
                .arg(into),
        );
        said.trim_end().into()
    };
    let (first, second) = (pack("one"), pack("two"));
    assert!(fs::read(&first).expect("it was written") == fs::read(&second).expect("it was written"));
    done(clean("tar", folder.path()).arg("-xzf").arg(&first));
    let unpacked = folder
        .path()
        .join(format!("keytrail-{VERSION}-x86_64-unknown-linux-gnu"));
    for file in [
        "LICENSE-MIT",
        "README.md",
        "man/keytrail.1",
        "completions/keytrail.bash",
    ] {
        assert!(unpacked.join(file).is_file(), "{file}");
    }
    does_its_job(&unpacked.join("keytrail"));
}

#[test]
fn the_debian_package_installs_and_leaves_nothing_behind() {
    let folder = folder();
    let extras = extras(folder.path());
    let pack = || -> PathBuf {
        let said = done(script("deb").arg(PROGRAM).arg(&extras).arg("amd64").arg(folder.path()));
        said.trim_end().into()
    };
    let package = pack();
    let first = fs::read(&package).expect("it was written");
    assert!(first == fs::read(pack()).expect("it was written"));

    let root = folder.path().join("root");
    for state in ["updates", "info"] {
        fs::create_dir_all(root.join("var/lib/dpkg").join(state)).expect("a folder");
    }
    fs::write(root.join("var/lib/dpkg/status"), "").expect("a file");
    let dpkg = |arguments: &[&str]| {
        let mut command = clean("dpkg", folder.path());
        // The package's architecture need not be that of the machine: nothing in it is run by dpkg.
        command.arg(format!("--root={}", root.display()));
        done(
            command
                .args(["--force-not-root", "--force-architecture"])
                .args(arguments),
        )
    };
    dpkg(&["--install", &package.display().to_string()]);
    for file in [
        "usr/share/bash-completion/completions/keytrail",
        "usr/share/zsh/vendor-completions/_keytrail",
        "usr/share/fish/vendor_completions.d/keytrail.fish",
        "usr/share/man/man1/keytrail-history.1.gz",
        "usr/share/doc/keytrail/copyright",
        "usr/share/doc/keytrail/changelog.gz",
    ] {
        assert!(root.join(file).is_file(), "{file}");
    }
    does_its_job(&root.join("usr/bin/keytrail"));
    dpkg(&["--purge", "keytrail"]);
    assert!(!root.join("usr").exists());
}

/// npm with a home of its own, and without the network.
fn npm(home: &Path, arguments: &[&str]) -> String {
    let mut command = clean("npm", home);
    done(
        command
            .args(["--offline", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(arguments),
    )
}

#[test]
fn the_npm_package_starts_the_program_of_its_platform() {
    let folder = folder();
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        other => panic!("no package is tested for {other:?}"),
    };
    let (laid, project) = (folder.path().join("laid"), folder.path().join("a project"));
    done(script("npm/build").arg(&laid).arg(format!("{platform}={PROGRAM}")));
    fs::create_dir(&project).expect("a folder");
    fs::write(
        project.join("package.json"),
        r#"{"name": "a-project", "version": "1.0.0"}"#,
    )
    .expect("a file");
    let pack = |name: &str| {
        let said = npm(&laid, &["pack", "--silent", &format!("./{name}")]);
        format!("file:{}", laid.join(said.trim_end()).display())
    };
    let (ours, main) = (pack(&format!("keytrail-{platform}")), pack("keytrail"));
    npm(&project, &["install", "--ignore-scripts", &ours, &main]);
    let started = project.join("node_modules/.bin/keytrail");
    does_its_job(&started);

    assert_ends_with_its_program(&started, &project);

    let platform_package = project.join("node_modules/@keytrail").join(platform);
    fs::remove_dir_all(platform_package).expect("it was installed");
    let lost = finish(clean(&started, &project).arg("--version"));
    assert_eq!(lost.code, 2);
    assert!(
        lost.err().contains("npm install --include=optional keytrail"),
        "{}",
        lost.err()
    );

    let wrong = finish(script("npm/build").arg(&laid).arg(format!("beos-x64={PROGRAM}")));
    assert_eq!(wrong.code, 2);
}

/// What a signal ends is ended by it, the program too: else this would wait for the program for ever.
fn assert_ends_with_its_program(started: &Path, home: &Path) {
    let mut command = clean(started, home);
    let mut child = command
        .args(["scan", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let kept_open = child.stdin.take();
    std::thread::sleep(Duration::from_secs(1));
    done(clean("kill", home).args(["-TERM", &child.id().to_string()]));
    let output = child.wait_with_output().expect("it ends");
    drop(kept_open);
    // By the signal itself, or as a program that heeded it.
    assert!(
        output.status.signal() == Some(15) || output.status.code() == Some(143),
        "{output:?}"
    );
}

#[test]
fn the_release_workflow_the_scripts_and_the_container_file_pass_their_linters() {
    let lint = |tool: &str, arguments: &[&str]| {
        let tool = common::servers::python("packages").with_file_name(tool);
        done(clean(tool, sources()).args(arguments));
    };
    let workflow = ".github/workflows/release.yml";
    lint(
        "zizmor",
        &["--offline", "--no-progress", "--strict-collection", workflow],
    );
    lint(
        "check-jsonschema",
        &["--builtin-schema", "vendor.github-workflows", workflow],
    );
    lint("hadolint", &["packaging/Containerfile"]);
    let scripts = ["build", "wheel", "extras", "archive", "deb"].map(|name| format!("packaging/{name}"));
    let scripts: Vec<&str> = scripts.iter().map(String::as_str).collect();
    lint("shellcheck", &[&["--external-sources"], &scripts[..]].concat());
}

#[test]
#[ignore = "builds the program as it is released, which takes minutes"]
fn a_release_needs_nothing_and_names_no_path_of_the_machine() {
    let program = done(&mut script("build"));
    let program = Path::new(program.trim_end());
    does_its_job(program);
    let headers = done(
        clean("readelf", sources())
            .args(["--wide", "--segments", "--dynamic"])
            .arg(program),
    );
    assert!(!headers.contains("INTERP") && !headers.contains("NEEDED"), "{headers}");
    let bytes = fs::read(program).expect("it was built");
    for path in [
        std::env::var("HOME").unwrap_or_default(),
        sources().display().to_string(),
    ] {
        // A link of a rule may have a part that is called so: what lies below would be named.
        let below = format!("{path}/");
        assert!(
            path.len() < 4 || memchr::memmem::find(&bytes, below.as_bytes()).is_none(),
            "{below} is in it"
        );
    }
}

#[test]
#[ignore = "builds the program as it is released, which takes minutes"]
fn the_wheel_installs_where_pre_commit_asks_for_it() {
    let folder = folder();
    let wheels = folder.path().join("wheels");
    let maturin = common::servers::python("packages")
        .parent()
        .expect("a folder")
        .to_owned();
    let path = std::env::join_paths(
        [maturin]
            .into_iter()
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    done(script("wheel").arg(&wheels).env("PATH", path.expect("no colon in it")));
    let wheel = fs::read_dir(&wheels)
        .expect("a folder")
        .next()
        .expect("a wheel")
        .expect("an entry")
        .path();
    let name = wheel.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(name.starts_with(&format!("keytrail-{VERSION}-py3-none-")), "{name}");

    // As pre-commit does it: what stands at the top of the repository asks for the wheel.
    let placeholder = folder.path().join("placeholder");
    fs::create_dir(&placeholder).expect("a folder");
    fs::copy(sources().join("setup.py"), placeholder.join("setup.py")).expect("it is at the top");
    let venv = folder.path().join("venv");
    done(clean("python3", folder.path()).args(["-m", "venv"]).arg(&venv));
    let pip = |arguments: &[&str]| {
        let mut pip = clean(venv.join("bin/python"), folder.path());
        done(
            pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
                .args(arguments),
        )
    };
    let (wheels, placeholder) = (wheels.display().to_string(), placeholder.display().to_string());
    pip(&["install", "setuptools>=70.1"]);
    pip(&[
        "install",
        "--no-index",
        "--find-links",
        &wheels,
        "--no-build-isolation",
        &placeholder,
    ]);
    does_its_job(&venv.join("bin/keytrail"));
}
