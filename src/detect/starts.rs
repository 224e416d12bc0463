//! Things by the text that they start with. Tells which of them start at a place, and knows nothing of what they are.

/// Things in the order of their texts; those of the same text in the order in which they were given.
pub struct Starts<T> {
    things: Vec<(Box<[u8]>, T)>,
    /// The head of each thing's text.
    heads: Vec<Head>,
    /// Where the things of each first byte begin, and the end.
    first: Vec<usize>,
}

impl<T> Default for Starts<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl<T> Starts<T> {
    /// A thing whose text is empty starts nowhere.
    pub fn new(mut things: Vec<(Box<[u8]>, T)>) -> Self {
        things.retain(|(text, _)| !text.is_empty());
        things.sort_by(|a, b| a.0.cmp(&b.0));
        let first = (0..=256).map(|byte| things.partition_point(|(text, _)| usize::from(text[0]) < byte));
        let first = first.collect();
        let heads = things.iter().map(|(text, _)| Head::of(text)).collect();
        Self { things, heads, first }
    }

    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.things.iter().map(|(text, _)| &text[..])
    }

    /// The things whose text these bytes start with.
    pub fn of<'s>(&'s self, here: &'s [u8]) -> impl Iterator<Item = &'s T> {
        let head = Head::of(here).bytes;
        let range = here.first().map_or(0..0, |&byte| {
            self.first[usize::from(byte)]..self.first[usize::from(byte) + 1]
        });
        let heads = self.heads[range.clone()].iter().zip(&self.things[range]);
        let starting = heads.filter(move |(theirs, (text, _))| {
            head & theirs.mask == theirs.bytes && (text.len() <= 8 || here.starts_with(text))
        });
        starting.map(|(_, (_, thing))| thing)
    }
}

/// The first eight bytes of a text, compared at once.
struct Head {
    bytes: u64,
    /// Ones where the text has bytes.
    mask: u64,
}

impl Head {
    fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 8];
        let length = text.len().min(8);
        bytes[..length].copy_from_slice(&text[..length]);
        Self {
            bytes: u64::from_le_bytes(bytes),
            mask: u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_start_here_are_told_and_nothing_else() {
        let texts = ["sk_", "sk_live_", "\u{ff}", "", "sk_", "x"];
        let starts = Starts::new(
            texts
                .iter()
                .enumerate()
                .map(|(n, text)| (text.as_bytes().into(), n))
                .collect(),
        );
        let of = |here: &str| starts.of(here.as_bytes()).copied().collect::<Vec<_>>();
        assert_eq!(of("sk_live_1"), [0, 4, 1]);
        assert_eq!(of("sk_lively"), [0, 4]);
        assert_eq!(of("sk"), [0; 0]);
        assert_eq!(of(""), [0; 0]);
        assert_eq!(of("\u{ff}"), [2]);
        assert_eq!(of("yx"), [0; 0]);
    }
}
