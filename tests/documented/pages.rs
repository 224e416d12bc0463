//! What the documentation holds: its pages, their blocks of code, their commands in running text, their links.

use std::fs;
use std::path::{Path, PathBuf};

/// A page of the documentation.
pub struct Page {
    /// Its path in the repository.
    pub path: String,
    pub text: String,
}

/// A fenced block of code.
#[derive(Clone)]
pub struct Block {
    pub page: String,
    /// The line at which its code begins, from 1.
    pub line: usize,
    pub language: String,
    pub lines: Vec<String>,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages at the top that have commands, and all in `docs/`.
pub fn pages() -> Vec<Page> {
    let mut files: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "rules/README.md"]
        .map(PathBuf::from)
        .into();
    let listed = fs::read_dir(root().join("docs")).expect("a folder");
    let listed = listed.map(|entry| entry.expect("an entry").file_name());
    files.extend(listed.map(|name| Path::new("docs").join(name)));
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    let read = |file: &PathBuf| Page {
        path: file.to_str().expect("a plain path").to_owned(),
        text: fs::read_to_string(root().join(file)).expect("a page"),
    };
    files.iter().map(read).collect()
}

impl Page {
    /// Its blocks of code, without the blanks that a list puts before them.
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<(Block, &str, usize)> = None;
        for (number, line) in self.text.lines().enumerate() {
            let bare = line.trim_start();
            let fence = &bare[..bare.len() - bare.trim_start_matches('`').len()];
            open = match open {
                None if fence.len() >= 3 => {
                    let block = Block {
                        page: self.path.clone(),
                        line: number + 2,
                        language: bare[fence.len()..].to_owned(),
                        lines: Vec::new(),
                    };
                    Some((block, fence, line.len() - bare.len()))
                }
                Some((block, opened, _)) if bare == opened => {
                    blocks.push(block);
                    None
                }
                Some((mut block, opened, indent)) => {
                    block.lines.push(line.get(indent..).unwrap_or_default().to_owned());
                    Some((block, opened, indent))
                }
                none => none,
            };
        }
        assert!(open.is_none(), "{}: a block does not end", self.path);
        blocks
    }

    /// What stands between backticks outside of blocks.
    pub fn spans(&self) -> Vec<String> {
        self.prose().split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// Where links within the repository lead to, as they are written.
    pub fn links(&self) -> Vec<String> {
        let prose = self.prose();
        let after = prose.split("](").skip(1);
        let targets = after.filter_map(|rest| rest.split_once(')').map(|(target, _)| target.to_owned()));
        targets.filter(|target| !target.contains("://")).collect()
    }

    /// Whether a heading has this anchor, as hosts make them.
    pub fn has_anchor(&self, anchor: &str) -> bool {
        let headings = self.text.lines().filter(|line| line.starts_with('#'));
        headings.map(|line| line.trim_start_matches('#').trim()).any(|heading| {
            let kept = heading.to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).eq(anchor.chars())
        })
    }

    /// The text without blocks of code.
    fn prose(&self) -> String {
        let mut is_code = false;
        let outside = |line: &&str| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        };
        self.text.lines().filter(outside).collect::<Vec<_>>().join("\n")
    }
}

impl Block {
    /// Its commands with their lines: a line that ends in `\` goes on in the next.
    pub fn commands(&self) -> Vec<(usize, String)> {
        let mut commands: Vec<(usize, String)> = Vec::new();
        let mut goes_on = false;
        for (number, line) in self.lines.iter().enumerate() {
            match commands.last_mut() {
                Some((_, command)) if goes_on => *command += &format!("\n{line}"),
                _ => commands.push((self.line + number, line.clone())),
            }
            goes_on = line.ends_with('\\');
        }
        commands.retain(|(_, command)| !command.trim().is_empty() && !command.trim_start().starts_with('#'));
        commands
    }
}
