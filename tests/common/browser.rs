//! A real browser, driven over the DevTools protocol: it opens pages of ours from disk, and tells what it saw.
//!
//! `tests/install-tools` installs Chromium. Requests are answered over a pair of pipes, so that no port is open.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use data_encoding::BASE64;
use serde_json::{Value, json};
use tempfile::TempDir;

/// So many seconds until a browser counts as hanging.
const PATIENCE: &str = "300";

/// One tab of a browser of its own.
pub struct Browser {
    child: Child,
    /// Profile and pipes.
    _folder: TempDir,
    to: File,
    from: BufReader<File>,
    session: String,
    last: u64,
    /// What came in between answers.
    events: Vec<Value>,
}

impl Browser {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status().expect("mkfifo runs");
        assert!(made.success());
        let child = Command::new("timeout")
            .args([
                "--kill-after=5",
                PATIENCE,
                "sh",
                "-c",
                "exec \"$0\" \"$@\" 3<\"$PIPE_TO\" 4>\"$PIPE_FROM\"",
            ])
            .arg(browser())
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args([
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--disable-sync", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .env("PIPE_TO", &to)
            .env("PIPE_FROM", &from)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the browser starts");
        let mut browser = Self {
            child,
            to: OpenOptions::new().write(true).open(to).expect("a pipe"),
            from: BufReader::new(File::open(from).expect("a pipe")),
            _folder: folder,
            session: String::new(),
            last: 0,
            events: Vec::new(),
        };
        let tab = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let tab = json!({"targetId": tab["targetId"], "flatten": true});
        let session = browser.ask("Target.attachToTarget", tab);
        browser.session = session["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Asks, and waits for the answer.
    pub fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.last += 1;
        let mut request = json!({"id": self.last, "method": method, "params": parameters});
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        self.to
            .write_all(format!("{request}\0").as_bytes())
            .expect("the browser listens");
        loop {
            let message = self.next();
            if message["id"] == json!(self.last) {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn next(&mut self) -> Value {
        let mut raw = Vec::new();
        self.from.read_until(0, &mut raw).expect("the browser answers");
        assert_eq!(raw.pop(), Some(0), "the browser has gone");
        serde_json::from_slice(&raw).expect("JSON")
    }

    /// Opens a page of this width, in the light or in the dark, and waits until it is there.
    pub fn open(&mut self, page: &Path, width: u32, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let metrics = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", features);
        self.events.clear();
        self.ask("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            let event = self.next();
            self.events.push(event);
        }
    }

    /// What a script gives, run in the page.
    pub fn evaluate(&mut self, script: &str) -> Value {
        let parameters = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let answer = self.ask("Runtime.evaluate", parameters);
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Waits until a script gives `true`: what the browser was told may take a moment to show.
    pub fn wait_for(&mut self, script: &str) {
        for _ in 0..500 {
            if self.evaluate(script) == true {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        panic!("it does not come true: {script}");
    }

    /// Presses and lets go of a key, as `Tab` or `Enter`, or types a letter.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            " " => (32, " "),
            _ => (0, key),
        };
        let pressed = |kind: &str| {
            json!({"type": kind, "key": key, "text": if kind == "keyUp" { "" } else { text },
                "windowsVirtualKeyCode": code})
        };
        for kind in [if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "keyUp"] {
            self.ask("Input.dispatchKeyEvent", pressed(kind));
        }
    }

    /// Takes a picture of the whole page.
    pub fn screenshot(&mut self, file: &Path) {
        let size = self.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollHeight]");
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let whole = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let picture = self.ask("Page.captureScreenshot", whole);
        let picture = BASE64.decode(picture["data"].as_str().expect("a picture").as_bytes());
        std::fs::write(file, picture.expect("base64")).expect("a file");
    }

    /// The page as it is printed.
    pub fn print(&mut self) -> Vec<u8> {
        let printed = self.ask("Page.printToPDF", json!({"printBackground": true}));
        BASE64
            .decode(printed["data"].as_str().expect("a document").as_bytes())
            .expect("base64")
    }

    /// The addresses that were asked for since the page was opened, and what went wrong.
    pub fn trouble(&self) -> Vec<String> {
        let said = self.events.iter().filter_map(|event| {
            let about = &event["params"];
            Some(match event["method"].as_str()? {
                "Network.requestWillBeSent" => about["request"]["url"].as_str()?.to_owned(),
                "Runtime.exceptionThrown" => about["exceptionDetails"].to_string(),
                "Log.entryAdded" => about["entry"]["text"].to_string(),
                "Runtime.consoleAPICalled" => about["args"].to_string(),
                _ => return None,
            })
        });
        said.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have gone already.
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let _ = self.child.wait();
    }
}

fn browser() -> PathBuf {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").expect("a path")).collect();
    let mut found = names
        .iter()
        .flat_map(|name| paths.iter().map(move |path| path.join(name)));
    found
        .find(|path| path.exists())
        .expect("chromium is not installed: run tests/install-tools")
}
