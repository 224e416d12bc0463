//! `history` finds what a repository still holds, and provenance says where it came from.
//!
//! A plain marker stands for a secret, and looking for it stands for the detectors.

mod common;

use std::fs;
use std::path::Path;

use common::repo::{DAY, FIRST, TestRepo, damage};
use keytrail::git::commit::{Commit, parts};
use keytrail::git::provenance::{Hits, PlaceInHistory, Trace, trace};
use keytrail::git::{Derived, Graph, ObjectKind, Packed, ReadObject, Repository, Roots, Store, Visitor, parse_id};
use keytrail::origin::{ObjectId, Origin, Place, State};
use keytrail::skip::{Policy, Why};
use keytrail::source::history::{History, discover, place_of};
use keytrail::source::{Added, Handle, Item};

const MARK: &str = "MARKER-ONE";

/// What an audit for one marker says.
struct Audit {
    history: History,
    /// The places of the items that hold the marker.
    places: Vec<Place>,
    trace: Trace,
    incomplete: Vec<String>,
    /// Faults of objects that could not be read as items.
    unread: Vec<(ObjectId, String)>,
}

/// The packed blobs, commits and tags, as items.
struct PackedItems(Vec<(u32, Item)>);

impl Visitor for PackedItems {
    type Kept = ();

    fn visit(&mut self, object: Packed<'_>, _derived: Option<Derived<'_, ()>>) {
        let place = place_of(object.kind).expect("trees are not wanted");
        let item = Item {
            handle: Handle::Object(object.id()),
            origin: Origin::new(place, "").in_object(object.id()),
            commit: None,
            added: Added::All,
        };
        self.0.push((object.number, item));
    }
}

impl Audit {
    fn of(repo: &Repository) -> Self {
        let store = Store::open(repo).expect("the store opens");
        let roots = Roots::of(repo);
        let history = discover(repo, &store, &roots, 1);
        let mut hits = Hits::default();
        let (mut places, mut unread, mut raw) = (Vec::new(), Vec::new(), Vec::new());
        let wanted = |kind| kind != ObjectKind::Tree;
        let (mut packed, faults) = store.walk(wanted, 1, || PackedItems(Vec::new()));
        let mut items = packed.remove(0).0;
        items.sort_by_key(|(number, _)| *number);
        let items = items.into_iter().map(|(_, item)| item);
        let items: Vec<Item> = items.chain(history.found.items.iter().cloned()).collect();
        for fault in faults {
            if let Why::Fault(reason) = fault.skip.why {
                unread.push((parse_id(&fault.skip.what).expect("an id"), reason));
            }
        }
        let holds = |bytes: &[u8]| memchr::memmem::find(bytes, MARK.as_bytes()).is_some();
        for item in &items {
            match &item.handle {
                Handle::Object(id) => match store.read(id, &mut raw) {
                    Ok(ObjectKind::Blob) if holds(&raw) => {
                        places.push(Place::Blob);
                        hits.objects.insert(*id, vec![0]);
                    }
                    Ok(ObjectKind::Commit | ObjectKind::Tag) => {
                        let parts = parts(&raw, item.origin.place);
                        for (place, _) in parts.iter().filter(|(_, part)| holds(&raw[part.clone()])) {
                            places.push(*place);
                            hits.objects.insert(*id, vec![0]);
                        }
                    }
                    Ok(_) => {}
                    Err(reason) => unread.push((*id, reason)),
                },
                Handle::Bytes(name) if holds(name) => {
                    places.push(item.origin.place);
                    if item.origin.place == Place::PathName {
                        hits.names.insert(name.clone(), vec![0]);
                    }
                }
                _ => {}
            }
        }
        let graph = Graph::order(&history.commits);
        let mut traced = trace(&store, &graph, &roots, repo.head(), &hits, 1, &[]);
        Self {
            history,
            places,
            trace: traced.traces.remove(0),
            incomplete: traced.incomplete,
            unread,
        }
    }

