//! The profiles of the shared files, as the AWS CLI puts them together: what `credentials` says of a name, over what
//! `config` says of it. It reads; what follows from a setting is decided elsewhere.

use std::path::Path;

use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::ini::{self, Section};

/// Both files, read once.
pub struct Profiles {
    credentials: Vec<Section>,
    config: Vec<Section>,
}

/// One profile, from either file.
#[derive(Clone, Copy)]
pub struct Profile<'f> {
    credentials: Option<&'f Section>,
    config: Option<&'f Section>,
}

impl Profiles {
    /// Reads both files. A missing file has no profiles; one that cannot be read is an error.
    pub fn read(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self {
            credentials: sections(&environment.credentials_file())?,
            config: sections(&environment.config_file())?,
        })
    }

    pub fn get(&self, name: &str) -> Option<Profile<'_>> {
        let profile = Profile {
            credentials: self.credentials.iter().find(|section| section.name == name),
            config: self.config.iter().find(|section| is_profile(&section.name, name)),
        };
        (profile.credentials.is_some() || profile.config.is_some()).then_some(profile)
    }

    /// A setting of an `[sso-session NAME]` section.
    pub fn of_session(&self, session: &str, setting: &str) -> Option<&str> {
        self.config
            .iter()
            .find(|section| named(&section.name, "sso-session").as_deref() == Some(session))
            .and_then(|section| section.get(setting))
    }
}

impl<'f> Profile<'f> {
    pub fn get(&self, setting: &str) -> Option<&'f str> {
        let of = |section: Option<&'f Section>| section.and_then(|section| section.get(setting));
        of(self.credentials).or_else(|| of(self.config))
    }

    /// The id and the secret of one and the same file, and the session token beside them.
    pub fn keys(&self) -> Option<(&'f str, &'f str, Option<&'f str>)> {
        [self.credentials, self.config]
            .into_iter()
            .flatten()
            .find_map(|section| {
                Some((
                    section.get("aws_access_key_id")?,
                    section.get("aws_secret_access_key")?,
                    section.get("aws_session_token"),
                ))
            })
    }
}

/// Whether a section of the config file is the profile: `[default]`, `[profile name]`.
pub fn is_profile(section: &str, name: &str) -> bool {
    name == "default" && section == "default" || named(section, "profile").as_deref() == Some(name)
}

/// The name in `kind name` or `kind "name"`.
fn named(section: &str, kind: &str) -> Option<String> {
    let name = section.strip_prefix(kind)?;
    name.starts_with([' ', '\t'])
        .then(|| name.trim().trim_matches(['"', '\'']).to_owned())
}

fn sections(file: &Path) -> Result<Vec<Section>, Failure> {
    match std::fs::read(file) {
        Ok(text) => Ok(ini::read(&text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(Failure::new(
            Reason::Settings,
            "",
            format!("{}: {error}", file.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credentials_file_wins_and_the_config_file_adds() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".aws")).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(".aws").join(name), text).unwrap();
        write("credentials", "[a]\naws_access_key_id=one\naws_secret_access_key=two\n");
        write(
            "config",
            "[profile a]\nregion=r\naws_access_key_id=no\n[profile \"b c\"]\nsso_session=s\n[sso-session s]\nsso_region=q\n",
        );
        let none: [(&str, &str); 0] = [];
        let profiles = Profiles::read(&Environment::new(folder.path(), none)).unwrap();
        let a = profiles.get("a").unwrap();
        assert_eq!(a.keys(), Some(("one", "two", None)));
        assert_eq!(a.get("region"), Some("r"));
        assert!(profiles.get("b c").is_some());
        assert!(profiles.get("profile a").is_none());
        assert_eq!(profiles.of_session("s", "sso_region"), Some("q"));
    }
}
