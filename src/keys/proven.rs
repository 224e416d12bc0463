//! Pairs that need no network to be believed: a request or a password in the same content was made with the secret.
//!
//! A presigned URL proves which secret an id has, wherever the two stand; an SMTP password proves of which secret it was
//! made. What is proven takes the place of what was only near: an id has one secret. Bounded by [`MOST`] tries.

use std::collections::HashMap;

use super::found::place_name;
use super::proof::{presigned_url, ses_password};
use crate::finding::{Confidence, Finding, Fingerprint, Pair};
use crate::secret::Secret;

/// So many times something is computed with a secret and compared.
const MOST: usize = 5_000;

/// Marks what the findings prove of each other.
pub fn prove(findings: &mut [Finding]) {
    let requests: Vec<usize> = (0..findings.len()).filter(|&at| url(&findings[at]).is_some()).collect();
    let passwords = of_rule(findings, "aws-ses-smtp-password");
    if requests.is_empty() && passwords.is_empty() {
        return;
    }
    let mut tries = Tries::over(findings);
    for request in requests {
        if tries.left == 0 {
            return;
        }
        if let Some(secret) = signer(findings, request, &mut tries) {
            believe_request(findings, request, secret);
        }
    }
    for password in passwords {
        if tries.left == 0 {
            return;
        }
        if let Some((secret, region)) = maker(findings, password, &mut tries) {
            believe_password(findings, password, secret, region);
        }
    }
}

/// Makes id and secret one pair, and ends every other pair that either is in.
pub fn join_pair(findings: &mut [Finding], id: usize, secret: usize, how: &'static str) {
    let (id_print, secret_print) = (findings[id].fingerprint, findings[secret].fingerprint);
    let of_id = findings[id].aws.as_deref().cloned().unwrap_or_default();
    for (at, finding) in findings.iter_mut().enumerate() {
        let kind = &*finding.rule.kind;
        let Some(aws) = &mut finding.aws else { continue };
        let is_of = |print: Fingerprint| aws.pair.as_ref().is_some_and(|pair| pair.of == print);
        if at != id && kind == "access-key-id" && is_of(secret_print) {
            aws.pair = None;
        } else if at != secret && kind == "secret-key" && is_of(id_print) {
            (aws.pair, aws.key_id, aws.account_id) = (None, None, None);
            (aws.generation, aws.canary) = (None, None);
        }
    }
    let pair = |of| {
        Some(Pair {
            of,
            confidence: Confidence::High,
            how,
        })
    };
    let own = findings[id].aws.get_or_insert_default();
    own.pair = pair(secret_print);
    let aws = findings[secret].aws.get_or_insert_default();
    (aws.key_id, aws.account_id) = (of_id.key_id, of_id.account_id);
    (aws.generation, aws.canary) = (of_id.generation, of_id.canary);
    aws.pair = pair(id_print);
    for at in [id, secret] {
        findings[at].confidence = Confidence::High;
    }
}

fn of_rule(findings: &[Finding], rule: &str) -> Vec<usize> {
    (0..findings.len())
        .filter(|&at| findings[at].rule.id == rule && findings[at].suppressed.is_none())
        .collect()
}

/// The id and the URL of a presigned request.
fn url(finding: &Finding) -> Option<(&str, &Secret)> {
    let aws = finding.aws.as_ref().filter(|_| finding.suppressed.is_none())?;
    Some((aws.key_id.as_deref()?, aws.signed.as_ref()?.url.as_ref()?))
}

/// The secrets to be tried, and how often that may still be done.
struct Tries {
    secrets: Vec<usize>,
    by_id: HashMap<String, Vec<usize>>,
    left: usize,
}

impl Tries {
    fn over(findings: &[Finding]) -> Self {
        let secrets = of_rule(findings, "aws-secret-access-key");
        let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
        for &secret in &secrets {
            if let Some(id) = id_of(&findings[secret]) {
                by_id.entry(id.to_owned()).or_default().push(secret);
            }
        }
        Self {
            secrets,
            by_id,
            left: MOST,
        }
    }

