//! Archives and compressed content: every content in them, one by one, through as many layers as are asked for.
//!
//! Nothing is written anywhere and no name is trusted: a name is only said. Streams are read as they come; of an
//! archive within another the whole is held, for its list of members stands at the end. What cannot be read, or
//! is not to be, is a [`Stop`]; the rest of an archive whose members stand by themselves is read all the same.

use std::fs::File;
use std::io::{self, ErrorKind, Read};

use rawzip::{FileReader, ReaderAt};

use super::format::{Format, HEAD};
use super::limits::{Budget, Metered, held};
use super::streams::Coding;
use super::whole::{Room, WHOLE, Whole};
use crate::origin::Step;
use crate::skip::{Policy, Why};

/// So many bytes of names are visited at once.
const NAMES: usize = 1 << 20;

/// Where packed content is read from.
pub enum Input<'i> {
    Bytes(&'i [u8]),
    /// An open file, and its size.
    File(File, u64),
}

/// A place inside where reading stopped, and why.
pub struct Stop {
    pub way: Vec<Step>,
    pub why: Why,
}

/// A content that was inside.
pub enum Inside<'i> {
    Whole(&'i [u8]),
    /// It must be read to its end.
    Stream(&'i mut dyn Read),
}

impl Inside<'_> {
    /// Reads it as a stream, whatever it is.
    pub fn stream<T>(self, read: impl FnOnce(&mut dyn Read) -> T) -> T {
        match self {
            Inside::Whole(mut bytes) => read(&mut bytes),
            Inside::Stream(reader) => read(reader),
        }
    }
}

/// Takes the way to a content, how many more layers may be opened, and the content.
pub type Visit<'v> = dyn FnMut(&[Step], usize, Inside<'_>) -> io::Result<()> + 'v;

/// Visits every content inside. At most `layers` layers are opened, this one included.
pub fn unpack(input: Input<'_>, format: Format, layers: usize, budget: &Budget, visit: &mut Visit<'_>) -> Vec<Stop> {
    if format == Format::Unopened {
        return vec![Stop {
            way: Vec::new(),
            why: Why::Policy(Policy::UnknownForm),
        }];
    }
    let mut walk = Walk {
        way: Vec::new(),
        level: 0,
        layers,
        budget,
        visit,
        stops: Vec::new(),
        room: Room::take(),
    };
    let walked = match input {
        Input::Bytes(bytes) => walk.open_whole_as(format, bytes),
        Input::File(file, size) if format == Format::Zip => {
            let file = FileReader::from(file);
            walk.enter(format, |walk| walk.zip(&file, size, None))
        }
        Input::File(mut file, _) => walk.open_as(format, &mut file),
    };
    walk.stops.extend(walked.err());
    walk.room.give_back();
    walk.stops
}

/// An error leaves the innermost archive whose next member can still be found.
type Walked = Result<(), Stop>;

pub(super) struct Walk<'w> {
    pub way: Vec<Step>,
    /// How many layers were entered.
    pub level: usize,
    layers: usize,
    pub budget: &'w Budget,
    visit: &'w mut Visit<'w>,
    pub stops: Vec<Stop>,
    pub room: Room,
}