    fn introduced(&self) -> Option<ObjectId> {
        self.trace.introduced.map(|stamp| stamp.id)
    }

    fn removed(&self) -> Option<ObjectId> {
        self.trace.removed.map(|stamp| stamp.id)
    }

    fn refs(&self) -> Vec<&str> {
        self.trace.refs.iter().map(String::as_str).collect()
    }

    fn paths(&self) -> Vec<&str> {
        let text = |place: &'_ PlaceInHistory| std::str::from_utf8(&place.path).expect("a plain path").to_owned();
        self.trace
            .places
            .iter()
            .map(|place| text(place).leak() as &str)
            .collect()
    }

    fn faults(&self) -> Vec<(String, &str)> {
        let skips = self.history.found.skips.iter();
        skips
            .filter_map(|skip| match &skip.why {
                Why::Fault(reason) => Some((String::from_utf8_lossy(&skip.what).into_owned(), reason.as_str())),
                Why::Policy(_) => None,
            })
            .collect()
    }

    fn is_whole(&self) -> bool {
        self.faults().is_empty()
            && self.unread.is_empty()
            && self.history.found.incomplete.is_empty()
            && self.incomplete.is_empty()
    }
}

fn audit(repo: &TestRepo) -> Audit {
    let audit = Audit::of(&repo.open());
    assert!(
        audit.is_whole(),
        "{:?} {:?}",
        audit.faults(),
        audit.history.found.incomplete
    );
    audit
}

#[test]
fn a_file_in_head_is_in_tree() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let brought = repo.commit_file("dir/b", MARK);
    repo.commit_file("c", "nothing");
    let audit = audit(&repo);
    assert_eq!(audit.introduced(), Some(brought));
    assert_eq!(audit.trace.introduced.map(|s| s.commit_time), Some(FIRST + 2 * DAY));
    assert_eq!(audit.removed(), None);
    assert_eq!(audit.trace.state, State::InTree);
    assert_eq!(audit.refs(), ["refs/heads/main"]);
    assert_eq!(audit.paths(), ["dir/b"]);
    let place = &audit.trace.places[0];
    assert_eq!(place.in_head, Some(place.object));
    assert_eq!(place.first.map(|stamp| stamp.id), Some(brought));
    assert_eq!(audit.history.found.commits, 3);
}

#[test]
fn a_deleted_file_is_history() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let brought = repo.commit_file("b", MARK);
    fs::remove_file(repo.path().join("b")).expect("the file");
    let removed = repo.commit("remove");
    repo.commit_file("c", "more");
    let audit = audit(&repo);
    assert_eq!((audit.introduced(), audit.removed()), (Some(brought), Some(removed)));
    assert_eq!(audit.trace.state, State::HistoryOnly);
    assert_eq!(audit.trace.places[0].in_head, None);
}

#[test]
fn a_side_branch_a_tag_and_a_remote_branch_are_named() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.git(&["checkout", "-qb", "side"]);
    let brought = repo.commit_file("b", MARK);
    repo.git(&["tag", "light"]);
    repo.git(&["tag", "-a", "-m", "annotated", "heavy"]);
    repo.git(&["update-ref", "refs/remotes/origin/side", "HEAD"]);
    repo.git(&["checkout", "-q", "main"]);
    let found = audit(&repo);
    assert_eq!(found.introduced(), Some(brought));
    assert_eq!(found.removed(), None);
    assert_eq!(found.trace.state, State::HistoryOnly);
    assert_eq!(
        found.refs(),
        [
            "refs/heads/side",
            "refs/remotes/origin/side",
            "refs/tags/heavy",
            "refs/tags/light"
        ]
    );
    repo.git(&["branch", "-qD", "side"]);
    repo.git(&["tag", "-d", "light"]);
    repo.git(&["update-ref", "-d", "refs/remotes/origin/side"]);
    repo.git(&["pack-refs", "--all"]);
    assert_eq!(audit(&repo).refs(), ["refs/tags/heavy"]);
}

