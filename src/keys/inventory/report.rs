//! Credential reports: the CSV that `aws iam get-credential-report` gives.
//!
//! Columns go by their names, in any order; unknown ones are passed over. A report names slots and no ids. What
//! stands for "nothing" differs by column (`N/A`, `no_information`, `not_supported`). A user name may hold a comma
//! that nobody quoted: the ARN, which ends in the name, tells where it belongs.

use super::files::Fault;
use super::gather::{Gathered, account_of, path_of};
use crate::keys::{Key, LastUse, Owner, Status};

/// IAM names have 64 characters at most, paths 512; a field of more is no field of a report.
const LONGEST_FIELD: usize = 4096;
const ROOT: &str = "<root_account>";

/// Whether the text begins with the header of a report.
pub fn is_report(text: &[u8]) -> bool {
    let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let line = &line[..line.len().min(LONGEST_FIELD)];
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    has(b"user") && has(b"arn") && has(b"access_key_1_active")
}

/// Where each column is.
struct Columns {
    user: usize,
    arn: usize,
    slots: [Slot; 2],
    count: usize,
}

struct Slot {
    active: usize,
    rotated: usize,
    used: usize,
    region: Option<usize>,
    service: Option<usize>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Result<Self, Fault> {
        let at = |name: &str| {
            header
                .iter()
                .position(|column| column.trim().eq_ignore_ascii_case(name))
        };
        let must = |name: &str| at(name).ok_or_else(|| Fault::new("line 1", format!("there is no column {name}")));
        let slot = |n: u8| {
            Ok(Slot {
                active: must(&format!("access_key_{n}_active"))?,
                rotated: must(&format!("access_key_{n}_last_rotated"))?,
                used: must(&format!("access_key_{n}_last_used_date"))?,
                region: at(&format!("access_key_{n}_last_used_region")),
                service: at(&format!("access_key_{n}_last_used_service")),
            })
        };
        Ok(Self {
            user: must("user")?,
            arn: must("arn")?,
            slots: [slot(1)?, slot(2)?],
            count: header.len(),
        })
    }
}

/// Reads a report.
pub fn read(text: &[u8], name: &str, gathered: &mut Gathered) -> Result<(), Fault> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.headers().map_err(|error| broken(text, &error))?.clone();
    let columns = Columns::of(&header)?;
    let mut record = csv::StringRecord::new();
    let (mut line, mut counted) = (1, 0);
    while reader.read_record(&mut record).map_err(|error| broken(text, &error))? {
        let start = start_of(text, record.position());
        line += memchr::memchr_iter(b'\n', &text[counted..start]).count();
        counted = start;
        let row = Row {
            fields: whole(&record, &columns),
            header: &header,
            line,
        };
        row.read(&columns, name, gathered)?;
    }
    Ok(())
}

/// Where a row begins. The reader takes the LF of a CR LF for the next row's.
fn start_of(text: &[u8], position: Option<&csv::Position>) -> usize {
    let at = position.map_or(0, |position| position.byte() as usize).min(text.len());
    at + text[at..].iter().take_while(|byte| **byte == b'\n').count()
}

fn broken(text: &[u8], error: &csv::Error) -> Fault {
    let line = 1 + memchr::memchr_iter(b'\n', &text[..start_of(text, error.position())]).count();
    match error.kind() {
        csv::ErrorKind::Utf8 { err, .. } => {
            Fault::new(format!("line {line}, column {}", err.field() + 1), "it is not UTF-8")
        }
        _ => Fault::new(format!("line {line}"), "the row cannot be read"),
    }
}

/// The fields of a row, with a user name and ARN that commas tore apart put together again.
fn whole(record: &csv::StringRecord, columns: &Columns) -> Vec<String> {
    let fields: Vec<&str> = record.iter().collect();
    let as_they_are = || fields.iter().map(|field| (*field).to_owned()).collect();
    let extra = fields.len().saturating_sub(columns.count);
    // Name and ARN hold the same commas.
    if extra == 0 || !extra.is_multiple_of(2) || columns.arn != columns.user + 1 {
        return as_they_are();
    }
    let (user, commas) = (columns.user, extra / 2);
    let name = fields[user..=user + commas].join(",");
    let arn = fields[user + commas + 1..=user + 2 * commas + 1].join(",");
    if !arn.starts_with("arn:") || !arn.ends_with(&name) {
        return as_they_are();
    }
    let rest = fields[user + 2 * commas + 2..].iter().map(|field| (*field).to_owned());
    let before = fields[..user].iter().map(|field| (*field).to_owned());
    before.chain([name, arn]).chain(rest).collect()
}

