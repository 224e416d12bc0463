//! What a CI run is about: which provider runs it, for which event, and which commits that means.
//!
//! It is read from the environment and the event's file. Strangers have a hand in both, so they are bounded, and each
//! value is checked to be an id or a name of a branch before anything is looked up: none becomes an option or a path.
//! A module a provider says what its words mean; [`Span`] looks into the repository. Nothing is fetched.

mod azure;
mod bitbucket;
mod buildkite;
mod circleci;
mod environment;
mod github;
mod gitlab;
mod jenkins;
mod name;
mod span;

pub use environment::Environment;
pub use name::{Branch, Revision};
pub use span::{Asked, MESSAGE_IS_MISSING, Rules, Span};

use crate::error::Error;

/// Who runs the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// And what speaks as it does: Gitea, Forgejo.
    GitHub,
    GitLab,
    Bitbucket,
    Azure,
    Buildkite,
    CircleCi,
    Jenkins,
}

/// What a job was started for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub provider: Provider,
    /// The provider's own word: `pull_request`, `push`.
    pub name: String,
    pub about: About,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    Change(Change),
    /// Nothing in particular, so everything: a schedule, somebody's click.
    Everything,
    /// A branch or tag that is gone.
    Deletion,
}

/// What a change is a change to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Asks to be merged: what its target holds is not its own, and its settings are not to be trusted.
    Request,
    /// Was pushed: what the branch held before was scanned then.
    Push,
}

/// Commits that are new to a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub kind: Kind,
    /// The last of them; `None` is HEAD.
    pub head: Option<Revision>,
    /// What is checked out for it. Of a request that is often a merge, made to be tried, whose first parent is the target.
    pub checked_out: Option<Revision>,
    /// A commit before them.
    pub base: Option<Revision>,
    /// The branch that they are to go to, or that branches start from: the first of these that there is.
    pub trunk: Vec<Branch>,
    /// The tag that was pushed.
    pub tag: Option<Branch>,
}

impl Change {
    /// What is at HEAD, compared with nothing.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            head: None,
            checked_out: None,
            base: None,
            trunk: Vec::new(),
            tag: None,
        }
    }
}

/// Reads what the environment says; `None` if no provider is known by it.
///
/// # Errors
/// The event's file cannot be read, or says what no provider says.
pub fn read(env: &Environment) -> Result<Option<Event>, Error> {
    let Some(provider) = Provider::of(env) else {
        return Ok(None);
    };
    let (name, about) = match provider {
        Provider::GitHub => github::read(env)?,
        Provider::GitLab => gitlab::read(env)?,
        Provider::Bitbucket => bitbucket::read(env)?,
        Provider::Azure => azure::read(env)?,
        Provider::Buildkite => buildkite::read(env)?,
        Provider::CircleCi => circleci::read(env)?,
        Provider::Jenkins => jenkins::read(env)?,
    };
    Ok(Some(Event { provider, name, about }))
}

impl Provider {
    /// Each is known by a variable of its own. Jenkins comes last: its variables outlive the job on some machines.
    pub fn of(env: &Environment) -> Option<Self> {
        let signs = [
            ("GITHUB_ACTIONS", Self::GitHub),
            ("GITLAB_CI", Self::GitLab),
            ("BITBUCKET_BUILD_NUMBER", Self::Bitbucket),
            ("TF_BUILD", Self::Azure),
            ("BUILDKITE", Self::Buildkite),
            ("CIRCLECI", Self::CircleCi),
            ("JENKINS_URL", Self::Jenkins),
        ];
        let sign = signs.into_iter().find(|(sign, _)| env.get(sign).is_some());
        sign.map(|(_, provider)| provider)
    }

    /// Its name, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Bitbucket => "Bitbucket",
            Self::Azure => "Azure Pipelines",
            Self::Buildkite => "Buildkite",
            Self::CircleCi => "CircleCI",
            Self::Jenkins => "Jenkins",
        }
    }

    /// How its checkout is told to bring the whole history.
    pub fn whole_clone(self) -> &'static str {
        match self {
            Self::GitHub => "give actions/checkout `fetch-depth: 0`",
            Self::GitLab => "give the job the variable `GIT_DEPTH: \"0\"`",
            Self::Bitbucket => "give the step `clone: {depth: full}`",
            Self::Azure => "give the checkout step `fetchDepth: 0`",
            Self::Buildkite => "take `--depth` out of BUILDKITE_GIT_CLONE_FLAGS",
            Self::CircleCi => "give the checkout step `method: full`",
            Self::Jenkins => "clear `Shallow clone` in the settings of the checkout",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_its_variable() {
        let of = |variables: &[(&str, &str)]| Provider::of(&Environment::made_of(variables));
        assert_eq!(of(&[("CI", "true")]), None);
        assert_eq!(of(&[("TF_BUILD", "True")]), Some(Provider::Azure));
        assert_eq!(of(&[("GITLAB_CI", "")]), None);
        let both = [("JENKINS_URL", "http://ci.example"), ("BUILDKITE", "true")];
        assert_eq!(of(&both), Some(Provider::Buildkite));
    }
}
