//! Paths as they are published: relative, and silent about this machine.
//!
//! A path is relative to the repository or to where the scan was started. One that leads elsewhere
//! (`/srv/app/a.env`, `../a.env`) is written relative to the folder that was asked for, so
//! that no home folder is published and the consumer takes the file.

use std::borrow::Cow;

/// The asked paths that lead elsewhere; what lies in them is written relative to them.
pub struct Roots<'r> {
    asked: Vec<Vec<&'r [u8]>>,
    /// With several asked paths, the last name of each is kept, so that their files stay apart.
    kept: usize,
}

impl<'r> Roots<'r> {
    pub fn of(what: &'r [String]) -> Self {
        let asked = what.iter().map(|path| path.as_bytes());
        Self {
            asked: asked.filter(|path| leads_elsewhere(path)).map(parts).collect(),
            kept: usize::from(what.len() > 1),
        }
    }

    /// Returns the path as it is to be published. What lies in no asked path keeps its name only.
    pub fn relative<'p>(&self, path: &'p [u8]) -> Cow<'p, [u8]> {
        if !leads_elsewhere(path) {
            return Cow::Borrowed(path);
        }
        let parts = parts(path);
        let last = parts.len().saturating_sub(1);
        let holding = self.asked.iter().filter(|root| parts.starts_with(root));
        let root = holding.map(Vec::len).max();
        let from = root.map_or(last, |length| length.saturating_sub(self.kept).min(last));
        Cow::Owned(parts[from..].join(&b'/'))
    }
}

fn leads_elsewhere(path: &[u8]) -> bool {
    path.first() == Some(&b'/') || path.split(|&b| b == b'/').any(|part| part == b"..")
}

/// The parts of a path. An absolute one begins with an empty part, so that it never equals a relative one.
fn parts(path: &[u8]) -> Vec<&[u8]> {
    let absolute = path.first() == Some(&b'/');
    let first = absolute.then_some(&path[..0]);
    first.into_iter().chain(segments(path)).collect()
}

/// The parts of a path that lead somewhere: neither empty nor `.`.
pub fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&b| b == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_elsewhere_is_relative_to_what_was_asked_for() {
        let written = |what: &[&str], path: &str| {
            let what: Vec<String> = what.iter().map(|&path| path.to_owned()).collect();
            String::from_utf8(Roots::of(&what).relative(path.as_bytes()).into_owned()).unwrap()
        };
        assert_eq!(written(&["/home/ann/app"], "/home/ann/app/src/a.env"), "src/a.env");
        assert_eq!(written(&["/home/ann/a.env"], "/home/ann/a.env"), "a.env");
        assert_eq!(written(&["/srv/x/", "/srv/y"], "/srv/y/a"), "y/a");
        assert_eq!(written(&["home/ann"], "/home/ann/a.env"), "a.env");
        assert_eq!(written(&["/"], "/etc/a.env"), "etc/a.env");
        assert_eq!(written(&["../app"], "../app/src/a.env"), "src/a.env");
        assert_eq!(written(&["."], "src/a.env"), "src/a.env");
        assert_eq!(
            written(&["app"], "/home/ann/secret/a.env"),
            "a.env",
            "never the whole path"
        );
    }
}
