//! How the runner of GitHub Actions reads lines for commands: `src/Runner.Common/ActionCommand.cs` and
//! `src/Runner.Worker/ActionCommandManager.cs` of github.com/actions/runner, in words of our own.

use std::collections::HashMap;

/// The commands that it knows, besides the one that stops it.
const KNOWN: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "warning",
];
const STOP: &str = "stop-commands";

/// A command that was obeyed.
#[derive(Debug)]
pub struct Done {
    pub command: String,
    pub properties: HashMap<String, String>,
    pub data: String,
}

/// The reader: it obeys commands unless it was stopped.
#[derive(Default)]
pub struct Runner {
    word: Option<String>,
}

impl Runner {
    /// Reads an output and returns what it obeyed.
    pub fn read(&mut self, output: &str) -> Vec<Done> {
        let mut done = Vec::new();
        for line in output.split(['\n', '\r']) {
            let Some(found) = self.in_front(line).or_else(|| self.anywhere(line)) else {
                continue;
            };
            match &self.word {
                Some(word) if found.command.eq_ignore_ascii_case(word) => self.word = None,
                Some(_) => {}
                None if found.command == STOP => self.word = Some(found.data),
                None => done.push(found),
            }
        }
        done
    }

    pub fn is_stopped(&self) -> bool {
        self.word.is_some()
    }

    /// `::name key=value,key=value::data`, after blanks.
    fn in_front(&self, line: &str) -> Option<Done> {
        let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
        self.command(
            head,
            data,
            ',',
            &[("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")],
            &[("%0D", "\r"), ("%0A", "\n"), ("%25", "%")],
        )
    }

    /// `##[name key=value;key=value]data`, in the middle of a line as well.
    fn anywhere(&self, line: &str) -> Option<Done> {
        let (head, data) = line.split_once("##[")?.1.split_once(']')?;
        let escapes = &[("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%")];
        self.command(head, data, ';', escapes, escapes)
    }

    fn command(
        &self,
        head: &str,
        data: &str,
        sign: char,
        of_properties: &[(&str, &str)],
        of_data: &[(&str, &str)],
    ) -> Option<Done> {
        let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
        let known = KNOWN.contains(&&*name.to_ascii_lowercase())
            || name == STOP
            || self.word.as_ref().is_some_and(|word| name.eq_ignore_ascii_case(word));
        let pairs = rest.trim().split(sign).filter_map(|pair| pair.split_once('='));
        let unescaped = |text: &str, escapes: &[(&str, &str)]| {
            let text = text.to_owned();
            escapes.iter().fold(text, |text, (from, to)| text.replace(from, to))
        };
        known.then(|| Done {
            command: name.to_owned(),
            properties: pairs
                .map(|(key, value)| (key.to_owned(), unescaped(value, of_properties)))
                .collect(),
            data: unescaped(data, of_data),
        })
    }
}
