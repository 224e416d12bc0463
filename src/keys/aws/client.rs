//! One account's IAM and STS, asked with one set of credentials: sign, send, read, and try again where that may help.
//!
//! It says what was answered or why nothing was; what an answer means is for `iam`.

use std::time::Duration;

use http::{Method, Request};
use reqsign_aws_v4::RequestSigner;
use reqsign_core::{Context, SignRequest};
use sha2::{Digest, Sha256};

use super::answer::Element;
use super::credentials::{Chain, Credential, Role};
use super::endpoints::Endpoints;
use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::http::{Http, shown};
use super::library;
use super::partition::{Partition, Service};
use super::profiles::Profiles;
use crate::settings::AwsConnection;

/// Asks for one account. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: Http,
    context: Context,
    credential: Credential,
    endpoints: Endpoints,
    attempts: u32,
}

/// The metadata service of an instance is on its host, and fast.
const INSTANCE_ANSWERS: Duration = Duration::from_secs(2);
const ATTEMPTS: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Client {
    /// Finds the credentials of a profile (or of the environment) and where to ask. Asks nothing yet, unless the
    /// credentials come from somewhere else.
    pub fn open(connection: &AwsConnection, profile: Option<&str>, environment: &Environment) -> Result<Self, Failure> {
        let profiles = Profiles::read(environment)?;
        let mut client = Self::unsigned(connection, profile, environment, &profiles)?;
        let soon = Http::new(environment, INSTANCE_ANSWERS)?;
        let chain = Chain {
            environment,
            profiles: &profiles,
            context: &client.context,
            instance: &library::context(environment, &soon, None),
            region: client.endpoints.partition.signing_region(),
            assume: &|credential, role| client.with(credential.clone()).assume(role),
        };
        client.credential = chain.find(profile)?;
        Ok(client)
    }

    /// A client for these credentials, asking where the profile would.
    pub fn with_credential(
        connection: &AwsConnection,
        profile: Option<&str>,
        environment: &Environment,
        credential: Credential,
    ) -> Result<Self, Failure> {
        let profiles = Profiles::read(environment)?;
        Ok(Self::unsigned(connection, profile, environment, &profiles)?.with(credential))
    }

    fn unsigned(
        connection: &AwsConnection,
        profile: Option<&str>,
        environment: &Environment,
        profiles: &Profiles,
    ) -> Result<Self, Failure> {
        let name = profile
            .or_else(|| environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]))
            .unwrap_or("default");
        let endpoints = Endpoints::find(connection, profiles.get(name), environment)?;
        let http = Http::new(environment, Duration::from_secs(connection.timeout))?;
        let moved = endpoints.is_moved().then_some(endpoints.sts.as_str());
        let attempts = environment.get("AWS_MAX_ATTEMPTS").and_then(|count| count.parse().ok());
        Ok(Self {
            context: library::context(environment, &http, moved),
            http,
            credential: Credential::new("", "", None),
            endpoints,
            attempts: attempts.unwrap_or(ATTEMPTS).clamp(1, 20),
        })
    }

    /// The same client with other credentials.
    #[must_use]
    pub fn with(&self, credential: Credential) -> Self {
        Self {
            credential,
            ..self.clone()
        }
    }

    /// The same client in another partition; an endpoint that was given stays.
    #[must_use]
    pub fn within(&self, partition: Partition) -> Self {
        Self {
            endpoints: self.endpoints.within(partition),
            ..self.clone()
        }
    }

    pub fn credential(&self) -> &Credential {
        &self.credential
    }

    pub fn partition(&self) -> Partition {
        self.endpoints.partition
    }

    /// Whether somebody gave an endpoint for STS.
    pub fn is_moved(&self) -> bool {
        self.endpoints.is_moved()
    }

    /// Asks, and again after a pause where AWS was busy or failed. For actions that may be done twice.
    pub fn ask(&self, service: Service, action: &str, parameters: &[(&str, &str)]) -> Result<Element, Failure> {
        let mut pause = FIRST_PAUSE;
        let mut attempt = 1;
        loop {
            match self.ask_once(service, action, parameters) {
                Err(failure) if failure.is_transient() && attempt < self.attempts => {
                    std::thread::sleep(pause + jitter(pause));
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    attempt += 1;
                }
                answer => return answer,
            }
        }
    }

    /// Asks once.
    pub fn ask_once(&self, service: Service, action: &str, parameters: &[(&str, &str)]) -> Result<Element, Failure> {
        let named = format!("{}:{action}", service.as_str());
        let request = self
            .sign(service, action, parameters)
            .map_err(|error| Failure::new(Reason::Settings, &named, error))?;
        let endpoint = shown(request.uri());
        let response = self.http.send(request).map_err(|failure| failure.of(&named))?;
        read(&named, response.status().as_u16(), response.body()).map_err(|failure| failure.at(&endpoint))
    }

    fn sign(
        &self,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Request<Vec<u8>>, reqsign_core::Error> {
        let endpoint = self.endpoints.of(service);
        let body = form(&[&[("Action", action), ("Version", service.version())], parameters].concat());
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&body));
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{endpoint}/"))
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("x-amz-content-sha256", digest)
            .body(body.into_bytes())?;
        let (mut parts, body) = request.into_parts();
        let signer = RequestSigner::new(service.as_str(), self.endpoints.partition.signing_region());
        let credential = self.credential.loaded();
        library::finish(signer.sign_request(&self.context, &mut parts, Some(&credential), None))?;
        Ok(Request::from_parts(parts, body))
    }

    /// Assumes a role with these credentials.
    fn assume(&self, role: &Role) -> Result<Credential, Failure> {
        let mut parameters = vec![("RoleArn", role.arn.as_str()), ("RoleSessionName", &role.session)];
        parameters.extend(role.external_id.as_deref().map(|id| ("ExternalId", id)));
        parameters.extend(role.seconds.as_deref().map(|seconds| ("DurationSeconds", seconds)));
        let answer = self.ask(Service::Sts, "AssumeRole", &parameters)?;
        let found = answer.find("Credentials").and_then(|found| {
            let token = found.text("SessionToken");
            Some(Credential::new(
                found.text("AccessKeyId")?,
                found.text("SecretAccessKey")?,
                token,
            ))
        });
        found.ok_or_else(|| Failure::new(Reason::Foreign, "sts:AssumeRole", "no credentials in the answer"))
    }
}

