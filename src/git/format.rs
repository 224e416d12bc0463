//! The format of a repository: how long its ids are, and where its refs are.
//!
//! Its config says so. An extension that is not known could change what any file means, so it refuses the run.

use std::path::Path;

use crate::error::Error;
use crate::git::config::Config;

/// How a repository writes ids and refs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// In bytes: 20 for SHA-1, 32 for SHA-256.
    pub id_length: usize,
    /// Refs and reflogs are in tables, and not in a file each.
    pub reftable: bool,
}

impl Format {
    /// Takes the format from the config; refuses what would be read wrongly or not at all.
    pub fn of(git_dir: &Path, config: &Config) -> Result<Self, Error> {
        let mut format = Self {
            id_length: 20,
            reftable: false,
        };
        let version = config.get("core", None, "repositoryformatversion").unwrap_or("0");
        if version == "0" {
            return Ok(format);
        }
        let refuse = |cause: String| {
            Error::input(format!(
                "{}: this repository's format cannot be read",
                git_dir.display()
            ))
            .cause(cause)
        };
        if version != "1" {
            return Err(refuse(format!("its format version is {version}; 0 and 1 are known")));
        }
        for (name, value) in config.section("extensions") {
            match (name, value) {
                ("objectformat", "sha1") => format.id_length = 20,
                ("objectformat", "sha256") => format.id_length = 32,
                ("refstorage", "files") => format.reftable = false,
                ("refstorage", "reftable") => format.reftable = true,
                ("objectformat", _) => {
                    return Err(
                        refuse(format!("its object ids are {value}; `sha1` and `sha256` are known"))
                            .hint("scan the checked-out files with `keytrail scan`"),
                    );
                }
                ("refstorage", _) => {
                    return Err(refuse(format!(
                        "its refs are stored as `{value}`; `files` and `reftable` are known"
                    ))
                    .hint("`git refs migrate --ref-format=files` converts it"));
                }
                (
                    "noop"
                    | "noop-v1"
                    | "partialclone"
                    | "worktreeconfig"
                    | "preciousobjects"
                    | "relativeworktrees"
                    | "submodulepathconfig",
                    _,
                ) => {}
                _ => return Err(refuse(format!("it uses the unknown extension `{name}`"))),
            }
        }
        Ok(format)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_cannot_be_read_are_named() {
        let check = |text: &[u8]| Format::of(Path::new("x"), &Config::parse(text)).map_err(|e| e.to_string());
        let v1 = b"[core]\nrepositoryformatversion = 1\n[extensions]\n";
        let with = |line: &str| check(&[&v1[..], line.as_bytes()].concat());
        assert!(with("partialClone = origin").is_ok());
        assert!(with("objectFormat = sha256").is_ok_and(|format| format.id_length == 32));
        assert!(with("refStorage = reftable").is_ok_and(|format| format.reftable && format.id_length == 20));
        assert!(with("objectFormat = sha3").is_err_and(|e| e.contains("sha3")));
        assert!(with("refStorage = sqlite").is_err_and(|e| e.contains("sqlite")));
        assert!(with("other = 1").is_err_and(|e| e.contains("`other`")));
        assert!(check(b"[core]\nrepositoryformatversion = 7").is_err());
    }
}
