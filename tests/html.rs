//! The HTML report in a real browser: it asks nobody, fits 400 pixels, works by keyboard and without scripts, prints,
//! and shows hostile names as text.
//!
//! The page and its pictures are left in the test's output folder, to be looked at.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
mod report_samples;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use common::account::{AS_OF, Account, lines, time};
use common::browser::Browser;
use common::program;
use common::random::Random;
use common::recipe::expand;
use common::repo::{DAY, FIRST, TestRepo};
use keytrail::report::{Format, RenderOptions};
use report_samples as samples;
use serde_json::{Value, json};

/// A repository with something of everything, and the page of its history.
static PAGE: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut account = Account::new(80);
    let mut random = Random::new(80);
    let live = account.key("deploy", 250, "Active", Some(2));
    let gone = account.key("o'brien & sons </svg></style>", 240, "Inactive", Some(198));
    let young = account.key("svc-ci", 88, "Active", Some(1));
    let mut value = |recipe: &str| expand(recipe, &mut random);
    let repo = TestRepo::new();
    let at = |day: i64| repo.set_clock(FIRST + day * DAY);
    repo.commit_file("README", "none\n");
    at(6);
    repo.commit_file("deploy/<b>prod</b>.env", lines(&live));
    repo.commit_file("deploy/copy of 'prod' & more.env", lines(&live));
    at(31);
    repo.commit_file("ci.env", lines(&gone));
    repo.git(&["tag", "v1.0"]);
    at(52);
    let stripe = value("stripeSecretKey: 'sk_live_<[A-Za-z0-9]{40}>'\n");
    repo.commit_file("\"><img src=x onerror=alert(1)>/settings.yml", stripe);
    at(75);
    let pem = value("<[A-Za-z0-9+/]{64}>\n<[A-Za-z0-9+/]{64}>\n<[A-Za-z0-9+/]{64}>\n<[A-Za-z0-9+/]{64}>\n");
    let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{pem}-----END RSA PRIVATE KEY-----\n");
    repo.commit_file(
        "certs/a-very-long-name-without-any-place-to-break-it-at-all-0123456789-0123456789.pem",
        pem,
    );
    at(96);
    repo.git(&["rm", "-q", "ci.env"]);
    repo.commit("remove the key");
    at(120);
    repo.git(&["checkout", "-q", "-b", "odd'$(id)<i>"]);
    repo.commit_file("young.env", lines(&young));
    repo.git(&["checkout", "-q", "main"]);
    at(140);
    repo.git(&["checkout", "-q", "--detach"]);
    let dangling = value("url = 'postgres://app:<[A-Za-z0-9]{18}>@db.internal:5432/app'\n");
    repo.commit_file("dropped.ini", dangling);
    repo.git(&["checkout", "-q", "main"]);
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    at(170);
    let example = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
    repo.commit_file("docs.md", format!("aws_access_key_id = {example}\n"));
    let allowed = value("token = \"<[A-Za-z0-9]{40}>\" # keytrail:allow the vendor's <i>test</i> login\n");
    repo.commit_file("tests/\u{202e}moc.py", allowed);
    repo.git(&["remote", "add", "origin", "https://github.com/acme/app.git"]);
    let mut arguments: Vec<String> = ["history", "--policy", "cis-v3", "--min-confidence", "low"]
        .map(str::to_owned)
        .into();
    arguments.extend_from_slice(&account.flags()[..2]);
    report(&repo, "page", &arguments)
});

/// Writes a report of these arguments below the test's output folder.
fn report(repo: &TestRepo, name: &str, arguments: &[String]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.html"));
    let to = format!("--report=html={}", file.display());
    let run = program::run(
        &repo.path(),
        &[arguments, &[to, format!("--as-of={}", time(AS_OF))]].concat(),
    );
    assert_eq!(run.code, 1, "{}", run.err());
    file
}

fn text() -> String {
    std::fs::read_to_string(&*PAGE).unwrap()
}