    /// The first secret that fits, those with the same id first.
    fn find<T>(&mut self, id: Option<&str>, fits: impl Fn(usize) -> Option<T>) -> Option<(usize, T)> {
        let near = id.and_then(|id| self.by_id.get(id)).map_or(&[][..], Vec::as_slice);
        let left = &mut self.left;
        near.iter().chain(&self.secrets).find_map(|&secret| {
            *left = left.checked_sub(1)?;
            Some((secret, fits(secret)?))
        })
    }
}

fn id_of(finding: &Finding) -> Option<&str> {
    finding.aws.as_ref()?.key_id.as_deref()
}

/// The secret that signed this request.
fn signer(findings: &[Finding], request: usize, tries: &mut Tries) -> Option<usize> {
    let (id, url) = url(&findings[request])?;
    let text = std::str::from_utf8(exposed(url)).ok()?;
    let signs = |secret: usize| presigned_url(id, &findings[secret].secret, text).then_some(());
    tries.find(Some(id), signs).map(|(secret, ())| secret)
}

/// The secret that this password was made from, and the region that it was made for.
fn maker(findings: &[Finding], password: usize, tries: &mut Tries) -> Option<(usize, &'static str)> {
    let text = exposed(&findings[password].secret);
    tries.find(id_of(&findings[password]), |secret| {
        ses_password(&findings[secret].secret, text)
    })
}

fn believe_request(findings: &mut [Finding], request: usize, secret: usize) {
    let place = place_name(findings[request].primary());
    let key_id = findings[request].aws.as_ref().and_then(|aws| aws.key_id.clone());
    let has_id = |finding: &Finding| finding.aws.as_ref().is_some_and(|aws| aws.key_id == key_id);
    let id = of_rule(findings, "aws-access-key-id")
        .into_iter()
        .find(|&at| has_id(&findings[at]));
    match id {
        Some(id) => {
            join_pair(findings, id, secret, "proven");
            explain(&mut findings[id], format!("the secret signs the request at {place}"));
        }
        None => {
            // The request alone names the id.
            let aws = findings[secret].aws.get_or_insert_default();
            aws.key_id = key_id;
            findings[secret].confidence = Confidence::High;
        }
    }
    explain(
        &mut findings[secret],
        format!("the secret signs the request at {place}"),
    );
}

fn believe_password(findings: &mut [Finding], password: usize, secret: usize, region: &str) {
    let place = place_name(findings[password].primary());
    let from = place_name(findings[secret].primary());
    // The user name beside the password is the id; an id that was proven otherwise stays.
    let user = findings[password].aws.as_ref().and_then(|aws| aws.key_id.clone());
    let known = findings[secret].aws.as_ref().and_then(|aws| aws.key_id.clone());
    let id = of_rule(findings, "aws-access-key-id").into_iter().find(|&at| {
        let own = findings[at].aws.as_ref().and_then(|aws| aws.key_id.as_ref());
        own.is_some() && own == user.as_ref()
    });
    if let Some(id) = id.filter(|_| known.is_none() || known == user) {
        join_pair(findings, id, secret, "proven");
        explain(
            &mut findings[id],
            format!("the SMTP password at {place} is made from its secret"),
        );
    }
    for (at, why) in [
        (secret, format!("the SMTP password at {place} is made from it")),
        (password, format!("made for {region} from the secret at {from}")),
    ] {
        findings[at].confidence = Confidence::High;
        explain(&mut findings[at], why);
    }
}

fn explain(finding: &mut Finding, why: String) {
    if !finding.reasons.contains(&why) {
        finding.reasons.push(why);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a signature in it is compared with one that is computed; it goes nowhere"
)]
fn exposed(secret: &Secret) -> &[u8] {
    secret.expose()
}
