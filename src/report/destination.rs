//! Where a report goes: standard output, or a file that is written whole or not at all.
//!
//! `--report FORMAT[=FILE]` is parsed here, and checked before anything is scanned: an hour of
//! scanning must not end at a missing folder. What is written to standard output goes
//! through [`output`].

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::{Format, output};
use crate::error::Error;
use crate::interrupt;
use crate::text::sanitize;

/// One `--report`: what is written, and where. Each kind of report has formats of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination<F = Format> {
    pub format: F,
    /// `None` is standard output.
    pub file: Option<PathBuf>,
}

impl<F: FromStr<Err = Error>> FromStr for Destination<F> {
    type Err = Error;

    /// Reads `FORMAT`, `FORMAT=FILE` or `FORMAT=-`, which is standard output as well.
    fn from_str(argument: &str) -> Result<Self, Error> {
        let (format, file) = match argument.split_once('=') {
            Some((format, "")) => {
                return Err(
                    Error::usage(format!("--report {format}=: no file is named")).hint(format!(
                        "write --report {format}=FILE, or --report {format} for standard output"
                    )),
                );
            }
            Some((format, "-")) => (format, None),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (argument, None),
        };
        Ok(Self {
            format: format.parse()?,
            file,
        })
    }
}

impl Destination {
    /// Where the reports that are asked for go, and those that are written besides unless one that is asked for has the
    /// same format or goes to the same place. The human one on standard output, if there is none.
    ///
    /// # Errors
    /// A format is not known, or a report cannot be written where it is to go.
    pub fn of(asked: &[String], besides: &[String]) -> Result<Vec<Self>, Error> {
        let mut destinations = asked
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<Self>, _>>()?;
        for text in besides {
            let more: Self = text.parse()?;
            let is_taken = |to: &Self| to.format == more.format || to.file == more.file;
            if !destinations.iter().any(is_taken) {
                destinations.push(more);
            }
        }
        if destinations.is_empty() {
            destinations.push(Self {
                format: Format::Human,
                file: None,
            });
        }
        Self::check(&destinations)?;
        Ok(destinations)
    }
}

impl<F> Destination<F> {
    /// Checks, before the scan, that every report can be written where it is to go.
    pub fn check(destinations: &[Destination<F>]) -> Result<(), Error> {
        let mut taken = Vec::new();
        for destination in destinations {
            let target = match &destination.file {
                Some(file) => Some(resolve(file)?),
                None => None,
            };
            if taken.contains(&target) {
                return Err(match &destination.file {
                    Some(file) => Error::usage(format!("two reports are to be written to {}", shown(file)))
                        .hint("give each report a file of its own"),
                    None => Error::usage("two reports are to be written to standard output")
                        .hint("write one of them to a file: --report FORMAT=FILE"),
                });
            }
            taken.push(target);
        }
        Ok(())
    }

    /// Writes a rendered report.
    pub fn write(&self, report: &[u8]) -> Result<(), Error> {
        let Some(file) = &self.file else {
            return output::print(report);
        };
        write_file(&resolve(file)?, report).map_err(|cause| {
            Error::output(format!("{}: the report could not be written", shown(file)))
                .cause(cause)
                .hint("check the folder's permissions and free space, or name another file")
        })
    }
}

/// Follows links and checks the folder, so that a file has one name and is replaced, not its link.
fn resolve(file: &Path) -> Result<PathBuf, Error> {
    if file.is_dir() {
        return Err(
            Error::usage(format!("{}: a report cannot replace a folder", shown(file)))
                .hint("name a file in the folder"),
        );
    }
    if let Ok(existing) = fs::canonicalize(file) {
        return Ok(existing);
    }
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let name = file.file_name().unwrap_or_default();
    match fs::canonicalize(folder) {
        Ok(folder) if folder.is_dir() && !name.is_empty() => Ok(folder.join(name)),
        _ => Err(
            Error::usage(format!("{}: the report's folder does not exist", shown(file)))
                .hint(format!("create it first: mkdir -p {}", shown(folder))),
        ),
    }
}

