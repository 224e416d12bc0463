//! `packed-refs`: the refs that git keeps in one file, a line each.

use std::collections::BTreeMap;

use crate::git::{Repository, parse_id, read_file};
use crate::origin::ObjectId;

/// More than this is no list of refs.
const LARGEST: u64 = 1 << 30;

/// Reads `packed-refs`; a line that is no ref makes the whole file suspect.
pub fn read(repo: &Repository) -> Result<BTreeMap<Vec<u8>, ObjectId>, String> {
    let text = match read_file(&repo.common_dir().join("packed-refs"), LARGEST) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error.to_string()),
    };
    // Git writes them in order, and a map is made of those at once.
    let mut found = Vec::new();
    for line in text.split(|&b| b == b'\n') {
        // `#` opens the header, `^` gives what the tag above peels to.
        if line.is_empty() || line[0] == b'#' || line[0] == b'^' {
            continue;
        }
        let entry = memchr::memchr(b' ', line).and_then(|space| {
            let name = line[space + 1..].trim_ascii_end();
            Some((name.to_vec(), parse_id(&line[..space])?))
        });
        let (name, id) = entry.ok_or("a line of it is not a ref")?;
        found.push((name, id));
    }
    Ok(found.into_iter().collect())
}
