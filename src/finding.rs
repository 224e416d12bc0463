//! A finding: one secret, everything known about it, and every place it stands at.
//!
//! This is the only thing that leaves a worker. It owns its data and can be printed only through
//! its masked forms. Nothing is ever removed from a list of findings: what is not to be acted on
//! is marked with a [`Suppression`].

pub mod age;
mod score;
pub mod verification;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use sha2::Sha256;

use age::Judged;
pub use score::{Form, Score};
use verification::Verification;

pub use crate::level::{Confidence, Severity};
use crate::origin::{CommitStamp, Origin, State, Step};
use crate::rules::Rule;
use crate::rules::foreign::Holding;
use crate::secret::Secret;
use crate::text::Position;

/// One secret (a rule and a value), wherever it stands.
#[derive(Clone, Debug)]
pub struct Finding {
    pub rule: Arc<Rule>,
    pub secret: Secret,
    pub fingerprint: Fingerprint,
    pub severity: Severity,
    pub confidence: Confidence,
    /// Why it was reported with this severity and confidence: short sentences, never file content.
    pub reasons: Vec<String>,
    pub aws: Option<Box<Aws>>,
    pub state: State,
    /// Every place, in discovery order; the first is the one that reports lead with. Never empty.
    pub occurrences: Vec<Occurrence>,
    /// The commit that brought the secret into the repository; `None` where no commit is known.
    pub introduced: Option<CommitStamp>,
    /// The last commit before HEAD that took it out; `None` while it is in HEAD's tree.
    pub removed: Option<CommitStamp>,
    /// Full names of the refs (and `stash@{N}`, `HEAD@{N}` entries) that still reach it, sorted.
    pub refs: Vec<String>,
    /// How many more refs reach it than are named.
    pub more_refs: u64,
    pub suppressed: Option<Suppression>,
    /// What a rotation policy says of it, where it is an AWS access key and a policy was asked.
    pub judged: Option<Box<Judged>>,
    /// What asking AWS about it gave, where that was wanted.
    pub verification: Option<Box<Verification>>,
}

/// One place where the secret stands.
#[derive(Clone, Debug)]
pub struct Occurrence {
    pub origin: Origin,
    /// How the content was reached inside the file, outermost first. Lines are those of the last content on the way
    /// that is a file's or a member's own.
    pub via: Vec<Step>,
    pub start: Position,
    /// The position after the last character.
    pub end: Position,
    /// The commit that first had the secret at this path; `None` outside of history.
    pub commit: Option<CommitStamp>,
    /// Whether HEAD's tree has it at this path.
    pub in_head: bool,
    /// The marker in the content that allows it here. Whether that holds is decided by triage.
    pub marker: Option<Box<Marker>>,
    /// How likely the value is a secret by what stands around it here, where it has no form of its own. Not reported.
    pub score: Option<Score>,
    /// The line with every secret in it masked, cut to a readable width; not yet escaped for a terminal.
    pub snippet: String,
    /// Which allow lists of its rule hold here, as far as content says.
    pub holding: Holding,
    /// GitHub's `primaryLocationLineHash` of the start line; computed only when a report needs it.
    pub line_hash: Option<String>,
}

/// Why a finding is not to be acted on. The finding stays in every report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    pub kind: SuppressionKind,
    /// Why, in the words of whoever allowed it, as far as these are safe to print.
    pub reason: String,
    /// The last day (UTC) on which it holds; `None` if it has no end.
    pub until: Option<Date>,
}

impl Suppression {
    /// One that has no end.
    pub fn of(kind: SuppressionKind, reason: impl Into<String>) -> Self {
        Self {
            kind,
            reason: reason.into(),
            until: None,
        }
    }
}

/// A comment in the scanned content that allows what stands on its line: `keytrail:allow`, `gitleaks:allow`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The words that make it one, as reports name it.
    pub name: &'static str,
    /// What was written after it, cut, without anything that looks like a secret. May be empty.
    pub reason: String,
    pub until: Until,
}

/// Until when a marker holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    NoEnd,
    Day(Date),
    /// It says `until=` and no day: it does not hold.
    Unreadable,
}

