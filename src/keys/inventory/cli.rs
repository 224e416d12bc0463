//! JSON of the AWS CLI: `list-access-keys`, `list-users`, `get-access-key-last-used`, `list-user-tags`,
//! `get-account-authorization-details`, `get-credential-report`, `create-access-key`, CloudTrail.
//!
//! A file may hold many documents, one after the other or in arrays, as loops of a shell append them. Documents are
//! told apart by their keys. A secret key in one is passed over: nothing here reads that member.

use serde_json::{Map, Value};

use super::files::Fault;
use super::gather::{Gathered, User, account_of, blank};
use super::member::{id_in, is_id, owner, quarantine, text, time};
use super::{report, trail};
use crate::keys::{Key, LastUse, Status};

const MOST_NESTED: usize = 16;

/// Reads all documents of a file.
pub fn read(text: &[u8], name: &str, gathered: &mut Gathered) -> Result<(), Fault> {
    let mut documents = serde_json::Deserializer::from_slice(text).into_iter::<Value>();
    loop {
        let from = documents.byte_offset();
        let Some(document) = documents.next() else {
            return Ok(());
        };
        let document = document.map_err(|error| broken(&error))?;
        // Line ends between documents belong to the next one.
        let skipped = text[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let line = 1 + memchr::memchr_iter(b'\n', &text[..from + skipped]).count();
        let source = Source { name, line };
        source.read(&document, gathered, 0)?;
    }
}

/// Line and column of a syntax error, and what kind it is; never the text there.
fn broken(error: &serde_json::Error) -> Fault {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "the JSON ends too early",
        _ => "that is not valid JSON",
    };
    Fault::new(format!("line {}, column {}", error.line(), error.column()), what)
}

/// Where a document stands.
pub struct Source<'s> {
    pub name: &'s str,
    line: usize,
}

