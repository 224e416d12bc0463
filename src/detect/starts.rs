//! Things by the text that they start with. Tells which of them start at a place, and knows nothing of what they are.

/// Things in the order of their texts; those of the same text in the order in which they were given.
pub struct Starts<T> {
    things: Vec<(Text, T)>,
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
        // Most differ in their heads, which are compared at once; what is shorter than a head comes before what goes on.
        let head = |text: &[u8]| Text::head_of(text).swap_bytes();
        things.sort_by(|(a, _), (b, _)| head(a).cmp(&head(b)).then_with(|| a.cmp(b)));
        let first = (0..=256).map(|byte| things.partition_point(|(text, _)| usize::from(text[0]) < byte));
        let first = first.collect();
        let things = things.into_iter().map(|(text, thing)| (Text::new(text), thing));
        let things = things.collect();
        Self { things, first }
    }

    pub fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.things.iter().map(|(text, _)| text.whole())
    }

    /// The things whose text these bytes start with.
    pub fn of<'s>(&'s self, here: &'s [u8]) -> impl Iterator<Item = &'s T> {
        let head = Text::head_of(here);
        let first = here.first().map(|&byte| usize::from(byte));
        let things = first.map_or(&[][..], |byte| &self.things[self.first[byte]..self.first[byte + 1]]);
        let starting = things.iter().filter(move |(text, _)| text.starts(here, head));
        starting.map(|(_, thing)| thing)
    }
}

/// A text of which the first eight bytes are compared at once, and the last eight.
pub struct Text {
    head: u64,
    /// Ones where the head has bytes.
    mask: u64,
    /// Where there are more than that: many begin with `https://`.
    tail: u64,
    whole: Box<[u8]>,
}

/// So many bytes are compared at once.
const AT_ONCE: usize = 8;

impl Text {
    pub fn new(whole: Box<[u8]>) -> Self {
        Self {
            head: Self::head_of(&whole),
            mask: Self::head_of(&[0xff; AT_ONCE][..whole.len().min(AT_ONCE)]),
            tail: whole.last_chunk().map_or(0, |tail| u64::from_le_bytes(*tail)),
            whole,
        }
    }

    pub fn whole(&self) -> &[u8] {
        &self.whole
    }

    /// The first bytes of a place, to be compared with those of any number of texts.
    pub fn head_of(here: &[u8]) -> u64 {
        let head = here.first_chunk().copied().unwrap_or_else(|| {
            let mut head = [0; AT_ONCE];
            head[..here.len()].copy_from_slice(here);
            head
        });
        u64::from_le_bytes(head)
    }

    /// Whether a place whose head this is starts with the text.
    pub fn starts(&self, here: &[u8], head: u64) -> bool {
        // Beyond the end there are zeros, which no text has.
        head & self.mask == self.head && (self.whole.len() <= AT_ONCE || self.goes_on(here))
    }

    /// Whether a place that starts with the head has the rest.
    fn goes_on(&self, here: &[u8]) -> bool {
        let end = here.get(..self.whole.len()).and_then(<[u8]>::last_chunk);
        end.is_some_and(|end| u64::from_le_bytes(*end) == self.tail)
            && (self.whole.len() <= 2 * AT_ONCE || here.starts_with(&self.whole))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_start_here_are_told_and_nothing_else() {
        let texts = [
            "sk_",
            "sk_live_",
            "\u{ff}",
            "",
            "sk_",
            "x",
            "https://hooks",
            "https://hooks.example",
        ];
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
        assert_eq!(of("https://hooks.example.org"), [6, 7]);
        assert_eq!(of("https://hooks.examine"), [6]);
        assert_eq!(of("https://hook"), [0; 0]);
    }
}