impl Walk<'_> {
    /// Visits a content, or what is in it if it is packed.
    pub fn open(&mut self, reader: &mut dyn Read) -> Walked {
        let mut head = Vec::with_capacity(HEAD);
        if let Err(error) = reader.take(HEAD as u64).read_to_end(&mut head) {
            let stop = self.failed(&error);
            self.read(Inside::Whole(&head))?;
            return Err(stop);
        }
        let mut whole = head.chain(reader);
        match Format::of_start(whole.get_ref().0) {
            Some(format) if self.level < self.layers => self.open_as(format, &mut whole),
            Some(_) => {
                self.skip(Policy::TooDeep);
                self.read(Inside::Stream(&mut whole))
            }
            None => self.read(Inside::Stream(&mut whole)),
        }
    }

    fn open_as(&mut self, format: Format, reader: &mut dyn Read) -> Walked {
        let coding = match format {
            Format::Gzip => Coding::Gzip,
            Format::Zlib => Coding::Zlib,
            Format::Bzip2 => Coding::Bzip2,
            Format::Xz => Coding::Xz,
            Format::Zstd => Coding::Zstd,
            Format::Unopened => {
                self.skip(Policy::UnknownForm);
                return self.read(Inside::Stream(reader));
            }
            Format::Tar => return self.enter(format, |walk| walk.tar(reader)),
            Format::Zip => return self.enter(format, |walk| walk.held_zip(reader)),
        };
        self.enter(format, |walk| walk.decode(coding, reader))
    }

    /// The same for a content that is held whole.
    pub fn open_whole(&mut self, bytes: &[u8]) -> Walked {
        match Format::of_start(bytes) {
            Some(format) if self.level < self.layers => self.open_whole_as(format, bytes),
            Some(_) => {
                self.skip(Policy::TooDeep);
                self.read(Inside::Whole(bytes))
            }
            None => self.read(Inside::Whole(bytes)),
        }
    }

    fn open_whole_as(&mut self, format: Format, mut bytes: &[u8]) -> Walked {
        match format {
            Format::Unopened => {
                self.skip(Policy::UnknownForm);
                self.read(Inside::Whole(bytes))
            }
            Format::Zip => self.enter(format, |walk| walk.zip(&bytes, bytes.len() as u64, Some(bytes))),
            Format::Gzip => match self.room.gunzip(bytes, self.most()) {
                Some(whole) => self.enter(format, |walk| walk.open_inflated(whole)),
                None => self.open_as(format, &mut bytes),
            },
            _ => self.open_as(format, &mut bytes),
        }
    }

    /// What is inflated whole has at most so many bytes: no more than fits into a layer, and than may be unpacked.
    pub fn most(&self) -> usize {
        WHOLE.min(held(self.level)).min(self.budget.left())
    }

    /// Opens what was inflated, and counts it.
    pub fn open_inflated(&mut self, whole: Whole) -> Walked {
        self.budget.count(whole.bytes().len());
        let walked = self.open_whole(whole.bytes());
        self.room.keep(whole);
        walked
    }

    /// Walks a layer, and comes back to where it stood.
    fn enter(&mut self, format: Format, walk: impl FnOnce(&mut Self) -> Walked) -> Walked {
        let outside = self.way.len();
        self.way.push(Step::Form(format.as_str()));
        self.level += 1;
        let walked = walk(self);
        self.level -= 1;
        self.way.truncate(outside);
        walked
    }

    /// Opens what a stream decodes to, and reads the stream to its end, where its checksum is.
    pub fn decode(&mut self, coding: Coding, reader: impl Read) -> Walked {
        let decoded = coding.decode(reader, held(self.level - 1));
        self.open_counted(decoded)
    }

    /// Opens what a decoder gives, as far as the budget goes.
    pub fn open_counted(&mut self, decoded: impl Read) -> Walked {
        let mut counted = Metered::new(decoded, self.budget);
        self.open(&mut counted)?;
        let rest = io::copy(&mut counted, &mut io::sink());
        rest.map(drop).map_err(|error| self.failed(&error))
    }

    /// An archive whose list of members stands at its end: it is held whole.
    fn held_zip(&mut self, reader: &mut dyn Read) -> Walked {
        let room = held(self.level - 1);
        let mut bytes = Vec::new();
        let read = reader.take(room as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| self.failed(&error))?;
        if bytes.len() > room {
            self.skip(Policy::TooLarge);
            return Ok(());
        }
        self.zip(&bytes, bytes.len() as u64, Some(&bytes))
    }

    fn zip(&mut self, archive: &dyn ReaderAt, size: u64, bytes: Option<&[u8]>) -> Walked {
        let mut names = Vec::new();
        let walked = self.zip_members(archive, size, bytes, &mut names);
        walked.and(self.visit_names(&mut names))
    }

    fn tar(&mut self, reader: &mut dyn Read) -> Walked {
        let mut names = Vec::new();
        let walked = self.tar_members(reader, &mut names);
        walked.and(self.visit_names(&mut names))
    }

    /// Counts a member, and goes to it.
    pub fn enter_member(&mut self, name: &[u8], names: &mut Vec<u8>) -> Walked {
        names.extend_from_slice(name);
        names.push(b'\n');
        if names.len() > NAMES {
            self.visit_names(names)?;
        }
        self.way.push(Step::member(name));
        self.budget
            .count_member()
            .map_err(|policy| self.stop(Why::Policy(policy)))
    }

    /// Names are content, too.
    fn visit_names(&mut self, names: &mut Vec<u8>) -> Walked {
        self.way.push(Step::Names);
        let read = self.read(Inside::Whole(names));
        self.way.pop();
        names.clear();
        read
    }

    fn read(&mut self, inside: Inside<'_>) -> Walked {
        let left = self.layers - self.level;
        (self.visit)(&self.way, left, inside).map_err(|error| self.failed(&error))
    }

    /// Leaves something out that stands here.
    pub fn skip(&mut self, policy: Policy) {
        let stop = self.stop(Why::Policy(policy));
        self.stops.push(stop);
    }

    pub fn stop(&self, why: Why) -> Stop {
        Stop {
            way: self.way.clone(),
            why,
        }
    }

    /// What an error of a reader means. Its own words may quote content.
    pub fn failed(&self, error: &io::Error) -> Stop {
        if self.budget.is_spent() || error.kind() == ErrorKind::OutOfMemory {
            return self.stop(Why::Policy(Policy::TooLarge));
        }
        let form = self.way.iter().rev().find_map(|step| match step {
            Step::Form(form) => Some(*form),
            _ => None,
        });
        let form = form.unwrap_or("packed");
        self.stop(Why::Fault(format!(
            "the {form} data is damaged or cut short; what comes after the damage was not read"
        )))
    }
}

#[cfg(test)]
mod tests;