impl Source<'_> {
    fn fault(&self, what: impl Into<String>) -> Fault {
        Fault::new(format!("line {}, column 1", self.line), what)
    }

    fn spot(&self) -> String {
        format!("{} line {}", self.name, self.line)
    }

    fn read(&self, document: &Value, gathered: &mut Gathered, depth: usize) -> Result<(), Fault> {
        if depth > MOST_NESTED {
            return Err(self.fault("the document is nested too deep"));
        }
        match document {
            Value::Array(list) => list.iter().try_for_each(|entry| self.read(entry, gathered, depth + 1)),
            Value::Object(object) => self.object(object, document, gathered, depth),
            _ => Err(self.fault("that is no document of the AWS CLI")),
        }
    }

    fn object(
        &self,
        object: &Map<String, Value>,
        whole: &Value,
        gathered: &mut Gathered,
        depth: usize,
    ) -> Result<(), Fault> {
        let list = |name: &str| object.get(name).and_then(Value::as_array).map(Vec::as_slice);
        let has = |name: &str| object.contains_key(name);
        if let Some(keys) = list("AccessKeyMetadata") {
            keys.iter().try_for_each(|key| self.key(key, gathered))
        } else if let Some(users) = list("Users").or(list("UserDetailList")) {
            users.iter().try_for_each(|user| self.user(user, gathered))
        } else if let Some(events) = list("Records").or(list("Events")) {
            events.iter().try_for_each(|event| self.event(event, gathered))
        } else if let Some(last) = object.get("AccessKeyLastUsed") {
            self.last_used(object, last, gathered)
        } else if let Some(key) = object.get("AccessKey") {
            self.key(key, gathered)
        } else if let Some(user) = object.get("User") {
            self.user(user, gathered)
        } else if let (Some(content), Some(_)) = (text(whole, "Content"), object.get("GeneratedTime")) {
            self.wrapped(content, whole, gathered)
        } else if has("CloudTrailEvent") || has("eventTime") {
            self.event(whole, gathered)
        } else if has("AccessKeyId") {
            self.key(whole, gathered)
        } else if has("UserName") && has("Arn") {
            self.user(whole, gathered)
        } else if let Some(tags) = list("Tags") {
            self.tags(text(whole, "UserName"), tags, gathered);
            Ok(())
        } else if let Some(rest) = list("AttachedPolicies") {
            self.attached(text(whole, "UserName"), rest, gathered);
            Ok(())
        } else if depth == 0
            && object
                .keys()
                .all(|key| matches!(key.as_str(), "IsTruncated" | "Marker"))
        {
            Ok(())
        } else {
            Err(self.fault("the document is of no kind that is known"))
        }
    }

    fn key(&self, entry: &Value, gathered: &mut Gathered) -> Result<(), Fault> {
        let id = text(entry, "AccessKeyId").filter(|id| is_id(id));
        let id = id.ok_or_else(|| self.fault("an access key without a valid AccessKeyId"))?;
        let status = match text(entry, "Status") {
            Some("Active") => Status::Active,
            Some("Inactive") => Status::Inactive,
            Some("Expired") => Status::Expired,
            Some(_) => return Err(self.fault("Status: that is no status of a key")),
            None => Status::Unknown,
        };
        gathered.add_key(Key {
            id: Some(id.to_owned()),
            owner: text(entry, "UserName").map(|name| owner(name, None)),
            status,
            created: self.time(entry, "CreateDate")?,
            ..blank(&self.spot())
        });
        Ok(())
    }

    fn user(&self, entry: &Value, gathered: &mut Gathered) -> Result<(), Fault> {
        let name = text(entry, "UserName").ok_or_else(|| self.fault("a user without a UserName"))?;
        let mut user = User {
            arn: text(entry, "Arn")
                .filter(|arn| account_of(arn).is_some())
                .map(str::to_owned),
            ..User::default()
        };
        let list = |member: &str| {
            entry
                .get(member)
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        for tag in list("Tags") {
            if let (Some(key), Some(value)) = (text(tag, "Key"), text(tag, "Value")) {
                user.tags.insert(key.to_owned(), value.to_owned());
            }
        }
        user.quarantine = quarantine(list("AttachedManagedPolicies").iter().chain(list("UserPolicyList")));
        gathered.add_user(name, user);
        Ok(())
    }

    /// Tags of a user; without the user's name only descriptions of keys find their place.
    fn tags(&self, user: Option<&str>, tags: &[Value], gathered: &mut Gathered) {
        let mut lost = false;
        let mut theirs = User::default();
        for tag in tags {
            let (Some(key), Some(value)) = (text(tag, "Key"), text(tag, "Value")) else {
                continue;
            };
            if user.is_some() {
                theirs.tags.insert(key.to_owned(), value.to_owned());
            } else if key.len() == 20 && is_id(key) && key.starts_with("AKIA") {
                let mut described = blank(&self.spot());
                described.id = Some(key.to_owned());
                described.tags.insert(key.to_owned(), value.to_owned());
                gathered.add_key(described);
            } else {
                lost = true;
            }
        }
        match user {
            Some(user) => gathered.add_user(user, theirs),
            None if lost => gathered.note(format!("{}: the tags name no user, so they are not used", self.spot())),
            None => {}
        }
    }

    fn attached(&self, user: Option<&str>, policies: &[Value], gathered: &mut Gathered) {
        let quarantine = quarantine(policies.iter());
        match user {
            Some(user) => gathered.add_user(
                user,
                User {
                    quarantine,
                    ..User::default()
                },
            ),
            None if quarantine.is_some() => {
                gathered.note(format!(
                    "{}: a user is quarantined, but the file does not say who",
                    self.spot()
                ));
            }
            None => {}
        }
    }

    /// The answer names the user and not the key: the id may stand beside it or in the file's name.
    fn last_used(&self, object: &Map<String, Value>, last: &Value, gathered: &mut Gathered) -> Result<(), Fault> {
        let word = |name: &str| text(last, name).filter(|word| *word != "N/A").map(str::to_owned);
        let last_use = match self.time(last, "LastUsedDate")? {
            Some(time) => LastUse::At {
                time,
                service: word("ServiceName"),
                region: word("Region"),
                address: None,
            },
            None => LastUse::Never,
        };
        let user = object.get("UserName").and_then(Value::as_str);
        let beside = object.get("AccessKeyId").and_then(Value::as_str).filter(|id| is_id(id));
        let id = beside.map(str::to_owned).or_else(|| id_in(self.name));
        match (id, user) {
            (Some(id), user) => gathered.add_key(Key {
                id: Some(id),
                owner: user.map(|name| owner(name, None)),
                last_use,
                ..blank(&self.spot())
            }),
            (None, Some(user)) => gathered.add_use(user, last_use, &self.spot()),
            (None, None) => gathered.note(format!("{}: the last use names neither key nor user", self.spot())),
        }
        Ok(())
    }

    /// A credential report as `aws iam get-credential-report` prints it.
    fn wrapped(&self, content: &str, whole: &Value, gathered: &mut Gathered) -> Result<(), Fault> {
        let csv = data_encoding::BASE64
            .decode(content.as_bytes())
            .map_err(|_| self.fault("Content: that is not base64"))?;
        if !report::is_report(&csv) {
            return Err(self.fault("Content: that is no credential report"));
        }
        if let Some(made) = self.time(whole, "GeneratedTime")? {
            gathered.dated.push((self.name.to_owned(), made));
        }
        report::read(&csv, self.name, gathered)
            .map_err(|fault| Fault::new(format!("Content, {}", fault.place), fault.what))
    }

    fn event(&self, entry: &Value, gathered: &mut Gathered) -> Result<(), Fault> {
        match text(entry, "CloudTrailEvent") {
            Some(inner) => {
                let inner: Value =
                    serde_json::from_str(inner).map_err(|_| self.fault("CloudTrailEvent: that is not valid JSON"))?;
                trail::read(&inner, self.name, gathered);
            }
            None => trail::read(entry, self.name, gathered),
        }
        Ok(())
    }

    fn time(&self, entry: &Value, member: &str) -> Result<Option<i64>, Fault> {
        match entry.get(member) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => time(value)
                .map(Some)
                .or_else(|| (value.as_str() == Some("N/A")).then_some(None))
                .ok_or_else(|| self.fault(format!("{member}: that is no time"))),
        }
    }
}
