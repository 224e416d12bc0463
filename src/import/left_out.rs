//! Lists of what is left out: ripsecrets' `.secretsignore`, GitHub's `secret_scanning.yml`, and the fingerprints of a
//! `.gitleaksignore`.

use sha2::{Digest, Sha256};

use super::settings::{Entry, SettingsText};
use data_encoding::HEXLOWER;

/// What `.secretsignore` says: lines as in a `.gitignore`, and after `[secrets]` values, which are kept as digests.
pub fn secretsignore(name: &str, text: &str) -> SettingsText {
    let mut settings = SettingsText::new("What .secretsignore leaves out; values by their SHA-256.");
    let (mut paths, mut values) = (Vec::new(), Vec::new());
    let mut in_values = false;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        match line {
            "" => {}
            "[secrets]" => in_values = true,
            _ if line.starts_with('#') => {}
            _ if in_values => values.push(format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(line.as_bytes())))),
            _ if line.starts_with('!') => {
                settings.notes.push(format!(
                    "{name}: line {}: what is left out cannot be taken in again",
                    number + 1
                ));
            }
            _ => paths.push(line.to_owned()),
        }
    }
    let reason = "left out in .secretsignore".to_owned();
    settings.allow(&Entry {
        paths,
        reason: reason.clone(),
        ..Entry::default()
    });
    settings.allow(&Entry {
        values,
        reason,
        ..Entry::default()
    });
    settings
}

/// What `paths-ignore` of `.github/secret_scanning.yml` says.
pub fn github(name: &str, text: &str) -> SettingsText {
    let mut settings = SettingsText::new("What GitHub's secret scanning leaves out.");
    let mut paths = Vec::new();
    let mut in_list = false;
    for (number, line) in text.lines().enumerate() {
        let bare = line.trim();
        let item = bare.strip_prefix('-').map(str::trim);
        match item {
            _ if bare.is_empty() || bare.starts_with('#') => {}
            Some(item) if in_list => paths.push(anchored(scalar(item))),
            None if bare.starts_with("paths-ignore:") => {
                in_list = true;
                let rest = bare["paths-ignore:".len()..].trim();
                let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                paths.extend(
                    inner
                        .into_iter()
                        .flat_map(|inner| inner.split(','))
                        .map(|item| anchored(scalar(item))),
                );
            }
            _ => {
                in_list = false;
                settings
                    .notes
                    .push(format!("{name}: line {}: it is not of paths-ignore", number + 1));
            }
        }
    }
    let reason = "left out in .github/secret_scanning.yml".to_owned();
    settings.allow(&Entry {
        paths,
        reason,
        ..Entry::default()
    });
    settings
}

/// A plain or quoted scalar of YAML, without a comment behind it.
fn scalar(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\''] {
        if let Some((inner, _)) = text.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inner;
        }
    }
    text.split(" #").next().unwrap_or(text).trim_end()
}

/// GitHub reckons patterns from the top.
fn anchored(pattern: &str) -> String {
    match pattern.starts_with('/') || pattern.starts_with("**") {
        true => pattern.to_owned(),
        false => format!("/{pattern}"),
    }
}

/// A line of a `.gitleaksignore`: `[commit:]file:rule:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitleaksPrint {
    pub commit: Option<String>,
    pub path: String,
    pub rule: String,
    pub line: u32,
    /// Where in the ignore file it stands, from 1.
    pub number: usize,
}

/// The fingerprints of a `.gitleaksignore`, and the lines that are none.
pub fn gitleaksignore(text: &str) -> (Vec<GitleaksPrint>, Vec<usize>) {
    let (mut prints, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match print(line, number + 1) {
            Some(print) => prints.push(print),
            None => wrong.push(number + 1),
        }
    }
    (prints, wrong)
}

fn print(text: &str, number: usize) -> Option<GitleaksPrint> {
    let (rest, line) = text.rsplit_once(':')?;
    let (rest, rule) = rest.rsplit_once(':')?;
    let is_id = |part: &str| part.len() >= 7 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (commit, path) = match rest.split_once(':') {
        Some((commit, path)) if is_id(commit) => (Some(commit.to_owned()), path),
        _ => (None, rest),
    };
    Some(GitleaksPrint {
        commit,
        path: path.replace('\\', "/"),
        rule: rule.to_owned(),
        line: line.parse().ok()?,
        number,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_have_three_or_four_parts() {
        let (prints, wrong) = gitleaksignore("# x\n0123abc:a/b.env:rule-x:12\nC\\d.env:rule-y:3\nnonsense\na:b:c\n");
        assert_eq!(prints[0].commit.as_deref(), Some("0123abc"));
        assert_eq!(
            (prints[0].path.as_str(), prints[0].rule.as_str(), prints[0].line),
            ("a/b.env", "rule-x", 12)
        );
        assert_eq!(
            (prints[1].path.as_str(), prints[1].commit.as_deref()),
            ("C/d.env", None)
        );
        assert_eq!((prints.len(), wrong), (2, vec![4, 5]));
    }

    #[test]
    fn yaml_lists_are_read_as_people_write_them() {
        let settings = github(
            "x",
            "# c\npaths-ignore:\n  - \"docs/**\" # all\n  - 'a.txt'\n  - **/b\nother: 1\n",
        );
        assert!(
            settings
                .text()
                .contains("path = [\n  \"/docs/**\",\n  \"/a.txt\",\n  \"**/b\",\n]"),
            "{}",
            settings.text()
        );
        assert_eq!(settings.notes, ["x: line 6: it is not of paths-ignore"]);
        assert!(
            github("x", "paths-ignore: [a, \"b\"]")
                .text()
                .contains("\"/a\",\n  \"/b\"")
        );
    }
}