/// Writes beside the file and renames, so that a reader sees the old report or the new one.
/// A device or pipe (`/dev/stdout`, `>(jq .)`) cannot be replaced and is written to.
fn write_file(file: &Path, report: &[u8]) -> io::Result<()> {
    if fs::metadata(file).is_ok_and(|found| !found.is_file()) {
        return fs::OpenOptions::new().write(true).open(file)?.write_all(report);
    }
    let folder = file.parent().unwrap_or(Path::new("/"));
    let _whole = interrupt::hold();
    // tempfile makes it with mode 0600: a report tells where secrets are.
    let mut draft = tempfile::Builder::new().prefix(".keytrail-").tempfile_in(folder)?;
    draft.write_all(report)?;
    draft.as_file().sync_all()?;
    draft.persist(file)?;
    Ok(())
}

pub(super) fn shown(path: &Path) -> String {
    sanitize(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(argument: &str) -> Result<Destination, String> {
        argument.parse::<Destination>().map_err(|error| error.to_string())
    }

    fn check(arguments: &[String]) -> Result<(), String> {
        let destinations: Vec<_> = arguments.iter().map(|a| parse(a).unwrap()).collect();
        Destination::check(&destinations).map_err(|error| error.to_string())
    }

    #[test]
    fn a_format_goes_to_standard_output_or_to_a_file() {
        let stdout = Destination {
            format: Format::Json,
            file: None,
        };
        assert_eq!(parse("json").unwrap(), stdout);
        assert_eq!(parse("json=-").unwrap(), stdout);
        let file = parse("sarif=out/a=b.sarif").unwrap();
        assert_eq!((file.format, file.file), (Format::Sarif, Some("out/a=b.sarif".into())));
    }

    #[test]
    fn an_argument_that_says_too_little_is_refused() {
        assert!(parse("xml").unwrap_err().contains("unknown report format"));
        assert!(parse("json=").unwrap_err().contains("no file is named"));
    }

    #[test]
    fn what_is_asked_for_takes_the_place_of_what_is_written_besides() {
        let of = |asked: &[&str], besides: &[&str]| {
            let [asked, besides] =
                [asked, besides].map(|list| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
            let destinations = Destination::of(&asked, &besides).unwrap();
            destinations.iter().map(|to| to.format).collect::<Vec<_>>()
        };
        assert_eq!(of(&[], &[]), [Format::Human]);
        assert_eq!(of(&[], &["github"]), [Format::Github]);
        assert_eq!(of(&["json"], &["github"]), [Format::Json]);
        assert_eq!(of(&["json=out"], &["github"]), [Format::Json, Format::Github]);
        assert_eq!(
            of(&["gitlab=mine"], &["human", "gitlab=theirs"]),
            [Format::Gitlab, Format::Human]
        );
    }

    #[test]
    fn a_missing_folder_is_known_before_the_scan() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("json={}", folder.path().join(name).display());
        assert!(check(&[at("out.json")]).is_ok());
        assert!(check(&[at("no/out.json")]).unwrap_err().contains("mkdir -p"));
        assert!(check(&[at("")]).unwrap_err().contains("folder"));
    }

    #[test]
    fn two_reports_in_one_place_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("json={}", folder.path().join(name).display());
        assert!(check(&["human".into(), at("a"), at("b")]).is_ok());
        assert!(check(&[at("a"), at("./a")]).unwrap_err().contains("two reports"));
        assert!(
            check(&["human".into(), "json".into()])
                .unwrap_err()
                .contains("standard output")
        );
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.json");
        fs::write(&file, "old and longer").unwrap();
        let destination = Destination {
            format: Format::Json,
            file: Some(file.clone()),
        };
        destination.write(b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it_and_a_link_stays_a_link() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "").unwrap();
        symlink(&real, &link).unwrap();
        let destination = Destination {
            format: Format::Json,
            file: Some(link.clone()),
        };
        destination.write(b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        use std::os::unix::fs::FileTypeExt;
        let destination = parse("json=/dev/null").unwrap();
        destination.write(b"new").unwrap();
        assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
    }
}
