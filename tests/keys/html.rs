//! The HTML page in a real browser: it asks nobody, fits 400 pixels, and shows hostile names as text.
//!
//! `tests/install-tools` installs Chromium. The screenshots are left in the test's output folder, to be looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::account::{Account, lines};
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

/// Runs the browser without a network and returns what it printed.
fn browse(arguments: &[&str], page: &Path) -> String {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let paths: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH").unwrap()).collect();
    let found = names
        .iter()
        .flat_map(|name| paths.iter().map(move |path| path.join(name)))
        .find(|path| path.exists());
    let browser = found.expect("chromium is not installed: run tests/install-tools");
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new("timeout")
        .args(["--kill-after=5", "90"])
        .arg(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            // The page stands in a frame of ours, which measures it.
            "--allow-file-access-from-files",
            "--virtual-time-budget=3000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A page that shows another at a width that the browser's own window cannot have, and says what it saw.
fn framed(page: &Path, width: u32) -> PathBuf {
    let frame = page.with_file_name(format!("frame-{width}.html"));
    let text = format!(
        "<!doctype html><body style=\"margin:0\"><iframe src=\"keys.html\" style=\"border:0;width:{width}px;height:3400px\">\
         </iframe><script>onload=function(){{var d=document.querySelector('iframe').contentDocument,\
         w=d.defaultView,o=[];d.querySelectorAll('body *').forEach(function(e){{var r=e.getBoundingClientRect();\
         if(r.right>{width}+1&&r.width>0&&!e.closest('.skip'))o.push(e.tagName+'.'+e.getAttribute('class'))}});\
         document.title=JSON.stringify({{scroll:d.documentElement.scrollWidth,title:d.title,over:o,\
         loads:w.performance.getEntriesByType('resource').length,scripts:d.scripts.length,images:d.images.length,\
         filter:!d.querySelector('.filter').hidden,rows:d.querySelectorAll('tr.key').length}})}}</script>"
    );
    std::fs::write(&frame, text).unwrap();
    frame
}

#[test]
fn the_page_fits_and_asks_nobody() {
    let page = page();
    for width in [400, 1400] {
        let dom = browse(&["--window-size=1400,3400", "--dump-dom"], &framed(&page, width));
        let title = dom
            .split("<title>")
            .nth(1)
            .and_then(|rest| rest.split("</title>").next())
            .expect("it was measured");
        let title = title.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        let seen: serde_json::Value = serde_json::from_str(&title).unwrap();
        assert_eq!(seen["scroll"], width, "it scrolls sideways: {seen}");
        assert_eq!(seen["over"], serde_json::json!([]), "something is cut off");
        assert_eq!((&seen["loads"], &seen["images"]), (&0.into(), &0.into()), "{seen}");
        assert_eq!(seen["scripts"], 1, "ours alone");
        assert_eq!(seen["filter"], true, "our script runs under its policy");
        assert_eq!(seen["rows"], 11);
        assert!(
            seen["title"].as_str().unwrap().starts_with("AWS access keys, 20"),
            "{seen}"
        );
    }
}

#[test]
fn screenshots_are_taken() {
    let page = page();
    for (width, scheme) in [(400, "1"), (400, "0"), (1400, "1"), (1400, "0")] {
        let name = format!("{width}-{}.png", if scheme == "0" { "dark" } else { "light" });
        let picture = page.with_file_name(name);
        let _ = std::fs::remove_file(&picture);
        let window = format!("--window-size={},2000", width.max(500));
        let shot = format!("--screenshot={}", picture.display());
        let blink = format!("--blink-settings=preferredColorScheme={scheme}");
        browse(&[&window, &shot, &blink], &framed(&page, width));
        assert!(
            std::fs::metadata(&picture).unwrap().len() > 20_000,
            "{}",
            picture.display()
        );
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
