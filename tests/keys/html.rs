//! The HTML page in a real browser: it asks nobody, fits 400 pixels, and shows hostile names as text.
//!
//! `tests/install-tools` installs Chromium. The screenshots are left in the test's output folder, to be looked at.

use std::path::{Path, PathBuf};

use crate::common::account::{Account, lines};
use crate::common::browser::Browser;
use crate::common::program;
use crate::common::repo::TestRepo;

const HOSTILE: [&str; 5] = [
    "<script>document.title='owned'</script>",
    "\"><img src=x onerror=alert(1)>",
    "o'brien & sons </svg></style>",
    "\u{202e}moc.elpmaxe",
    "a-very-long-name-without-any-place-to-break-it-at-all-0123456789",
];

/// A page with everything on it, below the test's output folder.
fn page() -> PathBuf {
    let mut account = Account::new(74);
    for (age, user) in (20..).zip(HOSTILE) {
        account.key(user, age, "Active", Some(1));
    }
    let leaked = account.key("deploy", 412, "Active", Some(2));
    account.key("svc-ci", 91, "Active", Some(0));
    account.key("svc-billing", 88, "Active", Some(1));
    account.key("backup", 1200, "Active", Some(90));
    account.key("bob", 200, "Inactive", Some(150));
    let repo = TestRepo::new();
    repo.commit_file("deploy/<b>prod</b>.env", lines(&leaked));
    repo.commit_file("other.env", lines(&account.unlisted()));
    repo.git(&["branch", "odd'$(id)<i>"]);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("keys-html");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("keys.html");
    let mut arguments = vec!["keys".to_owned(), "--repo".to_owned(), ".".to_owned()];
    arguments.extend(account.flags());
    arguments.push(format!("--report=html={}", file.display()));
    let run = program::run(&repo.path(), &arguments);
    assert_eq!(run.code, 1, "{}", run.err());
    file
}

/// What the page measures of itself.
const MEASURE: &str = "(function () {
  var d = document, width = d.documentElement.clientWidth, over = [];
  d.querySelectorAll('body *').forEach(function (e) {
    var r = e.getBoundingClientRect();
    if (r.right > width + 1 && r.width > 0 && !e.closest('.skip')) over.push(e.tagName + '.' + e.getAttribute('class'));
  });
  return { scroll: d.documentElement.scrollWidth, title: d.title, over: over, scripts: d.scripts.length,
    images: d.images.length, filter: !d.querySelector('.filter').hidden, rows: d.querySelectorAll('tr.key').length };
})()";

#[test]
fn the_page_fits_and_asks_nobody() {
    let page = page();
    let mut browser = Browser::start();
    for (width, is_dark) in [(400, false), (400, true), (1400, false), (1400, true)] {
        browser.open(&page, width, is_dark);
        let seen = browser.evaluate(MEASURE);
        assert_eq!(seen["scroll"], width, "it scrolls sideways: {seen}");
        assert_eq!(seen["over"], serde_json::json!([]), "something is cut off");
        assert_eq!((&seen["scripts"], &seen["images"]), (&1.into(), &0.into()), "{seen}");
        assert_eq!(seen["filter"], true, "our script runs under its policy");
        assert_eq!(seen["rows"], 11);
        let title = seen["title"].as_str().unwrap();
        assert!(title.starts_with("AWS access keys, 20"), "{seen}");
        let address = format!("file://{}", page.display());
        assert_eq!(browser.trouble(), [address], "one request, and no complaint");
        let scheme = if is_dark { "dark" } else { "light" };
        let picture = page.with_file_name(format!("{width}-{scheme}.png"));
        browser.screenshot(&picture);
        assert!(std::fs::metadata(&picture).unwrap().len() > 20_000);
    }
}

/// What needs no browser to be seen.
#[test]
fn nothing_in_the_page_leads_out_of_it() {
    let text = std::fs::read_to_string(page()).unwrap();
    assert!(!text.contains("http:") && !text.contains("https:"), "an address");
    for (at, _) in text.match_indices("href=") {
        assert!(text[at..].starts_with("href=\"#"), "a link out of the page");
    }
    assert!(text.contains("default-src 'none'"));
    assert_eq!(text.matches("<script").count(), 1);
    assert!(text.contains("&lt;script&gt;document.title=&#39;owned&#39;&lt;/script&gt;"));
    assert!(text.contains("\\u{202e}moc.elpmaxe") && !text.contains('\u{202e}'));
    assert!(text.contains("deploy/&lt;b&gt;prod&lt;/b&gt;.env"));
}