#[test]
fn messages_and_identities_are_read() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let told = repo.commit(&format!("subject\n\nthe body tells {MARK}"));
    repo.commit_file("a", "more");
    let found = audit(&repo);
    assert_eq!(found.places, [Place::CommitMessage, Place::RefName][..1]);
    assert_eq!((found.introduced(), found.removed()), (Some(told), None));
    assert_eq!(found.trace.state, State::HistoryOnly);
    assert!(found.paths().is_empty());

    let repo = TestRepo::new();
    repo.write("a", "x");
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "x", "--author", &format!("{MARK} <a@example.com>")]);
    assert_eq!(audit(&repo).places, [Place::Identity]);
}

#[test]
fn a_tag_message_has_the_tag_s_time() {
    let repo = TestRepo::new();
    let tagged = repo.commit_file("a", "nothing");
    let time = repo.tick();
    repo.git(&["tag", "-a", "v1", "-m", MARK]);
    repo.git(&["tag", "-a", "v2", "-m", "a tag of a tag", "v1"]);
    let found = audit(&repo);
    assert_eq!(found.places, [Place::TagMessage]);
    assert_eq!(found.introduced(), Some(tagged));
    assert_eq!(found.trace.introduced.map(|s| s.commit_time), Some(time));
    assert_eq!(found.refs(), ["refs/tags/v1", "refs/tags/v2"]);
    assert_eq!(found.trace.state, State::HistoryOnly);
}

#[test]
fn notes_are_read() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.git(&["notes", "add", "-m", MARK]);
    let found = audit(&repo);
    assert_eq!(found.refs(), ["refs/notes/commits"]);
    assert_eq!(found.introduced(), Some(repo.id("refs/notes/commits")));
}

#[test]
fn every_part_of_every_stash_is_read() {
    // Index, work tree and untracked files of a stash, and the older of two stashes.
    let parts: [(&str, &[&str]); 3] = [
        ("tracked", &["add", "tracked"]),
        ("tracked", &["status"]),
        ("new", &["status"]),
    ];
    for (file, prepare) in parts {
        let repo = TestRepo::new();
        repo.commit_file("tracked", "nothing");
        repo.write(file, MARK);
        repo.git(prepare);
        if prepare[0] == "add" {
            repo.write(file, "the work tree has it no more");
        }
        repo.git(&["stash", "push", "-q", "--include-untracked"]);
        assert_eq!(audit(&repo).refs(), ["stash@{0}"], "{file} {prepare:?}");
        repo.write("tracked", "other");
        repo.git(&["stash", "push", "-q"]);
        let found = audit(&repo);
        assert_eq!(found.refs(), ["stash@{1}"], "{file} {prepare:?}");
        assert_eq!(found.trace.state, State::HistoryOnly);
    }
}

#[test]
fn a_reflog_entry_is_the_last_resort() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let dropped = repo.commit_file("b", MARK);
    repo.git(&["reset", "-q", "--hard", "HEAD~"]);
    let found = audit(&repo);
    assert_eq!(found.introduced(), Some(dropped));
    assert_eq!(found.refs(), ["ORIG_HEAD", "HEAD@{1}", "refs/heads/main@{1}"]);
    assert_eq!(found.trace.state, State::HistoryOnly);
    let message = repo.commit(&format!("{MARK} in the subject"));
    let found = audit(&repo);
    assert_eq!(
        found.places.iter().filter(|p| **p == Place::RefName).count(),
        2,
        "the reflogs quote it"
    );
    assert_eq!(found.refs(), ["refs/heads/main"]);
    assert_ne!(found.introduced(), Some(message));
}

/// Forgets everything but the branches.
fn expire(repo: &TestRepo) {
    repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    for name in ["ORIG_HEAD", "FETCH_HEAD"] {
        let _ = fs::remove_file(repo.path().join(".git").join(name));
    }
}

