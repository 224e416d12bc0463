//! The environment variables and the home folder that the AWS conventions look at, taken once.
//!
//! Everything below `aws` is handed one of these and asks the process nothing, so that a test can stand for
//! any environment. It has no `Debug`: variables hold credentials.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a process was started with.
#[derive(Clone, Default)]
pub struct Environment {
    variables: HashMap<String, String>,
    home: Option<PathBuf>,
}

impl Environment {
    /// The environment of this process. A value that is not UTF-8 is none that AWS knows.
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            variables: std::env::vars_os().filter_map(text).collect(),
            home: std::env::home_dir(),
        }
    }

    /// An environment with nothing but these variables.
    pub fn new<N: Into<String>, V: Into<String>>(home: &Path, variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self {
            variables: variables.into_iter().map(|(n, v)| (n.into(), v.into())).collect(),
            home: Some(home.to_owned()),
        }
    }

    /// A variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The first of several names that is set.
    pub fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }

    /// The credentials file that all AWS tools share.
    pub fn credentials_file(&self) -> PathBuf {
        self.file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
    }

    /// The configuration file that all AWS tools share.
    pub fn config_file(&self) -> PathBuf {
        self.file("AWS_CONFIG_FILE", "config")
    }

    fn file(&self, variable: &str, name: &str) -> PathBuf {
        match self.get(variable) {
            Some(path) => self.expand(path),
            None => self.home_folder().join(".aws").join(name),
        }
    }

    /// Resolves a leading `~`, as every AWS tool does.
    pub fn expand(&self, path: &str) -> PathBuf {
        match path.strip_prefix("~/").or_else(|| path.strip_prefix("~\\")) {
            Some(rest) => self.home_folder().join(rest),
            None => PathBuf::from(path),
        }
    }

    /// Where a program keeps its state between runs.
    pub fn state_folder(&self) -> PathBuf {
        match self.get("XDG_STATE_HOME") {
            Some(folder) => PathBuf::from(folder),
            None => self.home_folder().join(".local").join("state"),
        }
    }

    fn home_folder(&self) -> PathBuf {
        self.home.clone().unwrap_or_default()
    }

    /// The same for the credential library.
    pub(super) fn for_library(&self) -> reqsign_core::StaticEnv {
        reqsign_core::StaticEnv {
            home_dir: self.home.clone(),
            envs: self.variables.clone(),
        }
    }
}