/// What a page measures: anything cut off, headings out of order, names that lead nowhere.
const MEASURE: &str = "(function () {
  var d = document.documentElement, width = d.clientWidth, all = [].slice.call(document.querySelectorAll('body *'));
  var over = all.filter(function (e) {
    var r = e.getBoundingClientRect();
    return r.width > 0 && (r.right > width + 1 || r.left < -1) && !e.closest('.skip') && !e.closest('svg.parts');
  }).map(function (e) { return e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 40); });
  var levels = [].map.call(document.querySelectorAll('h1, h2, h3, h4'), function (h) { return +h.tagName[1]; });
  var ids = all.map(function (e) { return e.id; }).filter(Boolean);
  var lost = [].map.call(document.querySelectorAll('a[href^=\"#\"]'), function (a) { return a.getAttribute('href').slice(1); })
    .filter(function (id) { return !document.getElementById(id); });
  var bare = [].filter.call(document.querySelectorAll('input, select'), function (e) { return !e.labels || !e.labels.length; });
  return {
    scroll: d.scrollWidth, over: over, lost: lost, bare: bare.length,
    jumps: levels.filter(function (l, i) { return i > 0 && l > levels[i - 1] + 1; }).length,
    twice: ids.length - new Set(ids).size, h1: document.querySelectorAll('h1').length,
    landmarks: ['header', 'nav', 'main', 'footer'].filter(function (l) { return document.querySelector('body > ' + l + ', header > ' + l); }).length,
    filter: !document.querySelector('.filter').hidden, scripts: document.scripts.length, images: document.images.length,
    title: document.title
  };
})()";

#[test]
fn the_page_fits_and_asks_nobody() {
    let mut browser = Browser::start();
    for (width, is_dark) in [(400, false), (400, true), (1400, false), (1400, true)] {
        browser.open(&PAGE, width, is_dark);
        let seen = browser.evaluate(MEASURE);
        assert_eq!(seen["scroll"], width, "it scrolls sideways: {seen}");
        for nothing in ["over", "lost"] {
            assert_eq!(seen[nothing], json!([]), "{width}: {nothing}");
        }
        for nought in ["bare", "jumps", "twice", "images"] {
            assert_eq!(seen[nought], 0, "{width}: {nought}");
        }
        assert_eq!((&seen["h1"], &seen["landmarks"]), (&json!(1), &json!(4)));
        assert_eq!(seen["scripts"], 1, "ours alone");
        assert_eq!(seen["filter"], true, "our script runs under its policy");
        assert_eq!(seen["title"], format!("Secrets in acme/app, {}", &time(AS_OF)[..10]));
        assert_eq!(
            browser.trouble(),
            [format!("file://{}", PAGE.display())],
            "one request, and no complaint"
        );
        let scheme = if is_dark { "dark" } else { "light" };
        let picture = PAGE.with_file_name(format!("{width}-{scheme}.png"));
        browser.screenshot(&picture);
        assert!(std::fs::metadata(&picture).unwrap().len() > 50_000);
    }
    // The cards, opened.
    browser.evaluate("document.querySelectorAll('details').forEach(function (d, i) { d.open = i < 2; }); 0");
    browser.screenshot(&PAGE.with_file_name("1400-open.png"));
    browser.open(&PAGE, 400, false);
    browser.evaluate("document.querySelectorAll('details').forEach(function (d, i) { d.open = true; }); 0");
    let seen = browser.evaluate(MEASURE);
    assert_eq!(
        (&seen["scroll"], &seen["over"]),
        (&json!(400), &json!([])),
        "with its cards open"
    );
    browser.screenshot(&PAGE.with_file_name("400-open.png"));
}

/// The entries that are to be seen.
fn shown(browser: &mut Browser) -> Vec<(String, String)> {
    let seen = browser.evaluate(
        "[].filter.call(document.querySelectorAll('[data-rule]'), function (e) { return e.offsetHeight > 0; })\
         .map(function (e) { return [e.dataset.state, e.dataset.severity]; })",
    );
    serde_json::from_value(seen).unwrap()
}

fn focused(browser: &mut Browser, what: &str) -> Value {
    browser.evaluate(&format!(
        "(function () {{ var e = document.activeElement; return {what}; }})()"
    ))
}

