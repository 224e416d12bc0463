//! Markdown, as a renderer shows it with the links and tables that hosts add.

use keytrail::finding::{Suppression, SuppressionKind};
use keytrail::report::Format;
use serde_json::json;

use super::report_samples as samples;
use super::{STRANGE, python, render, strange, written};

#[test]
fn a_markdown_renderer_shows_every_name_as_text() {
    const READ: &str = "import json, sys\n\
        from markdown_it import MarkdownIt\n\
        md = MarkdownIt('gfm-like', {'html': True, 'linkify': True})\n\
        tokens = md.parse(open(sys.argv[1], encoding='utf-8', newline='').read())\n\
        flat = [t for o in tokens for t in [o] + (o.children or [])]\n\
        print(json.dumps({'types': sorted({t.type for t in flat}),\n\
        \x20   'code': [t.content for t in flat if t.type == 'code_inline'],\n\
        \x20   'rows': sum(t.type == 'tr_open' for t in flat), 'cells': sum(t.type == 'td_open' for t in flat)}))";
    const KNOWN: &[&str] = &[
        "heading",
        "paragraph",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "bullet_list",
        "list_item",
        "strong",
    ];
    let mut all = samples::all();
    all.push(("strange", strange(STRANGE)));
    for (name, report) in all {
        let read = python(
            READ,
            &written("markdown", &format!("{name}.md"), &render(Format::Markdown, &report)),
        );
        for kind in read["types"].as_array().unwrap() {
            let kind = kind.as_str().unwrap();
            let bare = kind.trim_end_matches("_open").trim_end_matches("_close");
            let plain = ["inline", "text", "code_inline", "softbreak", "text_special"].contains(&kind);
            assert!(plain || KNOWN.contains(&bare), "{name}: {kind} is none of ours");
        }
        let tables = usize::from(!report.findings.is_empty()) + usize::from(!report.suppressed.is_empty());
        if report.findings.len() < 1_000 {
            assert_eq!(
                read["rows"],
                json!(report.findings.len() + report.suppressed.len() + tables),
                "{name}"
            );
            assert_eq!(
                read["cells"],
                json!(7 * report.findings.len() + 4 * report.suppressed.len()),
                "{name}"
            );
        }
        if name == "strange" {
            let code: Vec<&str> = read["code"]
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap())
                .collect();
            for shown in [
                "``` ~~~ [x](https://example.com) ![y](z):3:8",
                "%0A::warning::z",
                "new\\nline: new\\nline",
            ] {
                assert!(code.contains(&shown), "{shown} is not among {code:#?}");
            }
        }
    }
}

#[test]
fn a_page_of_markdown_fits_into_the_summary_of_a_step() {
    let mut large = samples::many(6_000);
    large.incomplete_reasons = vec!["x".repeat(1_000); 900];
    large.suppressed = samples::many(6_000).findings;
    for finding in &mut large.suppressed {
        finding.suppressed = Some(Suppression::of(SuppressionKind::Allow, "y".repeat(1_000)));
    }
    for (name, report) in [("many", samples::many(30_000)), ("large", large)] {
        let page = render(Format::Markdown, &report);
        assert!(page.len() <= 900 << 10, "{name}: {} bytes", page.len());
        assert!(page.len() > 600 << 10, "{name}: {} bytes is a waste", page.len());
        assert!(page.contains("more are not shown:**"), "{name}");
        assert!(page.contains("| critical |"), "{name}: the worst is not cut");
    }
    assert!(!render(Format::Markdown, &samples::tree()).contains("not shown:**"));
}
