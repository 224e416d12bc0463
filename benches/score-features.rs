//! Prints the features of every value below some folders that the score would judge, for `benches/train-score`.
//!
//!     cargo run --release --example score-features -- FOLDER... > rows.tsv
//!
//! One line each: path, line, column of the value, line and column of its end, the features. No values.

use std::io::Write;
use std::path::Path;

use keytrail::detect::survey;
use keytrail::text::LineIndex;

/// Larger files are data.
const LARGEST: u64 = 4 << 20;

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for folder in std::env::args().skip(1) {
        visit(Path::new(&folder), &mut out)?;
    }
    out.flush()
}

fn visit(path: &Path, out: &mut impl Write) -> std::io::Result<()> {
    let kind = std::fs::symlink_metadata(path)?;
    if kind.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        return entries.iter().try_for_each(|entry| visit(entry, out));
    }
    if !kind.is_file() || kind.len() > LARGEST {
        return Ok(());
    }
    let bytes = std::fs::read(path)?;
    if bytes.iter().take(4096).any(|byte| *byte == 0) {
        return Ok(());
    }
    let lines = LineIndex::new(&bytes);
    for (assigned, row) in survey(&bytes) {
        let (start, end) = (lines.position(assigned.value.start), lines.position(assigned.value.end));
        let features: Vec<String> = row.iter().map(u8::to_string).collect();
        let place = format!("{}\t{}\t{}\t{}", start.line, start.column, end.line, end.column);
        writeln!(out, "{}\t{place}\t{}", path.display(), features.join(" "))?;
    }
    Ok(())
}
