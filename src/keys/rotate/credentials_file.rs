//! The one profile of the shared files whose key is replaced: where it stands, and the file with another key in its place.
//!
//! Only the bytes of the two values change. Comments, line endings, other profiles and every blank stay as they are; what
//! is ambiguous (a profile or a setting that stands twice) is refused and not guessed at.

use std::path::{Path, PathBuf};

use super::files;
use crate::error::Error;
use crate::keys::aws::profiles::is_profile;
use crate::keys::aws::{Credential, Environment, ini};
use crate::secret::Secret;

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKEN: &str = "aws_session_token";

/// A file, and which of its sections are profiles.
#[derive(Clone, Debug)]
pub struct CredentialsFile {
    /// The real file: links are followed, so that a link stays one.
    pub path: PathBuf,
    /// It is `config`, where profiles are called `[profile name]`.
    config: bool,
}

/// What a section holds.
#[derive(Clone, Debug)]
pub struct Held {
    pub credential: Credential,
    /// It comes with a session token: not a key that can be rotated.
    pub temporary: bool,
}

impl CredentialsFile {
    /// `credentials` and `config`, in the order in which AWS's tools look into them.
    pub fn both(environment: &Environment) -> Result<[Self; 2], Error> {
        Ok([
            Self {
                path: real(&environment.credentials_file())?,
                config: false,
            },
            Self {
                path: real(&environment.config_file())?,
                config: true,
            },
        ])
    }

    /// The file that a journal names.
    pub fn known(path: &Path, environment: &Environment) -> Result<Self, Error> {
        let both = Self::both(environment)?;
        both.into_iter().find(|file| file.path == path).ok_or_else(|| {
            Error::input(format!(
                "{}: it is not one of the shared AWS files any more",
                path.display()
            ))
            .hint("set AWS_SHARED_CREDENTIALS_FILE as it was when the rotation began")
        })
    }

    /// The bytes; those of a missing file are none.
    pub fn read(&self) -> Result<Vec<u8>, Error> {
        match std::fs::read(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|error| Error::input(format!("{}: it cannot be read", self.shown())).cause(error)),
        }
    }

    /// The key of a profile in these bytes, if it has one.
    pub fn held(&self, text: &[u8], profile: &str) -> Result<Option<Held>, Error> {
        let Some(section) = self.section(text, profile)? else {
            return Ok(None);
        };
        match (section.get(ID), section.get(SECRET)) {
            (Some(id), Some(secret)) => Ok(Some(Held {
                credential: Credential::new(id, secret, section.get(TOKEN)),
                temporary: section.get(TOKEN).is_some(),
            })),
            (None, None) => Ok(None),
            _ => Err(
                Error::input(format!("{}: profile {profile} has one half of a key", self.shown()))
                    .hint(format!("write both {ID} and {SECRET} into the same section")),
            ),
        }
    }

    /// The profiles that hold this id.
    pub fn holders(&self, text: &[u8], id: &str) -> Vec<String> {
        let holds = |section: &ini::Section| section.get(ID) == Some(id);
        ini::read(text)
            .into_iter()
            .filter(holds)
            .map(|section| section.name.trim_start_matches("profile ").trim().to_owned())
            .collect()
    }

    /// The bytes with another key in the profile. A profile without one gets it at the end of the file.
    pub fn with_key(&self, text: &[u8], profile: &str, id: &str, secret: &Secret) -> Result<Vec<u8>, Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the credentials file is where the secret belongs"
        )]
        let secret = secret.expose();
        let Some(section) = self.section(text, profile)? else {
            return Ok(self.appended(text, profile, id, secret));
        };
        let (Some(old_id), Some(old_secret)) = (section.entry(ID), section.entry(SECRET)) else {
            return Err(
                Error::input(format!("{}: profile {profile} is there, and has no key", self.shown()))
                    .hint("name a profile that does not exist yet, or one with a key"),
            );
        };
        let mut cuts = [(old_id.span.clone(), id.as_bytes()), (old_secret.span.clone(), secret)];
        cuts.sort_by_key(|(span, _)| span.start);
        let mut changed = Vec::with_capacity(text.len() + 64);
        let mut at = 0;
        for (span, value) in cuts {
            changed.extend_from_slice(&text[at..span.start]);
            changed.extend_from_slice(value);
            at = span.end;
        }
        changed.extend_from_slice(&text[at..]);
        Ok(changed)
    }

    /// The bytes without the profile.
    pub fn without(&self, text: &[u8], profile: &str) -> Result<Vec<u8>, Error> {
        Ok(match self.section(text, profile)? {
            Some(section) => [&text[..section.span.start], &text[section.span.end..]].concat(),
            None => text.to_vec(),
        })
    }

    /// Writes the file, whole or not at all.
    pub fn write(&self, text: &[u8]) -> Result<(), Error> {
        files::replace(&self.path, text).map_err(|error| {
            Error::output(format!("{}: it could not be written", self.shown()))
                .cause(error)
                .hint("nothing was changed in it; check permissions and space, and run again")
        })
    }

    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn appended(&self, text: &[u8], profile: &str, id: &str, secret: &[u8]) -> Vec<u8> {
        let end: &[u8] = if text.windows(2).any(|pair| pair == b"\r\n") {
            b"\r\n"
        } else {
            b"\n"
        };
        let title = match self.config && profile != "default" {
            true => format!("[profile {profile}]"),
            false => format!("[{profile}]"),
        };
        let mut changed = text.to_vec();
        if !text.is_empty() && !text.ends_with(b"\n") {
            changed.extend_from_slice(end);
        }
        let id = format!("{ID} = {id}");
        let key = [format!("{SECRET} = ").as_bytes(), secret].concat();
        for line in [title.as_bytes(), id.as_bytes(), &key] {
            changed.extend_from_slice(line);
            changed.extend_from_slice(end);
        }
        changed
    }

    fn section(&self, text: &[u8], profile: &str) -> Result<Option<ini::Section>, Error> {
        let is_it = |section: &ini::Section| match self.config {
            true => is_profile(&section.name, profile),
            false => section.name == profile,
        };
        let mut found = ini::read(text).into_iter().filter(is_it);
        let Some(section) = found.next() else { return Ok(None) };
        let twice = [ID, SECRET, TOKEN].into_iter().find(|name| section.count(name) > 1);
        if found.next().is_some() || twice.is_some() {
            let what = twice.unwrap_or("the profile itself");
            return Err(Error::input(format!(
                "{}: profile {profile}: {what} stands there twice",
                self.shown()
            ))
            .hint("remove the one that is not meant"));
        }
        Ok(Some(section))
    }
}

