//! Why AWS gave no answer: each reason with its own words and its own remedy.
//!
//! A failure never holds a secret. What AWS says is quoted in one short line, and not at all where AWS is known to
//! quote the request back, session token included.

use std::fmt;

use crate::error::Error;
use crate::text::sanitize;

/// The reasons that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A profile or the environment says something that cannot be.
    Settings,
    /// No credentials were found, or their source failed.
    NoCredentials,
    /// No active key has this id (`InvalidClientTokenId`).
    UnknownId,
    /// The id is active, and the secret is not its own (`SignatureDoesNotMatch`).
    WrongSecret,
    /// This machine's clock is off.
    Clock,
    /// A session that has ended.
    Expired,
    /// The credentials are good, and may not do this.
    Denied,
    Throttled,
    /// There is no such user or key (`NoSuchEntity`).
    Missing,
    /// A quota is used up (`LimitExceeded`).
    Limit,
    /// AWS refused for another reason.
    Refused,
    /// AWS failed.
    Server,
    /// Nobody answers at the endpoint.
    Unreachable,
    /// A proxy or filter answered in the place of AWS.
    Blocked,
    /// No answer in time.
    Late,
    /// The endpoint's certificate is not trusted.
    Certificate,
    /// Whatever answered is not AWS.
    Foreign,
}

/// What was asked, of whom, and why there is no answer.
#[derive(Clone, Debug)]
pub struct Failure {
    pub reason: Reason,
    /// The action as a policy would name it: `iam:ListUsers`.
    pub action: String,
    /// Where it was asked, without credentials.
    pub endpoint: String,
    detail: String,
}

/// So much of a foreign text is quoted.
const QUOTED: usize = 240;

impl Failure {
    pub fn new(reason: Reason, action: impl Into<String>, detail: impl fmt::Display) -> Self {
        let detail = detail.to_string();
        let line = detail.lines().next().unwrap_or_default();
        let cut: String = line.chars().take(QUOTED).collect();
        Self {
            reason,
            action: action.into(),
            endpoint: String::new(),
            detail: sanitize(cut.as_bytes()),
        }
    }

    #[must_use]
    pub(super) fn at(mut self, endpoint: &str) -> Self {
        endpoint.clone_into(&mut self.endpoint);
        self
    }

    #[must_use]
    pub(super) fn of(mut self, action: &str) -> Self {
        action.clone_into(&mut self.action);
        self
    }

