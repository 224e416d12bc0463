//! An account's keys as the AWS CLI lists them, in a folder for `--keys-from`. Ids and ages are made when a test runs.

use std::fs;
use std::path::PathBuf;

use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::random::{Pair, Random};
use super::repo::{DAY, FIRST};

pub const ACCOUNT: u64 = 123_456_789_012;
/// The time that tests reckon ages from: 200 days after the first commit's time.
pub const AS_OF: i64 = FIRST + 200 * DAY;

/// Keys of one account.
pub struct Account {
    folder: TempDir,
    random: Random,
    listed: Vec<Value>,
}

pub fn time(seconds: i64) -> String {
    Timestamp::from_second(seconds).expect("a time").to_string()
}

impl Account {
    pub fn new(seed: u64) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            random: Random::new(seed),
            listed: Vec::new(),
        }
    }

    /// A key of this age in days; `used` is how many days ago it was used last.
    pub fn key(&mut self, user: &str, age: i64, status: &str, used: Option<i64>) -> Pair {
        let pair = Pair {
            id: self.random.id("AKIA", ACCOUNT),
            secret: self.random.class(super::random::BASE64, 40),
        };
        self.listed
            .push(json!({"UserName": user, "AccessKeyId": pair.id, "Status": status,
            "CreateDate": time(AS_OF - age * DAY)}));
        let last = match used {
            Some(days) => json!({"LastUsedDate": time(AS_OF - days * DAY), "ServiceName": "s3", "Region": "eu-west-1"}),
            None => json!({"ServiceName": "N/A", "Region": "N/A"}),
        };
        let answer = json!({"UserName": user, "AccessKeyLastUsed": last});
        self.write(&format!("last-used-{}.json", pair.id), &answer.to_string());
        self.write("keys.json", &json!({"AccessKeyMetadata": self.listed}).to_string());
        pair
    }

    /// A key of this account that no list has.
    pub fn unlisted(&mut self) -> Pair {
        Pair {
            id: self.random.id("AKIA", ACCOUNT),
            secret: self.random.class(super::random::BASE64, 40),
        }
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// `--keys-from FOLDER --as-of TIME`
    pub fn flags(&self) -> Vec<String> {
        let folder = self.path().to_str().expect("a plain path").to_owned();
        ["--keys-from".to_owned(), folder, "--as-of".to_owned(), time(AS_OF)].into()
    }
}

/// Lines of a file that holds a key.
pub fn lines(pair: &Pair) -> String {
    format!("AWS_ACCESS_KEY_ID={}\nAWS_SECRET_ACCESS_KEY={}\n", pair.id, pair.secret)
}
