//! Servers that answer as AWS does, on loopback: moto, MiniStack, and stubs for what neither can do.
//!
//! A server ends with the test: it reads a pipe whose other end the test holds.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// A running server, and the keys that it made at its start: name of the user to `[{id, secret}]`.
pub struct Server {
    _child: Child,
    _pipe: ChildStdin,
    pub endpoint: String,
    made: Value,
}

impl Server {
    /// moto with these users and roles. With `authenticate` it checks signatures and permissions.
    pub fn moto(authenticate: bool, users: Value, roles: Value) -> Self {
        let port = free_port();
        let wanted = json!({"port": port, "authenticate": authenticate, "users": users, "roles": roles});
        Self::start("moto", "moto_server.py", &wanted.to_string(), port)
    }

    /// MiniStack, whose administrator is `test` with the secret `test`.
    pub fn ministack() -> Self {
        let port = free_port();
        Self::start("ministack", "ministack_server.py", &port.to_string(), port)
    }

    /// A server with a certificate that only those trust who read `bundle`; every token has expired there.
    pub fn tls(bundle: &std::path::Path) -> Self {
        let port = free_port();
        let wanted = format!("{port} {}", bundle.display());
        let server = Self::start("moto", "tls_server.py", &wanted, port);
        Self {
            endpoint: server.endpoint.replace("http://", "https://"),
            ..server
        }
    }

    fn start(environment: &str, script: &str, wanted: &str, port: u16) -> Self {
        let mut child = Command::new(python(environment))
            .arg(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/aws").join(script))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", "/nonexistent")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        writeln!(pipe, "{wanted}").expect("it reads");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("it says what it made");
        Self {
            _child: child,
            _pipe: pipe,
            endpoint: format!("http://127.0.0.1:{port}"),
            made: serde_json::from_str(&line).expect("the server came up"),
        }
    }

    /// The first key of a user: id and secret.
    pub fn key(&self, user: &str) -> (String, String) {
        self.keys(user).into_iter().next().expect("the user has a key")
    }

    pub fn keys(&self, user: &str) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let made = self.made[user].as_array().expect("the user was made");
        made.iter()
            .map(|key| (text(&key["id"]), text(&key["secret"])))
            .collect()
    }
}

/// The Python of one of the environments that tests/install-tools makes. A test that needs it fails without it.
pub fn python(environment: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let found = target.join("tools").join(environment).join("bin/python");
    assert!(
        found.exists(),
        "{} is missing: run tests/install-tools",
        found.display()
    );
    found
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    listener.local_addr().expect("it has an address").port()
}

/// A port where nobody listens.
pub fn dead_endpoint() -> String {
    format!("http://127.0.0.1:{}", free_port())
}

/// A request as a stub sees it: its first line, and its body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub line: String,
    pub head: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// The action of a form.
    pub fn action(&self) -> String {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        let mut parts = body.split('&');
        parts
            .find_map(|part| part.strip_prefix("Action="))
            .unwrap_or_default()
            .to_owned()
    }
}

/// A server of one function. What was asked is kept.
pub struct Stub {
    pub endpoint: String,
    pub asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Answers each request with what `answer` gives: raw bytes, or nothing and a closed connection.
    pub fn new(answer: impl Fn(&Asked) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let endpoint = format!("http://{}", listener.local_addr().expect("it has an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (kept, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut stream = stream;
                    if let Some(request) = receive(&mut stream) {
                        kept.lock().expect("no stub panics").push(request.clone());
                        if let Some(bytes) = answer(&request) {
                            let _ = stream.write_all(&bytes);
                        }
                    }
                });
            }
        });
        Self { endpoint, asked }
    }

    pub fn actions(&self) -> Vec<String> {
        let asked = self.asked.lock().expect("no stub panics");
        asked.iter().map(Asked::action).collect()
    }
}

/// One answer, after which the connection is closed.
pub fn reply(status: u16, kind: &str, body: &str) -> Option<Vec<u8>> {
    let head = format!(
        "HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    Some((head + body).into_bytes())
}

/// An error as IAM and STS write it.
pub fn aws_error(status: u16, code: &str, message: &str) -> Option<Vec<u8>> {
    let body = format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    reply(status, "text/xml", &body)
}

/// Reads one request with a body of known length.
pub fn receive(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let mut block = [0; 4096];
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut block) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&block[..read]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < head_end + length {
        match stream.read(&mut block) {
            Ok(read) if read > 0 => bytes.extend_from_slice(&block[..read]),
            _ => return None,
        }
    }
    Some(Asked {
        line: head.lines().next().unwrap_or_default().to_owned(),
        head,
        body: bytes[head_end..].to_vec(),
    })
}
