//! GitHub Actions: the event is a file of JSON, `GITHUB_EVENT_PATH`, as its webhooks have it.
//!
//! A request is read by what the event holds and not by its name, for there are many: `pull_request`,
//! `pull_request_target`, `pull_request_review`. Gitea and Forgejo speak the same.

use serde::Deserialize;

use super::name::unexpected;
use super::{About, Branch, Change, Environment, Kind, Revision};
use crate::error::Error;

/// What is read of an event.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Payload {
    before: Option<String>,
    after: Option<String>,
    #[serde(rename = "ref")]
    full_name: Option<String>,
    deleted: Option<bool>,
    repository: Option<Repository>,
    pull_request: Option<Request>,
    merge_group: Option<Group>,
}

#[derive(Deserialize)]
struct Repository {
    default_branch: Option<String>,
}

#[derive(Deserialize)]
struct Request {
    base: End,
    head: End,
}

#[derive(Deserialize)]
struct End {
    sha: String,
    #[serde(rename = "ref")]
    branch: String,
}

#[derive(Deserialize)]
struct Group {
    base_sha: String,
    head_sha: String,
}

/// Reads the event.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let name = env.word("GITHUB_EVENT_NAME").unwrap_or("unknown").to_owned();
    let payload: Payload = env.event("GITHUB_EVENT_PATH")?;
    let about = match payload {
        Payload {
            pull_request: Some(request),
            ..
        } => About::Change(requested(env, &request)?),
        Payload {
            merge_group: Some(group),
            ..
        } => About::Change(Change {
            head: Revision::read("merge_group.head_sha", Some(&group.head_sha))?,
            base: Revision::read("merge_group.base_sha", Some(&group.base_sha))?,
            ..Change::new(Kind::Request)
        }),
        _ if name == "push" => pushed(env, &payload)?,
        _ => About::Everything,
    };
    Ok((name, about))
}

fn requested(env: &Environment, request: &Request) -> Result<Change, Error> {
    // For pull_request_target the base is checked out, which has nothing of the request.
    let tried = env
        .get("GITHUB_REF")
        .is_some_and(|name| name.starts_with("refs/pull/") && name.ends_with("/merge"));
    let checked_out = match tried {
        true => env.revision(&["GITHUB_SHA"])?,
        false => None,
    };
    Ok(Change {
        head: Revision::read("pull_request.head.sha", Some(&request.head.sha))?,
        checked_out,
        base: Revision::read("pull_request.base.sha", Some(&request.base.sha))?,
        trunk: Branch::read("pull_request.base.ref", Some(&request.base.branch))?
            .into_iter()
            .collect(),
        ..Change::new(Kind::Request)
    })
}

fn pushed(env: &Environment, payload: &Payload) -> Result<About, Error> {
    let after = payload.after.as_deref().unwrap_or_default();
    if after.is_empty() {
        return Err(unexpected("after", "it does not say what was pushed"));
    }
    let head = Revision::read("after", Some(after))?;
    if payload.deleted == Some(true) || head.is_none() {
        return Ok(About::Deletion);
    }
    let full_name = payload.full_name.as_deref().unwrap_or_default();
    let default = payload
        .repository
        .as_ref()
        .and_then(|repository| repository.default_branch.as_deref());
    let trunk = default.filter(|name| full_name.strip_prefix("refs/heads/") != Some(name));
    Ok(About::Change(Change {
        head,
        // A tag with a message has an id of its own; checked out is the commit.
        checked_out: env.revision(&["GITHUB_SHA"])?,
        base: Revision::read("before", payload.before.as_deref())?,
        trunk: Branch::read("repository.default_branch", trunk)?.into_iter().collect(),
        tag: Branch::read("ref", full_name.strip_prefix("refs/tags/"))?,
        ..Change::new(Kind::Push)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, text: &str) -> Result<About, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("event.json");
        std::fs::write(&file, text).unwrap();
        let env = Environment::made_of(&[
            ("GITHUB_EVENT_NAME", name),
            ("GITHUB_EVENT_PATH", file.to_str().unwrap()),
        ]);
        read(&env).map(|(_, about)| about).map_err(|error| error.to_string())
    }

    #[test]
    fn an_event_about_nothing_is_about_everything() {
        for name in ["schedule", "workflow_dispatch", "issue_comment"] {
            assert_eq!(event(name, r#"{"repository": null}"#), Ok(About::Everything));
        }
    }

    #[test]
    fn what_is_deleted_is_nothing() {
        let zeros = format!(r#"{{"ref": "refs/heads/x", "after": "{}"}}"#, "0".repeat(40));
        assert_eq!(event("push", &zeros), Ok(About::Deletion));
        for silent in ["{}", r#"["x"]"#, r#"{"after": ""}"#, r#"{"after": null}"#] {
            assert!(
                event("push", silent).unwrap_err().contains("what was pushed"),
                "{silent}"
            );
        }
    }

    #[test]
    fn the_default_branch_is_no_trunk_of_itself() {
        let of = |name: &str| {
            let id = "1".repeat(40);
            let text = format!(r#"{{"ref": "{name}", "after": "{id}", "repository": {{"default_branch": "main"}}}}"#);
            let Ok(About::Change(change)) = event("push", &text) else {
                panic!("{name}")
            };
            (change.trunk.len(), change.tag.is_some())
        };
        assert_eq!(of("refs/heads/main"), (0, false));
        assert_eq!(of("refs/heads/other"), (1, false));
        assert_eq!(of("refs/tags/main"), (1, true));
    }

    #[test]
    fn a_hostile_event_is_refused_and_not_repeated() {
        let end = |sha: &str, branch: &str| format!(r#"{{"sha": "{sha}", "ref": "{branch}"}}"#);
        let id = "1".repeat(40);
        for (sha, branch) in [("--output=x", "main"), (&id[..], "../../PLANTED"), (&id, "-PLANTED")] {
            let text = format!(
                r#"{{"pull_request": {{"base": {}, "head": {}}}}}"#,
                end(sha, branch),
                end(&id, "x")
            );
            let error = event("pull_request", &text).unwrap_err();
            assert!(error.contains("hint:") && !error.contains("PLANTED"), "{error}");
        }
    }
}