struct Row<'r> {
    fields: Vec<String>,
    header: &'r csv::StringRecord,
    line: usize,
}

impl Row<'_> {
    fn read(&self, columns: &Columns, name: &str, gathered: &mut Gathered) -> Result<(), Fault> {
        if self.fields.len() < columns.count {
            let what = format!("{} columns, the header has {}", self.fields.len(), columns.count);
            return Err(Fault::new(
                format!("line {}, column {}", self.line, self.fields.len()),
                what,
            ));
        }
        if self.fields.len() > columns.count && !self.fields[columns.arn].starts_with("arn:") {
            return Err(self.fault(columns.arn, "that is no ARN: the row has more columns than the header"));
        }
        let (user, arn) = (&self.fields[columns.user], &self.fields[columns.arn]);
        if let Some(long) = self.fields.iter().position(|field| field.len() > LONGEST_FIELD) {
            return Err(self.fault(long, "it is too long"));
        }
        let Some(account) = account_of(arn) else {
            return Err(self.fault(columns.arn, "that is no ARN"));
        };
        let owner = match user == ROOT || arn.ends_with(":root") {
            true => Owner::Root,
            false => Owner::User {
                name: user.clone(),
                path: path_of(arn),
                arn: Some(arn.clone()),
            },
        };
        for (slot, number) in columns.slots.iter().zip(1..) {
            let active = self.flag(slot.active)?;
            let rotated = self.time(slot.rotated)?;
            let used = self.time(slot.used)?;
            if !active && rotated.is_none() {
                continue;
            }
            let word = |column: Option<usize>| column.and_then(|at| self.value(at)).map(str::to_owned);
            let last_use = match used {
                Some(time) => LastUse::At {
                    time,
                    service: word(slot.service),
                    region: word(slot.region),
                    address: None,
                },
                None if self.fields[slot.used].trim().eq_ignore_ascii_case("N/A") => LastUse::Never,
                None => LastUse::Unknown,
            };
            gathered.add_key(Key {
                id: None,
                slot: Some(number),
                account: Some(account.clone()),
                owner: Some(owner.clone()),
                tags: std::collections::BTreeMap::new(),
                status: if active { Status::Active } else { Status::Inactive },
                created: None,
                rotated,
                seen: None,
                last_use,
                quarantine: None,
                sources: vec![format!("{name} line {}", self.line)],
            });
        }
        Ok(())
    }

    fn fault(&self, column: usize, what: &str) -> Fault {
        let name = self.header.get(column).map_or_else(String::new, |name| {
            // The names that are looked for are known; others may be anything.
            let plain = name.len() < 64
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            if plain { format!(" ({name})") } else { String::new() }
        });
        Fault::new(format!("line {}, column {}{name}", self.line, column + 1), what)
    }

    /// What stands there, if it is not one of the words for nothing.
    fn value(&self, column: usize) -> Option<&str> {
        let nothing = ["", "N/A", "no_information", "not_supported"];
        let text = self.fields[column].trim();
        (!nothing.iter().any(|word| text.eq_ignore_ascii_case(word))).then_some(text)
    }

    fn flag(&self, column: usize) -> Result<bool, Fault> {
        match self.value(column) {
            None => Ok(false),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(self.fault(column, "that is neither true nor false")),
        }
    }

    fn time(&self, column: usize) -> Result<Option<i64>, Fault> {
        let Some(text) = self.value(column) else {
            return Ok(None);
        };
        let time: Result<jiff::Timestamp, _> = text.parse();
        let time = time.map_err(|_| self.fault(column, "that is no time, such as 2026-01-31T00:00:00Z"))?;
        Ok(Some(time.as_second()))
    }
}