#[test]
fn what_nothing_reaches_is_found_loose_and_in_a_cruft_pack() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let dropped = repo.commit_file("b", MARK);
    repo.git(&["reset", "-q", "--hard", "HEAD~"]);
    expire(&repo);
    for packed in [false, true] {
        if packed {
            repo.git(&["gc", "-q", "--cruft", "--prune=never"]);
            assert!(!repo.loose(&dropped).exists());
        }
        let found = audit(&repo);
        assert_eq!(found.introduced(), Some(dropped));
        assert_eq!(found.trace.state, State::Unreachable);
        assert!(found.refs().is_empty());
        assert_eq!(found.paths(), ["b"]);
    }
}

#[test]
fn every_kind_of_pack_index_is_read() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", MARK);
    repo.git(&["-c", "pack.indexVersion=1", "repack", "-adq"]);
    assert_eq!(audit(&repo).introduced(), Some(first));
    repo.commit_file("b", format!("{MARK} again"));
    repo.git(&["repack", "-dq"]);
    repo.git(&["multi-pack-index", "write"]);
    repo.git(&["commit-graph", "write", "--reachable"]);
    let found = audit(&repo);
    assert_eq!(found.introduced(), Some(first));
    assert_eq!(found.places.len(), 2);
}

#[test]
fn of_very_many_refs_a_hundred_are_named() {
    let repo = TestRepo::new();
    repo.commit_file("a", MARK);
    for n in 0..120 {
        repo.git(&["update-ref", &format!("refs/tags/{n:03}"), "HEAD"]);
    }
    let found = audit(&repo);
    assert_eq!((found.trace.refs.len(), found.trace.more_refs), (100, 21));
    assert_eq!(found.refs()[0], "refs/heads/main");
}

#[test]
fn the_repository_is_described() {
    let repo = TestRepo::new();
    let opened = repo.open();
    assert_eq!(
        (opened.head(), opened.branch().as_deref(), opened.remote()),
        (None, Some("main"), None)
    );
    let head = repo.commit_file("a", "nothing");
    repo.git(&["remote", "add", "origin", "https://ada:pass@host.example/a/b.git"]);
    let opened = repo.open();
    assert_eq!((opened.head(), opened.branch().as_deref()), (Some(head), Some("main")));
    assert_eq!(opened.remote().as_deref(), Some("https://host.example/a/b.git"));
    assert!(opened.shallow().is_none() && !opened.is_partial());
    repo.git(&["checkout", "-q", "--detach"]);
    assert_eq!((repo.open().head(), repo.open().branch()), (Some(head), None));
    let bare = repo.beside("bare.git");
    let from = repo.path();
    repo.git(&[
        "clone",
        "-q",
        "--bare",
        from.to_str().expect("plain"),
        bare.to_str().expect("plain"),
    ]);
    assert_eq!(repo.open_at(&bare).head(), Some(head));
    assert_eq!(repo.open_at(&repo.path().join(".git")).head(), Some(head));
}

#[test]
fn nothing_found_reads_nothing() {
    /// A store that must not be asked.
    struct Closed;
    impl ReadObject for Closed {
        fn read(&self, id: &ObjectId, _: &mut Vec<u8>) -> Result<ObjectKind, String> {
            panic!("{id} was read");
        }
    }
    let repo = TestRepo::new();
    let head = repo.commit_file("a", "nothing");
    let roots = Roots::of(&repo.open());
    let traced = trace(
        &Closed,
        &Graph::order(&[(head, Commit::default())]),
        &roots,
        Some(head),
        &Hits::default(),
        0,
        &[],
    );
    assert!(traced.traces.is_empty());
}

#[test]
fn a_blob_without_a_tree_is_found_and_the_index_is_named() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.write("dir/b", MARK);
    repo.git(&["add", "-A"]);
    let found = audit(&repo);
    assert_eq!(found.refs(), ["index"]);
    assert_eq!(found.paths(), ["dir/b"]);
    assert_eq!((found.introduced(), found.trace.state), (None, State::Unreachable));
    repo.git(&["reset", "-q", "--hard"]);
    let found = audit(&repo);
    assert!(found.refs().is_empty() && found.paths().is_empty());
    assert_eq!((found.introduced(), found.trace.state), (None, State::Unreachable));
}

