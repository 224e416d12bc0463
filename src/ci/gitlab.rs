//! GitLab CI: predefined variables.
//!
//! Those of a merge request are also set in child pipelines, so they count before the pipeline's source. In pipelines of
//! merged results `CI_COMMIT_SHA` is a merge that was made to be tried.

use super::{About, Branch, Change, Environment, Kind};
use crate::error::Error;

/// Reads the variables.
pub fn read(env: &Environment) -> Result<(String, About), Error> {
    let source = env.word("CI_PIPELINE_SOURCE").unwrap_or("unknown").to_owned();
    let about = if env.get("CI_MERGE_REQUEST_IID").is_some() {
        About::Change(Change {
            head: env.revision(&["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"])?,
            checked_out: env.revision(&["CI_COMMIT_SHA"])?,
            base: env.revision(&["CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"])?,
            trunk: branches(env, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?,
            ..Change::new(Kind::Request)
        })
    } else if env.get("CI_EXTERNAL_PULL_REQUEST_IID").is_some() {
        About::Change(Change {
            head: env.revision(&["CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA"])?,
            base: env.revision(&["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_SHA"])?,
            trunk: branches(env, "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME")?,
            ..Change::new(Kind::Request)
        })
    } else if source == "push" || source == "parent_pipeline" {
        let is_default = env
            .get("CI_COMMIT_BRANCH")
            .is_some_and(|branch| env.get("CI_DEFAULT_BRANCH") == Some(branch));
        About::Change(Change {
            head: env.revision(&["CI_COMMIT_SHA"])?,
            base: env.revision(&["CI_COMMIT_BEFORE_SHA"])?,
            trunk: if is_default {
                Vec::new()
            } else {
                branches(env, "CI_DEFAULT_BRANCH")?
            },
            tag: env.branch("CI_COMMIT_TAG")?,
            ..Change::new(Kind::Push)
        })
    } else {
        About::Everything
    };
    Ok((source, about))
}

fn branches(env: &Environment, name: &str) -> Result<Vec<Branch>, Error> {
    Ok(env.branch(name)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(variables: &[(&str, &str)]) -> About {
        read(&Environment::made_of(variables)).unwrap().1
    }

    #[test]
    fn merged_results_are_read_from_the_source_branch() {
        let [source, target, merge] = ["1", "2", "3"].map(|digit| digit.repeat(40));
        let About::Change(change) = about(&[
            ("CI_PIPELINE_SOURCE", "parent_pipeline"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_COMMIT_SHA", &merge),
            ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &source),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &target),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &"4".repeat(40)),
        ]) else {
            panic!("a change")
        };
        assert_eq!(change.kind, Kind::Request);
        let ids = [&change.head, &change.base, &change.checked_out];
        let ids = ids.map(|id| id.as_ref().unwrap().as_str());
        assert_eq!(ids, [&source, &target, &merge]);
    }

    #[test]
    fn a_schedule_is_about_everything_and_zeros_are_no_base() {
        let zeros = "0".repeat(40);
        let of = |source| about(&[("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_BEFORE_SHA", &zeros)]);
        for source in ["schedule", "web", "api", "trigger", "pipeline"] {
            assert_eq!(of(source), About::Everything);
        }
        assert!(matches!(of("push"), About::Change(Change { base: None, .. })));
    }
}
