//! The keys of the root user, which only the credential report describes.
//!
//! IAM lists no keys of root to others. The account's summary says whether there are any; the report says when
//! they were made and used. Where the two disagree, the one that knows of a key is believed.

use std::time::Duration;

use super::answer::time;
use super::client::Client;
use super::failure::{Failure, Reason};
use super::iam;
use crate::keys::{Key, LastUse, Owner, Status};

/// A report is ready in seconds; of a large account in a minute or two.
const PAUSE: Duration = Duration::from_secs(1);
const MOST_PAUSES: u32 = 120;

/// Has the credential report made, waits for it, and returns it.
pub fn report(client: &Client) -> Result<Vec<u8>, Failure> {
    for _ in 0..MOST_PAUSES {
        if iam::generate_credential_report(client)? {
            return iam::get_credential_report(client);
        }
        std::thread::sleep(PAUSE);
    }
    Err(Failure::new(
        Reason::Late,
        "iam:GetCredentialReport",
        "the report was still being made after two minutes",
    ))
}

/// The keys that root has, by the report (if it could be had) and by the number in the summary (if known).
pub fn keys(report: Option<&[u8]>, present: Option<i64>, account: &str) -> Vec<Key> {
    let mut keys = report.map_or_else(Vec::new, |report| reported(report, account));
    if keys.is_empty() && present.is_some_and(|count| count > 0) {
        keys.push(key(account, None, Status::Unknown));
    }
    keys
}

/// The keys in the row of root. That row's names hold no comma, so it needs no more of CSV than this.
fn reported(report: &[u8], account: &str) -> Vec<Key> {
    let text = String::from_utf8_lossy(report);
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let Some(row) = lines.find(|line| line.starts_with("<root_account>,")) else {
        return Vec::new();
    };
    let row: Vec<&str> = row.split(',').map(|cell| cell.trim_matches('"')).collect();
    let cell = |slot: u8, name: &str| {
        let wanted = format!("access_key_{slot}_{name}");
        let at = header.iter().position(|column| *column == wanted)?;
        row.get(at).copied()
    };
    let known = |slot: u8, name: &str| {
        let text = cell(slot, name)?;
        (!matches!(text, "" | "N/A" | "no_information" | "not_supported")).then(|| text.to_owned())
    };
    let slot = |slot: u8| {
        let active = cell(slot, "active").is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let rotated = cell(slot, "last_rotated").and_then(time);
        if !active && rotated.is_none() {
            return None;
        }
        let last_use = match cell(slot, "last_used_date").map(|text| (text, time(text))) {
            Some((_, Some(time))) => LastUse::At {
                time,
                service: known(slot, "last_used_service"),
                region: known(slot, "last_used_region"),
                address: None,
            },
            Some(("N/A", None)) => LastUse::Never,
            _ => LastUse::Unknown,
        };
        Some(Key {
            rotated,
            last_use,
            ..key(
                account,
                Some(slot),
                if active { Status::Active } else { Status::Inactive },
            )
        })
    };
    [1, 2].into_iter().filter_map(slot).collect()
}

fn key(account: &str, slot: Option<u8>, status: Status) -> Key {
    Key {
        id: None,
        slot,
        account: Some(account.to_owned()),
        owner: Some(Owner::Root),
        tags: Default::default(),
        status,
        created: None,
        rotated: None,
        seen: None,
        last_use: LastUse::Unknown,
        quarantine: None,
        sources: vec![format!("iam of {account}")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "user,arn,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
                          access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,\
                          access_key_2_last_rotated,access_key_2_last_used_date";

    #[test]
    fn the_row_of_root_becomes_keys() {
        let report = format!(
            "{HEADER}\n<root_account>,arn:aws:iam::1:root,true,2020-01-02T03:04:05Z,2021-01-01T00:00:00+00:00,\
             us-east-1,s3,false,2019-01-01T00:00:00Z,N/A"
        );
        let keys = keys(Some(report.as_bytes()), Some(1), "000000000001");
        assert_eq!(keys.len(), 2);
        assert_eq!((keys[0].status, keys[0].slot), (Status::Active, Some(1)));
        assert_eq!(keys[0].rotated, time("2020-01-02T03:04:05Z"));
        assert!(matches!(keys[0].last_use, LastUse::At { .. }));
        assert_eq!(
            (keys[1].status, keys[1].last_use.clone()),
            (Status::Inactive, LastUse::Never)
        );
    }

    #[test]
    fn the_summary_alone_is_enough_to_know_of_a_key() {
        let none = format!("{HEADER}\n<root_account>,arn,false,N/A,N/A,N/A,N/A,false,N/A,N/A\n");
        assert_eq!(keys(Some(none.as_bytes()), Some(0), "1").len(), 0);
        assert_eq!(keys(Some(none.as_bytes()), Some(1), "1").len(), 1);
        assert_eq!(keys(None, Some(1), "1")[0].status, Status::Unknown);
        assert_eq!(keys(None, None, "1").len(), 0);
    }
}