#[test]
fn alternates_are_read() {
    let repo = TestRepo::new();
    repo.commit_file("a", MARK);
    let clone = repo.beside("clone");
    let from = repo.path();
    let args = [
        "clone",
        "-q",
        "--shared",
        from.to_str().expect("plain"),
        clone.to_str().expect("plain"),
    ];
    repo.git(&args);
    let found = Audit::of(&repo.open_at(&clone));
    assert!(found.is_whole());
    assert_eq!(found.trace.state, State::InTree);
    fs::rename(repo.path(), repo.beside("gone")).expect("a move");
    let found = Audit::of(&repo.open_at(&clone));
    assert!(
        found
            .faults()
            .iter()
            .any(|(what, _)| what.ends_with("repo/.git/objects"))
    );
}

#[test]
fn linked_worktrees_have_their_own_roots() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let linked = repo.beside("linked");
    repo.git(&["worktree", "add", "-q", "--detach", linked.to_str().expect("plain")]);
    fs::write(linked.join("b"), MARK).expect("a file");
    repo.git_in(&linked, &["add", "-A"]);
    assert_eq!(audit(&repo).refs(), ["worktrees/linked/index"]);
    repo.git_in(&linked, &["commit", "-qm", "in the worktree"]);
    assert_eq!(
        audit(&repo).refs(),
        ["worktrees/linked/HEAD", "worktrees/linked/HEAD@{0}"]
    );
    let inside = Audit::of(&repo.open_at(&linked));
    assert_eq!(inside.refs(), ["HEAD", "HEAD@{0}"]);
    assert_eq!(inside.trace.state, State::InTree);
}

#[test]
fn an_evil_merge_introduces() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.git(&["checkout", "-qb", "side"]);
    repo.commit_file("b", "side");
    repo.git(&["checkout", "-q", "main"]);
    repo.commit_file("c", "main");
    repo.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    let merge = repo.commit_file("d", MARK);
    let found = audit(&repo);
    assert_eq!(found.introduced(), Some(merge));
}

#[test]
fn a_merge_removes_only_what_no_side_had_removed() {
    // Removed on main; a branch from before still has it when it is merged.
    let repo = TestRepo::new();
    repo.commit_file("b", MARK);
    repo.git(&["branch", "side"]);
    fs::remove_file(repo.path().join("b")).expect("the file");
    let removed = repo.commit("remove");
    repo.git(&["checkout", "-q", "side"]);
    repo.commit_file("c", "side");
    repo.git(&["checkout", "-q", "main"]);
    repo.tick();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"]);
    assert_eq!(audit(&repo).removed(), Some(removed));

    // Only ever on the branch, and dropped by the merge itself.
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    repo.git(&["checkout", "-qb", "side"]);
    repo.commit_file("b", MARK);
    repo.git(&["checkout", "-q", "main"]);
    repo.tick();
    repo.git(&["merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side"]);
    repo.git(&["commit", "-qm", "ours"]);
    assert_eq!(audit(&repo).removed(), Some(repo.id("HEAD")));
}

#[test]
fn type_changes_attributes_and_binary_files_hide_nothing() {
    let repo = TestRepo::new();
    repo.write(".gitattributes", "* -diff filter=none\n*.bin binary\n");
    repo.commit_file("a", "nothing");
    let binary = repo.commit_file("x.bin", [b"\0\0\0", MARK.as_bytes()].concat());
    assert_eq!(audit(&repo).introduced(), Some(binary));

    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let linked = {
        fs::remove_file(repo.path().join("a")).expect("the file");
        let id = repo.hash_object("blob", MARK.as_bytes());
        repo.git(&["update-index", "--cacheinfo", &format!("120000,{id},a")]);
        repo.git(&["commit", "-qm", "now a link"]);
        repo.id("HEAD")
    };
    assert_eq!(audit(&repo).introduced(), Some(linked));
}

