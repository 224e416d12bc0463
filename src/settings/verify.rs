//! Whether AWS is asked about keys that were found, by whom, and how far that may go.
//!
//! Only the command line can say so: no settings file makes a scan reach the network.

use clap::Args;

use super::AwsConnection;
use crate::error::Error;

/// What is done to find out whether a key still works.
#[derive(Args, Clone, Debug, Default)]
pub struct VerifySettings {
    /// Ask the accounts of your own credentials what they know of each AWS key that was found; reads only
    #[arg(long, help_heading = "Whether keys still work")]
    pub verify: bool,
    /// Also use each key itself, once: this leaves a GetCallerIdentity event in the CloudTrail of its owner's account
    #[arg(long, help_heading = "Whether keys still work")]
    pub verify_with_leaked_key: bool,
    /// Keys of this account, or the key with this id, may be used although they are a trap's or not yours. Repeatable
    #[arg(
        long,
        value_name = "ACCOUNT|KEY",
        requires = "verify_with_leaked_key",
        help_heading = "Whether keys still work"
    )]
    pub verify_account: Vec<String>,
    /// Ask with the credentials of this profile. Repeatable: one for each account
    #[arg(long, value_name = "NAME", help_heading = "What AWS is asked")]
    pub profile: Vec<String>,
    #[command(flatten)]
    pub connection: AwsConnection,
}

impl VerifySettings {
    /// Whether anything is asked at all.
    pub fn asked(&self) -> bool {
        self.verify || self.verify_with_leaked_key
    }

    /// Finds out what cannot be meant.
    pub fn check(&self) -> Result<(), Error> {
        let connection = &self.connection;
        let idle = [
            ("--profile", !self.profile.is_empty()),
            ("--region", connection.region.is_some()),
            ("--partition", connection.partition.is_some()),
            ("--endpoint-url", connection.endpoint_url.is_some()),
        ];
        if let Some((flag, _)) = idle.iter().find(|(_, given)| *given && !self.asked()) {
            return Err(Error::usage(format!("{flag}: AWS is not asked anything"))
                .hint("say --verify to ask it about the keys that are found"));
        }
        match self.verify_account.iter().find(|named| !is_nameable(named)) {
            Some(wrong) => Err(
                Error::usage(format!("--verify-account {wrong}: neither an account nor a key id"))
                    .hint("an account has twelve digits, a key id is AKIA or ASIA and sixteen characters"),
            ),
            None => Ok(()),
        }
    }
}

/// An account, or the id of a key.
fn is_nameable(text: &str) -> bool {
    let account = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
    let id = text.len() == 20 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    account || id && text.starts_with('A')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_and_ids_can_be_named() {
        let id = ["AKIA", "QWERTYUIOPASDFGH"].concat();
        for (named, fits) in [
            ("123456789012", true),
            (id.as_str(), true),
            ("12345", false),
            ("prod", false),
        ] {
            let settings = VerifySettings {
                verify_with_leaked_key: true,
                verify_account: vec![named.to_owned()],
                ..VerifySettings::default()
            };
            assert_eq!(settings.check().is_ok(), fits, "{named}");
        }
    }

    #[test]
    fn a_connection_without_a_question_is_a_mistake() {
        let mut settings = VerifySettings {
            profile: vec!["p".to_owned()],
            ..VerifySettings::default()
        };
        assert!(settings.check().is_err());
        settings.verify = true;
        assert!(settings.check().is_ok());
    }
}
