//! The bridge to the credential library: it is written for asynchronous programs and brings neither a transport nor
//! a way to read files or run commands. Here it gets ours, all of which answer at once.

use std::future::Future;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};

use reqsign_core::{CommandExecute, CommandOutput, Context, Error, FileRead, HttpSend};

use super::environment::Environment;
use super::http::Http;

/// What the library may reach: the network, files, commands that a profile names, and the environment.
pub fn context(environment: &Environment, http: &Http, sts: Option<&str>) -> Context {
    Context::new()
        .with_file_read(Files)
        .with_command_execute(Commands)
        .with_http_send(Wire {
            http: http.clone(),
            sts: sts.map(str::to_owned),
        })
        .with_env(environment.for_library())
}

/// Runs a future to its end. Nothing that the library is given ever waits, so one look is enough.
pub fn finish<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("everything that the library is given answers at once"),
    }
}

#[derive(Debug)]
struct Files;

impl FileRead for Files {
    async fn file_read(&self, path: &str) -> reqsign_core::Result<Vec<u8>> {
        Ok(std::fs::read(path)?)
    }
}

#[derive(Debug)]
struct Commands;

impl CommandExecute for Commands {
    /// The library cuts the command at blanks; the shell puts it together again, quotes and all, as the
    /// AWS tools do.
    async fn command_execute<'a>(
        &'a self,
        program: &'a str,
        rest: &'a [&'a str],
    ) -> reqsign_core::Result<CommandOutput> {
        let line = [&[program], rest].concat().join(" ");
        let mut command = match cfg!(windows) {
            true => std::process::Command::new("cmd.exe"),
            false => std::process::Command::new("sh"),
        };
        let output = command
            .arg(if cfg!(windows) { "/C" } else { "-c" })
            .arg(line)
            .stdin(std::process::Stdio::null())
            .output()?;
        Ok(CommandOutput {
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }
}

struct Wire {
    http: Http,
    /// Where STS is, if not where the library thinks.
    sts: Option<String>,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wire")
    }
}

impl Wire {
    fn elsewhere(&self, uri: &http::Uri) -> Option<http::Uri> {
        let endpoint = self.sts.as_ref()?;
        let to_sts = uri.host().is_some_and(|host| host.starts_with("sts."));
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        to_sts.then(|| format!("{}{path}", endpoint.trim_end_matches('/')).parse().ok())?
    }
}

impl HttpSend for Wire {
    async fn http_send(
        &self,
        mut request: http::Request<bytes::Bytes>,
    ) -> reqsign_core::Result<http::Response<bytes::Bytes>> {
        if let Some(uri) = self.elsewhere(request.uri()) {
            *request.uri_mut() = uri;
        }
        let request = request.map(|body| body.to_vec());
        match self.http.send(request) {
            Ok(response) => Ok(response.map(bytes::Bytes::from)),
            Err(failure) => Err(Error::unexpected(failure.to_string())),
        }
    }
}