#[test]
fn names_of_files_branches_and_tags_are_read() {
    let repo = TestRepo::new();
    repo.write(&format!("dir/{MARK}/file"), "nothing");
    let brought = repo.commit("a folder");
    let found = audit(&repo);
    assert_eq!(found.places, [Place::PathName]);
    assert_eq!(found.introduced(), Some(brought));
    assert_eq!(found.paths(), [format!("dir/{MARK}")]);
    assert_eq!(found.trace.places[0].place, Place::PathName);
    assert!(found.trace.places[0].in_head.is_some());

    for name in [format!("refs/heads/{MARK}"), format!("refs/tags/x/{MARK}")] {
        let repo = TestRepo::new();
        repo.commit_file("a", "nothing");
        repo.git(&["update-ref", &name, "HEAD"]);
        assert_eq!(audit(&repo).places, [Place::RefName]);
        repo.git(&["pack-refs", "--all"]);
        assert_eq!(audit(&repo).places, [Place::RefName]);
    }
}

#[test]
fn a_rename_is_one_introduction_and_two_places() {
    let repo = TestRepo::new();
    let brought = repo.commit_file("old", MARK);
    repo.git(&["mv", "old", "new"]);
    let moved = repo.commit("move");
    let found = audit(&repo);
    assert_eq!((found.introduced(), found.removed()), (Some(brought), None));
    assert_eq!(found.paths(), ["old", "new"]);
    let places = &found.trace.places;
    assert_eq!(places[1].first.map(|stamp| stamp.id), Some(moved));
    assert_eq!((places[0].in_head, places[1].in_head), (None, Some(places[1].object)));
}

#[test]
fn a_place_has_the_first_blob_and_head_s() {
    let repo = TestRepo::new();
    repo.commit_file("a", MARK);
    let first = repo.id("HEAD:a");
    repo.commit_file("a", format!("{MARK} and more"));
    repo.commit_file("a", format!("{MARK} and even more"));
    let place = audit(&repo).trace.places.remove(0);
    assert_eq!((place.object, place.in_head), (first, Some(repo.id("HEAD:a"))));
}

#[test]
fn a_secret_that_comes_back_keeps_its_first_commit() {
    let repo = TestRepo::new();
    let first = repo.commit_file("a", MARK);
    repo.commit_file("a", "nothing");
    repo.commit_file("a", MARK);
    let found = audit(&repo);
    assert_eq!((found.introduced(), found.removed()), (Some(first), None));
    let last = repo.commit_file("a", "nothing again");
    let found = audit(&repo);
    assert_eq!((found.introduced(), found.removed()), (Some(first), Some(last)));
}

#[test]
fn of_two_roots_the_earlier_one_introduces() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let first = repo.commit_file("b", MARK);
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    repo.commit_file("c", MARK);
    repo.git(&["merge", "-q", "--allow-unrelated-histories", "-m", "join", "main"]);
    assert_eq!(audit(&repo).introduced(), Some(first));
}

#[test]
fn criss_cross_merges_are_followed() {
    let repo = TestRepo::new();
    repo.commit_file("base", "nothing");
    repo.git(&["checkout", "-qb", "side"]);
    let brought = repo.commit_file("b", MARK);
    repo.git(&["checkout", "-q", "main"]);
    let other = repo.commit_file("c", "nothing");
    repo.tick();
    repo.git(&["merge", "-q", "-m", "one", "side"]);
    repo.git(&["checkout", "-q", "side"]);
    repo.git(&["merge", "-q", "-m", "two", &other.to_string()]);
    fs::remove_file(repo.path().join("b")).expect("the file");
    let removed = repo.commit("remove");
    repo.git(&["checkout", "-q", "main"]);
    repo.tick();
    repo.git(&["merge", "-q", "-m", "three", "side"]);
    let found = audit(&repo);
    assert_eq!((found.introduced(), found.removed()), (Some(brought), Some(removed)));
}