#[test]
fn it_is_used_by_keyboard() {
    let mut browser = Browser::start();
    browser.open(&PAGE, 1400, false);
    let all = shown(&mut browser);
    assert!(all.len() > 8, "{all:?}");
    // The first stop leads past everything, and every stop can be seen.
    browser.press("Tab");
    assert_eq!(focused(&mut browser, "e.className"), "skip");
    assert!(
        focused(&mut browser, "e.getBoundingClientRect().left")
            .as_f64()
            .unwrap()
            >= 0.0
    );
    browser.press("Enter");
    browser.wait_for("location.hash === '#findings'");
    browser.press("Tab");
    assert_eq!(focused(&mut browser, "e.name"), "words", "then the filter");
    assert_eq!(focused(&mut browser, "getComputedStyle(e).outlineStyle"), "solid");
    for letter in "ci.env".chars() {
        browser.press(&letter.to_string());
    }
    let found = shown(&mut browser);
    assert!(
        found.len() < all.len() && found.iter().all(|(state, _)| state == "history-only"),
        "{found:?}"
    );
    assert_eq!(
        browser.evaluate("document.querySelector('output').textContent"),
        format!("{} of {} shown", found.len(), all.len())
    );
    browser.evaluate("document.querySelector('button[type=reset]').focus()");
    browser.press("Enter");
    browser.wait_for(&format!(
        "document.querySelector('output').textContent === '{} shown'",
        all.len()
    ));
    assert_eq!(shown(&mut browser), all, "all again");
    // A severity is switched off with the space bar.
    browser.evaluate("document.querySelector('[value=critical]').focus()");
    browser.press(" ");
    let found = shown(&mut browser);
    assert!(found.len() < all.len() && found.iter().all(|(_, severity)| severity != "critical"));
    // A figure leads to what it counts.
    for state in ["in-tree", "history-only", "unreachable", "suppressed"] {
        browser.evaluate(&format!("document.querySelector('[data-show={state}]').focus()"));
        browser.press("Enter");
        let found = shown(&mut browser);
        assert!(
            !found.is_empty() && found.iter().all(|(seen, _)| seen == state),
            "{state}: {found:?}"
        );
    }
    // What a link leads to is shown, also if a filter had hidden it.
    browser.evaluate("document.querySelector('#timeline a').focus()");
    browser.press("Enter");
    browser.wait_for("document.querySelector(location.hash).offsetHeight > 0");
    browser.evaluate(
        "(function () { var f = document.querySelector('.filter'); f.elements.rule.value = 'stripe-secret-key'; \
         f.dispatchEvent(new Event('input')); })()",
    );
    assert_eq!(shown(&mut browser).len(), 1);
    // A card opens.
    browser.evaluate("document.querySelector('article:not([hidden]) .card > summary').focus()");
    browser.press("Enter");
    browser.wait_for("document.querySelector('article:not([hidden]) .card').open");
    assert_eq!(browser.trouble().len(), 1, "{:?}", browser.trouble());
}

#[test]
fn it_works_without_scripts_and_prints() {
    let mut browser = Browser::start();
    browser.ask("Emulation.setScriptExecutionDisabled", json!({"value": true}));
    browser.open(&PAGE, 1400, false);
    assert_eq!(browser.evaluate("document.querySelector('.filter').offsetHeight"), 0);
    let articles = text().matches("<article").count();
    let seen =
        "[].filter.call(document.querySelectorAll('article'), function (e) { return e.offsetHeight > 0; }).length";
    assert_eq!(browser.evaluate(seen), articles);
    let steps = "[].filter.call(document.querySelectorAll('.card h4'), function (e) { return e.checkVisibility({ \
                 contentVisibilityAuto: true }); }).length";
    assert_eq!(browser.evaluate(steps), 0, "closed");
    browser.evaluate("document.querySelector('.card > summary').focus()");
    browser.press("Enter");
    browser.wait_for(&format!("{steps} > 0"));
    browser.press("Enter");
    browser.ask("Emulation.setEmulatedMedia", json!({"media": "print"}));
    // On paper every card is open.
    browser.wait_for(&format!("{steps} === {}", text().matches("<h4>").count()));
    let paper = browser.print();
    std::fs::write(PAGE.with_file_name("page.pdf"), &paper).unwrap();
    assert!(paper.starts_with(b"%PDF") && paper.len() > 50_000);
}

/// What needs no browser to be seen.
#[test]
fn nothing_is_markup_but_ours() {
    let page = text();
    assert!(page.contains("default-src 'none'"));
    assert_eq!(
        (page.matches("<script").count(), page.matches("<style").count()),
        (1, 1)
    );
    for bad in [
        "<img",
        "<b>prod",
        "onerror=alert(1)>/",
        "<i>",
        " style=",
        "src=\"",
        "javascript:",
    ] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert!(page.contains("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;/settings.yml"));
    assert!(page.contains("\\u{202e}moc") && !page.contains('\u{202e}'));
    // Links lead to places on the page, to the repository's own host, and to what a rule was made from.
    let rules: Vec<String> = keytrail::rules::RuleSet::builtin_rules()
        .map(|rule| rule.about.link.to_string())
        .collect();
    for (at, _) in page.match_indices("href=\"") {
        let link = page[at + 6..].split('"').next().unwrap();
        let known = link.starts_with('#') || link.starts_with("https://github.com/acme/app/");
        assert!(
            known || rules.iter().any(|rule| rule.replace('&', "&amp;") == link),
            "{link}"
        );
    }
    assert!(page.contains("href=\"https://github.com/acme/app/commit/"));
}

