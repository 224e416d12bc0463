//! The folder with fixtures, schemas and tools that is not part of this repository.

use std::path::PathBuf;

/// A path in that folder. A test that needs it fails where it is missing: passing without looking is no pass.
pub fn shared(path: &str) -> PathBuf {
    let root = std::env::var_os("KEYTRAIL_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let found = root.join(path);
    assert!(
        found.exists(),
        "{} is missing; set KEYTRAIL_SHARED to its folder",
        found.display()
    );
    found
}