#[test]
fn ancestry_decides_and_not_the_clock() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let brought = repo.commit_file("b", MARK);
    repo.set_clock(FIRST - 100 * DAY);
    repo.commit_file("b", format!("{MARK} touched with a clock far behind"));
    let removed = repo.commit_file("b", "nothing");
    let found = audit(&repo);
    assert_eq!((found.introduced(), found.removed()), (Some(brought), Some(removed)));
}

#[test]
fn replace_refs_and_grafts_hide_nothing() {
    let repo = TestRepo::new();
    repo.commit_file("a", "nothing");
    let brought = repo.commit_file("b", MARK);
    let clean = repo.hash_object("blob", b"harmless");
    repo.git(&["replace", &repo.id("HEAD:b").to_string(), &clean.to_string()]);
    let found = audit(&repo);
    assert_eq!(found.introduced(), Some(brought));
    assert_eq!(found.trace.state, State::InTree);
    repo.commit_file("c", "more");
    fs::write(repo.path().join(".git/info/grafts"), format!("{}\n", repo.id("HEAD"))).expect("a file");
    assert_eq!(audit(&repo).refs(), ["refs/heads/main"]);
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let repo = TestRepo::new();
    repo.commit_file("a", MARK);
    repo.commit_file("a", "nothing");
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth=1", &url, clone.to_str().expect("plain")]);
    let found = Audit::of(&repo.open_at(&clone));
    assert!(found.places.is_empty());
    assert!(found.faults().is_empty(), "{:?}", found.faults());
    let [reason] = &found.history.found.incomplete[..] else {
        panic!("one reason: {:?}", found.history.found.incomplete);
    };
    assert!(reason.contains("shallow") && reason.contains("--unshallow"));
}

#[test]
fn a_partial_clone_counts_what_it_lacks() {
    let repo = TestRepo::new();
    for n in 0..9 {
        repo.commit_file("a", format!("version {n}"));
    }
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.beside("clone");
    let url = format!("file://{}", repo.path().display());
    repo.git(&[
        "clone",
        "-q",
        "--filter=blob:none",
        "--no-checkout",
        &url,
        clone.to_str().expect("plain"),
    ]);
    let found = Audit::of(&repo.open_at(&clone));
    assert_eq!(found.faults().len(), 5);
    let [reason] = &found.history.found.incomplete[..] else {
        panic!("one reason: {:?}", found.history.found.incomplete);
    };
    assert!(reason.contains("partial") && reason.contains("9 object(s)"), "{reason}");
}

#[test]
fn missing_and_damaged_objects_are_named_and_the_rest_is_read() {
    let repo = TestRepo::new();
    repo.commit_file("a", "one");
    let (missing, zlib, hash) = (
        repo.id("HEAD:a"),
        repo.commit_file("b", "two"),
        repo.commit_file("c", "three"),
    );
    repo.commit_file("d", MARK);
    fs::remove_file(repo.loose(&missing)).expect("the object");
    damage(&repo.loose(&zlib), |bytes| bytes.fill(b'x'));
    let other = fs::read(repo.loose(&repo.id("HEAD"))).expect("an object");
    damage(&repo.loose(&hash), |bytes| *bytes = other);
    let found = Audit::of(&repo.open());
    assert_eq!(found.introduced(), Some(repo.id("HEAD")));
    let mut named: Vec<_> = found.faults().into_iter().map(|(what, _)| what).collect();
    named.sort();
    let mut expected = vec![missing.to_string(), zlib.to_string(), hash.to_string()];
    expected.sort();
    assert_eq!(named, expected);
    assert_eq!(
        found.history.found.incomplete,
        ["1 object(s) that the history names are missing"]
    );
}

/// The only file with this extension among the packs.
fn pack_file(repo: &TestRepo, extension: &str) -> std::path::PathBuf {
    let dir = repo.path().join(".git/objects/pack");
    let mut files = fs::read_dir(dir)
        .expect("packs")
        .map(|entry| entry.expect("a pack").path());
    files
        .find(|file| file.extension().is_some_and(|e| e == extension))
        .expect("a pack")
}

