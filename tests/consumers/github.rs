//! Annotations, as the runner of GitHub Actions reads them.

use keytrail::report::Format;

use super::report_samples as samples;
use super::runner::{Done, Runner};
use super::{STRANGE, render, strange};

#[test]
fn github_takes_ten_annotations_and_no_other_command() {
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let text = render(Format::Github, &report);
        let mut runner = Runner::default();
        let done = runner.read(&text);
        assert!(!runner.is_stopped(), "{name}: what follows is read again");
        assert!(
            done.iter()
                .all(|done| ["error", "warning", "notice"].contains(&&*done.command)),
            "{name}: {done:?}"
        );
        let findings: Vec<&Done> = done.iter().filter(|done| done.data.contains("Finding ")).collect();
        assert!(
            findings.len() <= 10 && findings.len() >= report.findings.len().min(10),
            "{name}"
        );
        assert_eq!(done.len() - findings.len(), usize::from(!report.complete()), "{name}");
        for (at, kept) in [("file", 0), ("line", 0), ("endLine", 0)] {
            let with = findings.iter().filter(|done| done.properties.contains_key(at)).count();
            assert!(with > kept || report.findings.is_empty(), "{name}: {at}");
        }
    }
    let done = Runner::default().read(&render(Format::Github, &samples::many(6_000)));
    assert!(
        done[0].properties["title"].contains("(critical)"),
        "the worst is first, though it was found last"
    );
    let hostile = Runner::default().read(&render(Format::Github, &strange(&["a,file=b:c%0A", "d:e\nf"])));
    assert_eq!(hostile[0].properties["file"], "a,file=b:c%0A");
    assert_eq!(hostile[1].properties["file"], "d:e\\nf");
}

/// The judge is no judge if it sees no command.
#[test]
fn the_runners_rules_find_commands_where_it_does() {
    let mut runner = Runner::default();
    let text = "::warning file=a%2Cb,line=1::x%0Ay\n  ::notice::z\nin ##[error]the middle\n::none::\n\
        ::stop-commands::t\n::error::no\n##[error]no\n::t::\n::debug::yes\n";
    let done = runner.read(text);
    let seen: Vec<(&str, &str)> = done.iter().map(|done| (&*done.command, &*done.data)).collect();
    assert_eq!(
        seen,
        [
            ("warning", "x\ny"),
            ("notice", "z"),
            ("error", "the middle"),
            ("debug", "yes")
        ]
    );
    assert_eq!(done[0].properties["file"], "a,b");
}
