//! What a place is called in a sentence: `src/a.env`, `message of commit 1a2b3c4d5e6f`.
//! Safe for a terminal: whatever the repository chose is escaped.

use crate::finding::Occurrence;
use crate::origin::{Origin, Place, way};
use crate::text::sanitize;

/// Names the place that content was read at; inside of archives as `a.zip!b/c.env`.
pub fn name(occurrence: &Occurrence) -> String {
    name_by_path(occurrence, &occurrence.origin.path)
}

/// Names it by another path than its own: one that is fit to be published.
pub fn name_by_path(occurrence: &Occurrence, path: &[u8]) -> String {
    let members = sanitize(&way::members(&occurrence.via));
    name_of_file(&occurrence.origin, path) + &members
}

fn name_of_file(origin: &Origin, path: &[u8]) -> String {
    let path = sanitize(path);
    // The path of a file names its submodule already.
    let submodule = origin.submodule.as_ref();
    let within = submodule.map_or_else(String::new, |name| format!(" in submodule {}", sanitize(name)));
    let object = origin.object.map_or_else(|| "?".to_owned(), |id| id.short());
    match origin.place {
        Place::Blob if path.is_empty() => format!("blob {object}{within}"),
        Place::File | Place::Blob => path,
        Place::Stdin => "standard input".to_owned(),
        Place::CommitMessage if origin.object.is_none() => "commit message".to_owned(),
        Place::CommitMessage => format!("message of commit {object}{within}"),
        Place::Identity => format!("identity in {object}{within}"),
        Place::TagMessage => format!("message of tag {path}{within}"),
        Place::PathName => format!("name of {path}"),
        Place::RefName => format!("name of {path}{within}"),
    }
}

/// Names the exact spot, in the form that editors and terminals turn into a link: `path:line:column`.
pub fn spot(occurrence: &Occurrence) -> String {
    let start = occurrence.start;
    format!("{}:{}:{}", name(occurrence), start.line, start.column)
}