/// Follows links; of a file that is not there yet, those of its folder.
fn real(path: &Path) -> Result<PathBuf, Error> {
    if let Ok(real) = std::fs::canonicalize(path) {
        return Ok(real);
    }
    if path.is_symlink() {
        return Err(
            Error::input(format!("{}: it is a link that leads nowhere", path.display()))
                .hint("mend the link, or remove it"),
        );
    }
    let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
    Ok(match (folder, path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(config: bool) -> CredentialsFile {
        CredentialsFile {
            path: PathBuf::from("credentials"),
            config,
        }
    }

    fn changed(text: &str, profile: &str) -> Result<String, String> {
        file(false)
            .with_key(text.as_bytes(), profile, "NEWID", &Secret::new(b"new/secret"))
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn only_the_two_values_change() {
        let text = "; top\r\n[other]\r\naws_access_key_id=A\r\naws_secret_access_key=B\r\n\r\n[p]  # mine\r\n\
                    aws_secret_access_key\t=  old   ; note\r\nregion = x\r\nAWS_ACCESS_KEY_ID=oldid\r\n[z]\r\nq=1";
        let expected = text.replace("old   ;", "new/secret   ;").replace("=oldid", "=NEWID");
        assert_eq!(changed(text, "p").unwrap(), expected);
    }

    #[test]
    fn a_new_profile_is_added_in_the_style_of_the_file() {
        assert_eq!(
            changed("[a]\r\nx=1", "b").unwrap(),
            "[a]\r\nx=1\r\n[b]\r\naws_access_key_id = NEWID\r\naws_secret_access_key = new/secret\r\n"
        );
        let added = changed("", "b").unwrap();
        assert_eq!(
            added,
            "[b]\naws_access_key_id = NEWID\naws_secret_access_key = new/secret\n"
        );
        assert_eq!(
            file(false)
                .without(("[a]\n".to_owned() + &added).as_bytes(), "b")
                .unwrap(),
            b"[a]\n"
        );
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        for text in [
            "[p]\naws_access_key_id=1\naws_secret_access_key=2\n[p]\n",
            "[p]\naws_access_key_id=1\naws_access_key_id=3\naws_secret_access_key=2\n",
            "[p]\nregion=x\n",
        ] {
            assert!(changed(text, "p").is_err(), "{text}");
        }
        assert!(file(false).held(b"[p]\naws_access_key_id=1\n", "p").is_err());
    }

    #[test]
    fn a_profile_of_the_config_file_is_found_by_its_name() {
        let text = b"[profile p]\naws_access_key_id=1\naws_secret_access_key=2\n[p]\nx=1\n";
        let held = file(true).held(text, "p").unwrap().unwrap();
        assert_eq!((held.credential.id.as_str(), held.temporary), ("1", false));
        assert_eq!(file(true).holders(text, "1"), ["p"]);
    }
}
