//! The few facts keytrail takes from a repository's `config` file: formats and remotes.
//!
//! Includes are not followed and nothing else is looked at, so the file can change what is said
//! about a repository (its remote) or refuse the run (its format), never what is read.

/// The `key = value` lines of a config file, in order.
#[derive(Debug, Default)]
pub struct Config {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Section and key in lower case, the subsection as written: `remote`, `origin`, `url`.
    section: String,
    subsection: Option<String>,
    key: String,
    value: String,
}

impl Config {
    /// Parses as git does, but passes over lines it does not understand.
    pub fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).replace("\\\n", "").replace("\\\r\n", "");
        let mut entries = Vec::new();
        let mut section = String::new();
        let mut subsection = None;
        for line in text.lines() {
            let mut line = line.trim();
            if let Some(rest) = line.strip_prefix('[') {
                let Some((header, after)) = split_header(rest) else {
                    continue;
                };
                (section, subsection) = header;
                line = after.trim();
            }
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let (key, value) = line.split_once('=').unwrap_or((line, "true"));
            entries.push(Entry {
                section: section.clone(),
                subsection: subsection.clone(),
                key: key.trim().to_ascii_lowercase(),
                value: unquote(value.trim()),
            });
        }
        Self { entries }
    }

    /// Returns the last value of a key, as git does. Section and key are given in lower case.
    pub fn get(&self, section: &str, subsection: Option<&str>, key: &str) -> Option<&str> {
        self.entries
            .iter()
            .rev()
            .find(|e| e.section == section && e.subsection.as_deref() == subsection && e.key == key)
            .map(|e| e.value.as_str())
    }

    /// Returns every key and value of a section that has no subsection.
    pub fn section<'c>(&'c self, section: &'c str) -> impl Iterator<Item = (&'c str, &'c str)> {
        self.entries
            .iter()
            .filter(move |e| e.section == section && e.subsection.is_none())
            .map(|e| (e.key.as_str(), e.value.as_str()))
    }

    /// Returns the values of a key in the section's subsections, each with the subsection's name, in order.
    pub fn each<'c>(&'c self, section: &'c str, key: &'c str) -> impl Iterator<Item = (&'c str, &'c str)> {
        let wanted = move |e: &&Entry| e.section == section && e.key == key;
        let named = |e: &'c Entry| Some((e.subsection.as_deref()?, e.value.as_str()));
        self.entries.iter().filter(wanted).filter_map(named)
    }

    /// Whether some remote promises the objects that are not here (a partial clone).
    pub fn has_promisor(&self) -> bool {
        let promisor = |e: &Entry| e.section == "remote" && e.key == "promisor" && e.value != "false";
        self.get("extensions", None, "partialclone").is_some() || self.entries.iter().any(promisor)
    }
}

type Header = (String, Option<String>);

/// Splits what follows `[` into section, subsection and the rest of the line.
fn split_header(rest: &str) -> Option<(Header, &str)> {
    let Some(quote) = rest.find('"').filter(|&q| rest.find(']').is_none_or(|end| q < end)) else {
        let (name, after) = rest.split_once(']')?;
        return Some(((name.trim().to_ascii_lowercase(), None), after));
    };
    let section = rest[..quote].trim().to_ascii_lowercase();
    let mut subsection = String::new();
    let mut chars = rest[quote + 1..].char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => subsection.extend(chars.next().map(|(_, escaped)| escaped)),
            '"' => {
                let after = rest[quote + 1 + at..].split_once(']')?.1;
                return Some(((section, Some(subsection)), after));
            }
            c => subsection.push(c),
        }
    }
    None
}

/// Takes quotes, escapes and a trailing comment off a value.
fn unquote(value: &str) -> String {
    let mut plain = String::with_capacity(value.len());
    let mut quoted = false;
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => quoted = !quoted,
            '\\' => plain.extend(chars.next()),
            '#' | ';' if !quoted => break,
            c => plain.push(c),
        }
    }
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_quotes_and_comments_are_read_as_git_does() {
        let config = Config::parse(
            b"[core] bare = true ; no\n[remote \"or\\\"i]gin\"]\n\turl = \"https://h/a b\" # c\n[Extensions]\nRefStorage=files\n",
        );
        assert_eq!(config.get("core", None, "bare"), Some("true"));
        assert_eq!(config.get("remote", Some("or\"i]gin"), "url"), Some("https://h/a b"));
        assert_eq!(config.section("extensions").next(), Some(("refstorage", "files")));
        assert_eq!(
            config.each("remote", "url").next(),
            Some(("or\"i]gin", "https://h/a b"))
        );
        assert!(!config.has_promisor());
        assert!(Config::parse(b"[remote \"x\"]\npromisor = true").has_promisor());
    }
}