    /// What AWS calls an error, in our words.
    pub(super) fn of_code(action: &str, status: u16, code: &str, message: &str) -> Self {
        let skewed = message.contains("Signature expired") || message.contains("not yet current");
        let reason = match code {
            "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" => Reason::UnknownId,
            "SignatureDoesNotMatch" if skewed => Reason::Clock,
            "RequestExpired" | "RequestTimeTooSkewed" => Reason::Clock,
            "SignatureDoesNotMatch" => Reason::WrongSecret,
            "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => Reason::Expired,
            "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" => Reason::Denied,
            "NoSuchEntity" => Reason::Missing,
            "LimitExceeded" => Reason::Limit,
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" => {
                Reason::Throttled
            }
            _ if status == 429 => Reason::Throttled,
            _ if status >= 500 => Reason::Server,
            _ => Reason::Refused,
        };
        // The message of a wrong signature holds the request as AWS saw it, with the session token.
        let detail = match reason {
            Reason::WrongSecret => code.to_owned(),
            _ => format!("{code}: {message}"),
        };
        Self::new(reason, action, detail)
    }

    /// Whether the same request may get an answer in a moment.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.reason,
            Reason::Throttled | Reason::Server | Reason::Unreachable | Reason::Late
        )
    }

    /// Whether AWS may have done what was asked, although no answer says so.
    pub fn is_undecided(&self) -> bool {
        matches!(
            self.reason,
            Reason::Server | Reason::Late | Reason::Foreign | Reason::Unreachable | Reason::Blocked
        )
    }

    fn what(&self) -> String {
        let Failure { action, endpoint, .. } = self;
        match self.reason {
            Reason::Settings => "the AWS settings cannot be used".to_owned(),
            Reason::NoCredentials => "no AWS credentials".to_owned(),
            Reason::UnknownId => format!("{action}: AWS knows no active key with the id of these credentials"),
            Reason::WrongSecret => format!("{action}: the secret does not belong to the key id of these credentials"),
            Reason::Clock => format!("{action}: the clock of this machine is too far off"),
            Reason::Expired => format!("{action}: these credentials have expired"),
            Reason::Denied => format!("{action}: these credentials lack the permission {action}"),
            Reason::Throttled => format!("{action}: AWS is throttling this account's requests, and kept doing so"),
            Reason::Missing => format!("{action}: there is no such user or key in this account"),
            Reason::Limit => format!("{action}: a quota of this account is used up"),
            Reason::Refused => format!("{action}: AWS refused the request"),
            Reason::Server => format!("{action}: AWS failed to answer, and kept doing so"),
            Reason::Unreachable => format!("{action}: nobody answers at {endpoint}"),
            Reason::Blocked => format!("{action}: a proxy or filter answered in the place of {endpoint}, and refused"),
            Reason::Late => format!("{action}: no answer from {endpoint} in time"),
            Reason::Certificate => format!("{action}: the certificate of {endpoint} is not trusted"),
            Reason::Foreign => format!("{action}: what answers at {endpoint} does not speak as AWS does"),
        }
    }

    fn hint(&self) -> &'static str {
        match self.reason {
            Reason::Settings => "correct the profile or the variable",
            Reason::NoCredentials => "name a profile with --profile, or sign in: aws configure, aws sso login",
            Reason::UnknownId => "the key was deleted or made inactive, or is one of another partition (--partition)",
            Reason::WrongSecret => "copy the secret again; AWS shows it only when the key is made",
            Reason::Clock => "set the clock (NTP) and run again",
            Reason::Expired => "sign in again: aws sso login, or get a new session token",
            Reason::Denied => {
                "`keytrail keys iam-policy` prints the policy that is needed; a quarantine denies it, too"
            }
            Reason::Throttled => "wait a few minutes and run again; AWS_MAX_ATTEMPTS says how often it is tried",
            Reason::Missing => "look at the account and the name",
            Reason::Limit => "a user may have two access keys; delete the one that is not needed",
            Reason::Refused | Reason::Server => "see what AWS says above; run again later",
            Reason::Unreachable => "check the network, --endpoint-url and HTTPS_PROXY",
            Reason::Blocked => "let the proxy pass the host, or name it in NO_PROXY",
            Reason::Late => "check the network; --timeout SECONDS waits longer",
            Reason::Certificate => "AWS_CA_BUNDLE names a file with the certificates of your own authority",
            Reason::Foreign => "check --endpoint-url and the AWS_ENDPOINT_URL variables",
        }
    }
}

impl fmt::Display for Failure {
    /// One line, for a list of what could not be asked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what())?;
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let error = Error::input(failure.what()).hint(failure.hint());
        match failure.detail.is_empty() {
            true => error,
            false => error.cause(&failure.detail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_secret_and_a_wrong_clock_are_told_apart() {
        let of = |message: &str| Failure::of_code("sts:GetCallerIdentity", 403, "SignatureDoesNotMatch", message);
        assert_eq!(
            of("Signature expired: 20200101T000000Z is now earlier").reason,
            Reason::Clock
        );
        let wrong = of("The request signature we calculated does not match. x-amz-security-token:abc");
        assert_eq!(wrong.reason, Reason::WrongSecret);
        assert!(!Error::from(wrong).to_string().contains("security-token"));
    }

    #[test]
    fn every_reason_has_words_of_its_own() {
        let reasons = [
            Reason::Settings,
            Reason::NoCredentials,
            Reason::UnknownId,
            Reason::WrongSecret,
            Reason::Clock,
            Reason::Expired,
            Reason::Denied,
            Reason::Throttled,
            Reason::Missing,
            Reason::Limit,
            Reason::Refused,
            Reason::Server,
            Reason::Unreachable,
            Reason::Blocked,
            Reason::Late,
            Reason::Certificate,
            Reason::Foreign,
        ];
        let words: std::collections::BTreeSet<String> = reasons
            .iter()
            .map(|&reason| Failure::new(reason, "iam:ListUsers", "").to_string())
            .collect();
        assert_eq!(words.len(), reasons.len());
    }

    #[test]
    fn a_long_foreign_text_is_cut_to_a_line() {
        let failure = Failure::new(
            Reason::Foreign,
            "iam:ListUsers",
            format!("{}\nsecond", "x".repeat(10_000)),
        );
        assert!(failure.to_string().len() < 600);
    }
}