#[test]
fn both_halves_of_a_key_stand_together_with_one_card() {
    let page = text();
    let entries: Vec<&str> = page.split("<article class=\"entry ").skip(1).collect();
    assert_eq!(entries.len(), 9);
    let of = |rule: &str| format!("data-rule=\"{rule}\"");
    let mut pairs = 0;
    for pair in entries
        .windows(2)
        .filter(|pair| pair[0].contains(&of("aws-access-key-id")))
    {
        let (id, secret) = (pair[0], pair[1]);
        assert!(id.contains("class=\"card\"") && id.contains(">Policy<"));
        assert!(secret.contains(&of("aws-secret-access-key")) && secret.contains(" joined\""));
        assert!(secret.contains("its access key</a>, above") && !secret.contains(">Policy<"));
        pairs += 1;
    }
    assert_eq!((pairs, page.matches("class=\"card\"").count()), (3, 6));
    // Worse comes first, then what its account calls active.
    assert!(entries[0].starts_with("critical") && entries[1].contains(&of("aws-access-key-id")));
}

#[test]
fn every_command_makes_a_page() {
    let repo = TestRepo::new();
    let key = Random::new(82).pair();
    repo.commit_file("a.env", lines(&key));
    repo.commit_file("b.env", "none\n");
    repo.write("c.env", lines(&Random::new(83).pair()));
    repo.git(&["add", "-A"]);
    for (name, command, has_timeline) in [
        ("scan", &["scan"][..], false),
        ("staged", &["staged"], false),
        ("range", &["range", "HEAD~1..HEAD"], true),
        ("history", &["history"], true),
    ] {
        if name == "range" {
            repo.commit("c");
        }
        let command: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
        let page = std::fs::read_to_string(report(&repo, name, &command)).unwrap();
        assert_eq!(page.contains("id=\"timeline\""), has_timeline, "{name}");
        assert!(page.contains("What to do"), "{name}");
        assert!(!page.contains("id=\"ages\""), "{name}: no policy was asked");
        let policy = [&command[..], &["--policy".to_owned(), "cis-v3".to_owned()]].concat();
        let page = std::fs::read_to_string(report(&repo, &format!("{name}-policy"), &policy)).unwrap();
        assert_eq!(
            page.contains("id=\"ages\""),
            has_timeline,
            "{name}: nothing dates a key in files"
        );
        assert!(page.contains("<span class=\"verdict"), "{name}");
    }
}

#[test]
fn a_page_of_twenty_thousand_findings_opens() {
    let mut report = samples::history();
    let place = report.findings[1].occurrences.clone();
    report.findings = (0..20_000)
        .map(|seed| {
            let mut finding = samples::finding(&samples::secret_rule(), &samples::value("", 40, seed), place.clone());
            finding.introduced = Some(samples::stamp(1));
            finding.state = keytrail::origin::State::HistoryOnly;
            finding
        })
        .collect();
    report.suppressed = report.findings[..2_000].to_vec();
    report.suppressed.iter_mut().for_each(|finding| {
        finding.suppressed = Some(keytrail::finding::Suppression::of(
            keytrail::finding::SuppressionKind::Allow,
            "known",
        ));
    });
    report.faults = (0..5_000)
        .map(|n| keytrail::skip::Skip::fault(format!("objects/{n}"), "it is missing"))
        .collect();
    let page = Format::Html.render(&report, &RenderOptions::default());
    assert!(page.len() < 6 << 20, "{} bytes", page.len());
    let file = PAGE.with_file_name("20000.html");
    std::fs::write(&file, &page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert_eq!(
        (page.matches("<article").count(), page.matches("class=\"card\"").count()),
        (1000, 200)
    );
    assert!(
        page.contains("The worst 1,000 of 20,000 findings are written out"),
        "it says so"
    );
    assert!(page.contains("19,000 are only counted"));
    assert!(page.contains("1,500 more are only counted") && page.contains("and 4,900 more, which"));
    let mut browser = Browser::start();
    // Of the processor: other work on this machine does not count.
    browser.ask("Performance.enable", json!({"timeDomain": "threadTicks"}));
    browser.open(&file, 1400, false);
    let told = browser.ask("Performance.getMetrics", json!({}));
    let mut told = told["metrics"].as_array().unwrap().iter();
    let took = told.find(|metric| metric["name"] == "TaskDuration").unwrap()["value"]
        .as_f64()
        .unwrap();
    eprintln!("{} bytes, opened in {took:.2} s", page.len());
    assert!(took < 5.0, "{took} s");
}
