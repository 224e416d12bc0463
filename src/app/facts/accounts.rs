//! What accounts say: in files, and when AWS is asked.

use crate::error::Error;
use crate::finding::Finding;
use crate::keys::{Inventory, Key, Status};
use crate::settings::AwsSettings;
use crate::skip::Skip;

/// What accounts say.
pub struct Accounts {
    pub inventory: Inventory,
    pub sources: Vec<String>,
    /// Accounts that answered in full: a key that they do not name is gone.
    pub whole: Vec<String>,
    pub faults: Vec<Skip>,
}

/// Asks AWS as well.
///
/// # Errors
/// There is nobody to ask as, or the program was built without.
#[cfg(feature = "aws")]
pub fn ask(settings: &AwsSettings, mut accounts: Accounts) -> Result<Accounts, Error> {
    use crate::keys::aws;
    let live = aws::inventory(settings, &aws::Environment::of_process())?;
    for account in &live.accounts {
        let about = format!("account {}", account.id);
        accounts.sources.push(format!("iam of {}", account.id));
        if !live.faults.iter().any(|fault| fault.what.starts_with(about.as_bytes())) {
            accounts.whole.push(account.id.clone());
        }
    }
    accounts.inventory = accounts.inventory.and(Inventory::of(live.keys));
    accounts.faults.extend(live.faults);
    Ok(accounts)
}

#[cfg(not(feature = "aws"))]
pub fn ask(_: &AwsSettings, _: Accounts) -> Result<Accounts, Error> {
    Err(Error::usage("--aws: this keytrail was built without it")
        .hint("build it with the feature `aws`, or use --keys-from"))
}

/// Found keys of accounts that answered in full and do not name them.
pub fn gone(accounts: &Accounts, findings: &[Finding]) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for aws in findings.iter().filter_map(|finding| finding.aws.as_deref()) {
        let (Some(id), Some(account)) = (&aws.key_id, &aws.account_id) else {
            continue;
        };
        let known = accounts.inventory.get(id).is_some() || keys.iter().any(|key| key.id.as_ref() == Some(id));
        // A session's key is in no list, and a root user's may be without its id.
        if known || !id.starts_with("AKIA") || aws.root || !accounts.whole.contains(account) {
            continue;
        }
        keys.push(Key {
            account: Some(account.clone()),
            status: Status::Deleted,
            sources: vec![format!("iam of {account}")],
            ..nobodys(id)
        });
    }
    keys
}

/// A key of which only the id is known.
pub fn nobodys(id: &str) -> Key {
    Key {
        id: Some(id.to_owned()),
        ..Key::default()
    }
}
