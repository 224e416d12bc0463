//! What asking AWS about a key gave, as the JSON reports and SARIF give it.

use serde::Serialize;

use crate::finding::verification::{self, Answer};
use crate::report::time::rfc3339;

/// The answer, with what belongs to it; the other keys are null.
#[derive(Serialize)]
pub struct Verification<'r> {
    result: &'static str,
    says: String,
    /// Whether the key itself was used, which may have left an event in the CloudTrail of its account.
    tried: bool,
    arn: Option<&'r str>,
    partition: Option<&'static str>,
    why: Option<&'r str>,
    owned: Option<Owned<'r>>,
}

#[derive(Serialize)]
struct Owned<'r> {
    account_id: &'r str,
    user: Option<&'r str>,
    status: &'static str,
    created: Option<String>,
}

impl<'r> Verification<'r> {
    pub fn of(verification: &'r verification::Verification) -> Self {
        let (arn, partition) = match &verification.answer {
            Answer::Active { arn, partition } => (Some(arn.as_str()), Some(*partition)),
            _ => (None, None),
        };
        let why = match &verification.answer {
            Answer::NotTried { why } | Answer::Unknown { why } => Some(why.as_str()),
            _ => None,
        };
        Self {
            result: verification.answer.as_str(),
            says: verification.says(),
            tried: verification.tried,
            arn,
            partition,
            why,
            owned: verification.owned.as_ref().map(|owned| Owned {
                account_id: &owned.account,
                user: owned.user.as_deref(),
                status: owned.status,
                created: owned.created.and_then(rfc3339),
            }),
        }
    }
}
