//! Runs the program as a user would, away from any user's settings.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run left behind.
pub struct Run {
    pub code: i32,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// So many seconds until a run counts as hanging. Without optimization it takes ten times as long.
const PATIENCE: &str = if cfg!(debug_assertions) { "900" } else { "120" };

/// The program with an environment of its own, to be run in `folder`. One that does not come to an end
/// fails its test with exit code 124 and does not hold up the others.
pub fn keytrail(folder: &Path) -> Command {
    let mut command = Command::new("timeout");
    command
        .args(["--kill-after=1", PATIENCE, env!("CARGO_BIN_EXE_keytrail")])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .current_dir(folder);
    command
}

/// Runs it to its end.
pub fn run<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Run {
    finish(keytrail(folder).args(arguments))
}

/// Runs it with this text on standard input.
pub fn run_with_input<A: AsRef<OsStr>>(folder: &Path, arguments: &[A], input: &[u8]) -> Run {
    let mut command = keytrail(folder);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.args(arguments).spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    Run::of(&output)
}

/// Runs a prepared command to its end.
pub fn finish(command: &mut Command) -> Run {
    Run::of(&command.output().expect("the program starts"))
}

/// Runs with this much memory to address, in MiB.
pub fn within(folder: &Path, mebibytes: u64, arguments: &[&str]) -> Run {
    let plain = keytrail(folder);
    let mut command = Command::new("bash");
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    for (name, value) in plain.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    command.args(["-c", "ulimit -v $0 && exec \"$@\""]);
    command.arg((mebibytes << 10).to_string()).arg(plain.get_program());
    command.args(plain.get_args()).args(arguments);
    finish(&mut command)
}

impl Run {
    fn of(output: &std::process::Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended it"),
            stdout: output.stdout.clone(),
            stderr: output.stderr.clone(),
        }
    }

    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    pub fn err(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\nstdout: {}\nstderr: {}", self.out(), self.err()))
    }
}

/// The findings of a JSON report.
pub fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().expect("a report has findings")
}
