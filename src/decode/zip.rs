//! The members of a zip archive, as its list at the end has them. Each stands by itself: one that is damaged costs
//! only itself.

use std::io::{self, ErrorKind};

use rawzip::{CompressionMethod, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive, ZipLocator};
use rawzip::{ZipArchiveEntryWayfinder, ZipEntry, ZipFileHeaderRecord};

use super::limits::held;
use super::streams::Coding;
use super::unpack::{Stop, Walk};
use super::whole::Whole;
use crate::skip::{Policy, Why};

impl Walk<'_> {
    /// Visits what is in every member, and collects their names. `bytes` are all of the archive, if it is held.
    pub fn zip_members(
        &mut self,
        archive: &dyn ReaderAt,
        size: u64,
        bytes: Option<&[u8]>,
        names: &mut Vec<u8>,
    ) -> Result<(), Stop> {
        // Room for the longest record that there can be.
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let archive = ZipLocator::new()
            .locate_in_reader(archive, &mut buffer, size)
            .map_err(|(_, error)| self.broken(error))?;
        let mut entries = archive.entries(&mut buffer);
        let outside = self.way.len();
        let (mut seen, mut packed) = (0, 0_u64);
        while let Some(entry) = entries.next_entry().map_err(|error| self.broken(error))? {
            seen += 1;
            self.enter_member(entry.file_path().as_bytes(), names)?;
            packed = packed.saturating_add(entry.compressed_size_hint());
            // Members that overlap are a bomb.
            if packed > size {
                return Err(self.stop(Why::Policy(Policy::TooLarge)));
            }
            if let Some(method) = self.method(&entry)
                && let Err(stop) = self.zip_member(&archive, bytes, entry.wayfinder(), method)
            {
                self.stops.push(stop);
                if self.budget.is_spent() {
                    self.way.truncate(outside);
                    return Err(self.stop(Why::Policy(Policy::TooLarge)));
                }
            }
            self.way.truncate(outside);
        }
        // Archives of old tools count to 65,535 and begin anew.
        match seen % 65_536 == archive.entries_hint() % 65_536 {
            true => Ok(()),
            false => Err(self.failed(&ErrorKind::InvalidData.into())),
        }
    }

    /// How the member is read: `None` if it is not.
    fn method(&mut self, entry: &ZipFileHeaderRecord<'_>) -> Option<Option<Coding>> {
        if entry.is_dir() {
            return None;
        }
        if entry.flags().is_encrypted() {
            self.skip(Policy::Encrypted);
            return None;
        }
        let coding = match entry.compression_method() {
            CompressionMethod::STORE => None,
            CompressionMethod::DEFLATE => Some(Coding::Deflate),
            CompressionMethod::BZIP2 => Some(Coding::Bzip2),
            CompressionMethod::XZ => Some(Coding::Xz),
            CompressionMethod::ZSTD => Some(Coding::Zstd),
            _ => {
                self.skip(Policy::UnknownForm);
                return None;
            }
        };
        Some(coding)
    }

    fn zip_member(
        &mut self,
        archive: &ZipArchive<&dyn ReaderAt>,
        bytes: Option<&[u8]>,
        at: ZipArchiveEntryWayfinder,
        coding: Option<Coding>,
    ) -> Result<(), Stop> {
        let entry = archive.get_entry(at).map_err(|error| self.broken(error))?;
        if let (Some(bytes), Some(Coding::Deflate)) = (bytes, coding)
            && let Some(whole) = self.inflated(bytes, &entry)
        {
            return self.open_inflated(whole);
        }
        match coding {
            None => self.open_counted(entry.verifying_reader(entry.reader())),
            Some(coding) => {
                let decoded = coding.decode(entry.reader(), held(self.level));
                self.open_counted(entry.verifying_reader(decoded))
            }
        }
    }

    fn inflated(&mut self, bytes: &[u8], entry: &ZipEntry<'_, &dyn ReaderAt>) -> Option<Whole> {
        let (start, end) = entry.compressed_data_range();
        let packed = bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)?;
        let said = entry.reader().claim_verifier();
        let size = usize::try_from(said.uncompressed_size).ok()?;
        let most = self.most();
        self.room.inflate(packed, (size, said.crc), most)
    }

    fn broken(&self, error: rawzip::Error) -> Stop {
        self.failed(&io::Error::new(ErrorKind::InvalidData, error))
    }
}