/// Whether a day (UTC) is over at this time (Unix seconds). What has an end holds to the end of its last day.
pub fn is_over(day: Date, now: i64) -> bool {
    let today = jiff::Timestamp::from_second(now).map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).date());
    today.is_ok_and(|today| day < today)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuppressionKind {
    /// A documented or made-up example, not a credential.
    Placeholder,
    /// A marker in the scanned content allows it.
    Inline,
    /// A rule of a settings file, an ignore file, or an imported file of rules allows it.
    Allow,
    /// A baseline holds it.
    Baseline,
}

impl SuppressionKind {
    pub const ALL: [Self; 4] = [Self::Placeholder, Self::Inline, Self::Allow, Self::Baseline];

    pub fn as_str(self) -> &'static str {
        match self {
            SuppressionKind::Placeholder => "placeholder",
            SuppressionKind::Inline => "inline",
            SuppressionKind::Allow => "allow",
            SuppressionKind::Baseline => "baseline",
        }
    }
}

/// What is known of an AWS credential without asking anyone. Times are Unix seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aws {
    /// The access key id; for a secret or token, the id it is paired with. Public by AWS's definition.
    pub key_id: Option<String>,
    /// Twelve digits, decoded from the id or read from the credential.
    pub account_id: Option<String>,
    pub generation: Option<Generation>,
    /// The service whose canary accounts hold this account, such as `Thinkst`.
    pub canary: Option<String>,
    /// The other half or halves.
    pub pair: Option<Pair>,
    /// The profile or section that the credential stands in.
    pub profile: Option<String>,
    pub user: Option<String>,
    /// A creation time read beside the key (`CreateDate`, `create_date`) or out of the credential itself.
    pub created: Option<i64>,
    /// When the credential or the signature ends.
    pub expires: Option<i64>,
    /// `Active` or `Inactive`, as read beside the key.
    pub status: Option<String>,
    pub region: Option<String>,
    /// The signed request that the id was read from.
    pub signed: Option<Signed>,
    /// The file says that this is the key of an account's root user.
    pub root: bool,
}

/// Which format the id has; an old one was made before about May 2019.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Generation {
    Old,
    New,
}

impl Generation {
    pub fn as_str(self) -> &'static str {
        match self {
            Generation::Old => "old",
            Generation::New => "new",
        }
    }
}

/// The link between the halves of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The fingerprint of the finding that holds the other half (of a secret or token: the id).
    pub of: Fingerprint,
    pub confidence: Confidence,
    /// How they were joined: `same-line`, `same-section`, `near`, `same-file`, `same-path`, `same-repository`.
    pub how: &'static str,
}

/// A request signed with the key: proof that the key existed and was used at that time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The time of the signature; midnight UTC if only the date is known. `None` for signature version 2.
    pub at: Option<i64>,
    pub service: Option<String>,
    /// The URL, if it was presigned: whoever has it may use it until it ends, so it is never shown.
    pub url: Option<Secret>,
}

/// The identity of a finding: a keyed digest of rule and secret. It survives moves, renames and
/// reformatting, and a new secret on an old line is new.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// HMAC-SHA-256 of rule id and value under a fixed domain key, cut to 16 bytes.
    /// The key keeps it from being looked up in tables of bare digests.
    pub fn of(rule_id: &str, secret: &Secret) -> Self {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(b"keytrail fingerprint v1").expect("HMAC takes a key of any length");
        mac.update(rule_id.as_bytes());
        mac.update(&[0]);
        #[expect(
            clippy::disallowed_methods,
            reason = "the digest must hold the value; it cannot be turned back"
        )]
        mac.update(secret.expose());
        let digest = mac.finalize().into_bytes();
        Self(std::array::from_fn(|i| digest[i]))
    }

    /// Reads the 32 hex digits that reports write.
    pub fn parse(hex: &str) -> Option<Self> {
        let raw = data_encoding::HEXLOWER.decode(hex.as_bytes()).ok()?;
        Some(Self(raw.try_into().ok()?))
    }

    /// The short id that people and `explain` use: the first 12 hex digits.
    pub fn id(&self) -> String {
        let mut id = self.to_string();
        id.truncate(12);
        id
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Finding {
    /// The place that reports lead with.
    pub fn primary(&self) -> &Occurrence {
        self.occurrences.first().expect("a finding has at least one occurrence")
    }
}