#[test]
fn a_damaged_pack_is_noticed() {
    let repo = TestRepo::new();
    repo.commit_file("a", "x".repeat(5000) + MARK);
    let blob = repo.id("HEAD:a");
    repo.git(&["gc", "-q"]);
    let at: usize = {
        let list = repo.git(&["verify-pack", "-v", pack_file(&repo, "idx").to_str().expect("plain")]);
        let line = list
            .lines()
            .find(|line| line.starts_with(&blob.to_string()))
            .expect("the blob is packed");
        line.split_whitespace()
            .nth(4)
            .and_then(|at| at.parse().ok())
            .expect("an offset")
    };
    damage(&pack_file(&repo, "pack"), |bytes| bytes[at + 12] ^= 0x55);
    let found = Audit::of(&repo.open());
    assert!(
        found.unread.iter().any(|(id, _)| *id == blob),
        "{:?} {:?}",
        found.unread,
        found.faults()
    );
}

#[test]
fn a_damaged_pack_index_is_named_and_the_rest_is_read() {
    let repo = TestRepo::new();
    repo.commit_file("a", "packed");
    repo.git(&["gc", "-q"]);
    repo.git(&["checkout", "-q", "--orphan", "other"]);
    let loose = repo.commit_file("b", MARK);
    let index = pack_file(&repo, "idx");
    damage(&index, |bytes| bytes[9] = 0xff);
    let found = Audit::of(&repo.open());
    assert!(
        found
            .faults()
            .iter()
            .any(|(what, _)| Path::new(what).file_name() == index.file_name())
    );
    assert_eq!(found.introduced(), Some(loose));
    fs::remove_file(&index).expect("the index");
    let found = Audit::of(&repo.open());
    assert!(found.faults().iter().any(|(what, _)| what.ends_with(".pack")));
}

#[test]
fn broken_refs_are_faults_and_hide_nothing() {
    let repo = TestRepo::new();
    let brought = repo.commit_file("a", MARK);
    fs::write(repo.path().join(".git/refs/heads/broken"), "no id\n").expect("a file");
    fs::write(repo.path().join(".git/refs/heads/lost"), "1".repeat(40)).expect("a file");
    let found = Audit::of(&repo.open());
    let faults: Vec<_> = found.faults().into_iter().map(|(what, _)| what).collect();
    assert_eq!(faults, ["refs/heads/broken".to_owned(), "1".repeat(40)]);
    assert_eq!(found.introduced(), Some(brought));
}

#[test]
fn submodules_are_counted_and_not_missed() {
    let repo = TestRepo::new();
    let commit = repo.commit_file("a", "nothing");
    let foreign = commit.to_string().replace(|c: char| c.is_ascii_digit(), "7");
    repo.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{foreign},vendor/sub"),
    ]);
    repo.git(&["commit", "-qm", "a submodule"]);
    let found = audit(&repo);
    let submodules = found
        .history
        .found
        .skips
        .iter()
        .filter(|skip| skip.why == Why::Policy(Policy::Submodule));
    assert_eq!(submodules.count(), 1);
}

#[test]
fn a_tree_that_repeats_itself_ends() {
    // Ten folders of ten folders of ten ... of one file: 10^8 paths, 9 trees.
    let repo = TestRepo::new();
    let blob = repo.hash_object("blob", MARK.as_bytes());
    let mut below = (blob, "100644");
    for _ in 0..8 {
        let mut tree = Vec::new();
        for name in b'0'..=b'9' {
            tree.extend(below.1.as_bytes());
            tree.extend([b' ', name, 0]);
            tree.extend(below.0.as_bytes());
        }
        below = (repo.hash_object("tree", &tree), "40000");
    }
    let commit = repo.git(&["commit-tree", "-m", "bomb", &below.0.to_string()]);
    repo.git(&["update-ref", "refs/heads/bomb", &commit]);
    let found = Audit::of(&repo.open());
    assert_eq!(found.introduced().map(|id| id.to_string()), Some(commit));
    assert_eq!(found.incomplete.len(), 1);
    assert_eq!(found.refs(), ["refs/heads/bomb"]);
}
