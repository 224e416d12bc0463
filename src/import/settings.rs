//! Settings files as text: what another scanner allows, as entries of `[[allow]]`.

use std::fmt::Write;

/// One entry. All that it names must hold; of several values for one key, one.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    pub paths: Vec<String>,
    pub rules: Vec<String>,
    /// Regular expressions, or digests such as `sha1:…`. Never a secret itself.
    pub values: Vec<String>,
    pub commits: Vec<String>,
    pub reason: String,
}

/// A file that is put together.
#[derive(Debug, Default)]
pub struct SettingsText {
    text: String,
    /// How many entries it has.
    pub entries: usize,
    /// What could not be carried over, one sentence each.
    pub notes: Vec<String>,
}

impl SettingsText {
    pub fn new(about: &str) -> Self {
        Self {
            text: format!("# {about}\n"),
            ..Self::default()
        }
    }

    /// Names files of rules.
    pub fn rules(&mut self, files: &[String]) {
        let _ = write!(self.text, "\n[rules]\n{}", list("rules", files));
    }

    /// Adds an entry; one that names nothing would allow everything, and is left out.
    pub fn allow(&mut self, entry: &Entry) {
        let lists = [
            ("path", &entry.paths),
            ("rule", &entry.rules),
            ("value", &entry.values),
            ("commit", &entry.commits),
        ];
        if lists.iter().all(|(_, values)| values.is_empty()) {
            return;
        }
        self.text += "\n[[allow]]\n";
        for (key, values) in lists {
            self.text += &list(key, values);
        }
        let _ = writeln!(self.text, "reason = {}", quoted(&entry.reason));
        self.entries += 1;
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A key with its values, or nothing if there are none.
fn list(key: &str, values: &[String]) -> String {
    match values {
        [] => String::new(),
        [one] if key != "rules" => format!("{key} = {}\n", quoted(one)),
        several => {
            let lines: String = several.iter().map(|value| format!("  {},\n", quoted(value))).collect();
            format!("{key} = [\n{lines}]\n")
        }
    }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c != '\'' && !c.is_control();
    match text.contains('\\') && text.chars().all(is_plain) {
        true => format!("'{text}'"),
        // JSON escapes what TOML does, but for one character.
        false => serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let hard = [
            "plain",
            "a\\.b$",
            "it's a \\ thing",
            "\u{7f}\u{1}\n\t\"",
            "'''",
            "grün/*.c",
        ]
        .map(str::to_owned);
        let mut settings = SettingsText::new("from a test");
        settings.rules(&["a.toml".to_owned()]);
        settings.allow(&Entry::default());
        settings.allow(&Entry {
            paths: hard.to_vec(),
            reason: hard[3].clone(),
            ..Entry::default()
        });
        let read: toml::Table = toml::from_str(settings.text()).expect("it is TOML");
        assert_eq!(read["rules"]["rules"][0].as_str(), Some("a.toml"));
        let entries = read["allow"].as_array().expect("a list");
        let paths: Vec<&str> = entries[0]["path"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|path| path.as_str())
            .collect();
        assert_eq!(paths, hard);
        assert_eq!(entries[0]["reason"].as_str(), Some(hard[3].as_str()));
        assert_eq!((entries.len(), settings.entries), (1, 1));
    }
}
