//! The units that a line's hash is of: those of UTF-16, without blanks, with one ending for all lines.
//!
//! What stands for a broken sequence and for the end is as `github/codeql-action` has it.

/// Stands for the end of the text, so that the last line has a unit even if it is empty. After it come zeros.
const END: u16 = u16::MAX;

const TAB: u8 = b'\t';
const LF: u8 = b'\n';
const CR: u8 = b'\r';

pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | TAB)
}

/// Whether a byte that is no blank is a unit as it stands, whatever stands around it.
pub fn is_unit(byte: u8) -> bool {
    byte.is_ascii() && byte != CR
}

/// The units of a text from the start of a line on, without end.
pub struct Units<'t> {
    rest: &'t [u8],
    after_cr: bool,
    /// What comes before the rest: the second unit of a wide character.
    second: Option<u16>,
    ended: bool,
}

impl<'t> Units<'t> {
    pub fn from(text: &'t [u8], at: usize) -> Self {
        Self {
            rest: &text[at..],
            after_cr: false,
            second: None,
            ended: false,
        }
    }

    /// Takes one character that is more than a byte, or a broken sequence.
    #[cold]
    fn wide(&mut self) -> u16 {
        // No sequence, whole or broken, is longer.
        let next = &self.rest[..self.rest.len().min(4)];
        let (character, length) = match next.utf8_chunks().next() {
            Some(chunk) => match chunk.valid().chars().next() {
                Some(character) => (character, character.len_utf8()),
                None => (char::REPLACEMENT_CHARACTER, chunk.invalid().len()),
            },
            None => (char::REPLACEMENT_CHARACTER, next.len()),
        };
        self.rest = &self.rest[length..];
        let mut units = [0; 2];
        let units = character.encode_utf16(&mut units);
        self.second = units.get(1).copied();
        units[0]
    }
}

impl Iterator for Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if let Some(second) = self.second.take() {
            return Some(second);
        }
        loop {
            let Some(&byte) = self.rest.first() else {
                return Some(if std::mem::replace(&mut self.ended, true) {
                    0
                } else {
                    END
                });
            };
            if !byte.is_ascii() {
                self.after_cr = false;
                return Some(self.wide());
            }
            self.rest = &self.rest[1..];
            let follows_cr = std::mem::replace(&mut self.after_cr, byte == CR);
            match byte {
                b' ' | TAB => {}
                LF if follows_cr => {}
                CR => return Some(u16::from(LF)),
                byte => return Some(u16::from(byte)),
            }
        }
    }
}