/// Tells AWS's answers from its errors, and both from what others say in its place.
fn read(action: &str, status: u16, body: &[u8]) -> Result<Element, Failure> {
    let answer = Element::parse(body).filter(|answer| answer.name().ends_with("Response"));
    let Some(answer) = answer else {
        let reason = match status {
            403 | 407 | 451 => Reason::Blocked,
            429 => Reason::Throttled,
            500.. => Reason::Server,
            _ => Reason::Foreign,
        };
        return Err(Failure::new(
            reason,
            action,
            format!("status {status}, and no answer of AWS in it"),
        ));
    };
    match answer.find("Error") {
        Some(error) => {
            let code = error.text("Code").unwrap_or_default();
            Err(Failure::of_code(
                action,
                status,
                code,
                error.text("Message").unwrap_or_default(),
            ))
        }
        None if status < 300 => Ok(answer),
        None => Err(Failure::of_code(action, status, "", "")),
    }
}

/// Parameters as a form: everything but unreserved characters is escaped.
fn form(parameters: &[(&str, &str)]) -> String {
    let escaped = |text: &str| -> String {
        let one = |byte: u8| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(one).collect()
    };
    let pairs = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Up to half a pause more, so that parallel requests do not come back at the same moment.
fn jitter(pause: Duration) -> Duration {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    pause * (now.subsec_nanos() % 1000) / 2000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(status: u16, body: &str) -> Reason {
        read("iam:ListUsers", status, body.as_bytes()).unwrap_err().reason
    }

    #[test]
    fn who_answers_is_told_apart() {
        let error = |code: &str| {
            format!("<ErrorResponse xmlns=\"x\"><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>")
        };
        assert_eq!(reason(403, &error("InvalidClientTokenId")), Reason::UnknownId);
        assert_eq!(reason(403, &error("ExpiredToken")), Reason::Expired);
        assert_eq!(reason(403, &error("AccessDenied")), Reason::Denied);
        assert_eq!(reason(400, &error("Throttling")), Reason::Throttled);
        assert_eq!(reason(404, &error("NoSuchEntity")), Reason::Missing);
        assert_eq!(reason(403, "<html><body>Blocked</body></html>"), Reason::Blocked);
        assert_eq!(reason(502, "Bad gateway"), Reason::Server);
        assert_eq!(reason(200, "{\"ok\":true}"), Reason::Foreign);
        assert!(read("iam:ListUsers", 200, b"<ListUsersResponse/>").is_ok());
    }

    #[test]
    fn a_form_keeps_every_character_of_a_name() {
        assert_eq!(
            form(&[("UserName", "a+b,c=d@e.f-ü")]),
            "UserName=a%2Bb%2Cc%3Dd%40e.f-%C3%BC"
        );
    }
}
