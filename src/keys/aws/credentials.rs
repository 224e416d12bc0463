//! Which credentials a profile, or the environment, stands for.
//!
//! The protocols (web identity, SSO, processes, containers, instances) are the library's, and so is signing. What is
//! ours is the wiring that the library leaves to its caller: a role of a profile with the credentials of another
//! one, `sso-session` sections, and that a profile that was named is not overruled by the environment.

use reqsign_aws_v4::{
    AssumeRoleWithWebIdentityCredentialProvider as WebIdentity, Credential as Loaded,
    ECSCredentialProvider as Container, EnvCredentialProvider as Variables, IMDSv2CredentialProvider as Instance,
    ProcessCredentialProvider as Process, SSOCredentialProvider as Sso,
};
use reqsign_core::{Context, ProvideCredential};

use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::library::finish;
use super::profiles::{Profile, Profiles};
use crate::secret::Secret;

/// An id, its secret, and the token of a session.
#[derive(Clone, Debug)]
pub struct Credential {
    pub id: String,
    pub secret: Secret,
    pub token: Option<Secret>,
}

impl Credential {
    pub fn new(id: &str, secret: &str, token: Option<&str>) -> Self {
        Self {
            id: id.to_owned(),
            secret: Secret::new(secret.as_bytes()),
            token: token.map(|token| Secret::new(token.as_bytes())),
        }
    }

    /// For signing.
    pub(super) fn loaded(&self) -> Loaded {
        #[expect(
            clippy::disallowed_methods,
            reason = "the library signs with it and shows it nowhere"
        )]
        let text = |secret: &Secret| String::from_utf8_lossy(secret.expose()).into_owned();
        Loaded {
            access_key_id: self.id.clone(),
            secret_access_key: text(&self.secret),
            session_token: self.token.as_ref().map(text),
            expires_in: None,
        }
    }
}

/// A role that is to be assumed with other credentials.
pub struct Role {
    pub arn: String,
    pub session: String,
    pub external_id: Option<String>,
    pub seconds: Option<String>,
}

/// Assumes a role: one call of STS, which the client makes.
pub type Assume<'a> = dyn Fn(&Credential, &Role) -> Result<Credential, Failure> + 'a;

/// Looks for credentials as the AWS tools do.
pub struct Chain<'a> {
    pub environment: &'a Environment,
    pub profiles: &'a Profiles,
    pub context: &'a Context,
    /// The same with less patience: elsewhere than on an instance nobody answers for one.
    pub instance: &'a Context,
    pub region: &'a str,
    pub assume: &'a Assume<'a>,
}

/// A chain of roles longer than this is a circle.
const MOST_ROLES: usize = 8;

impl Chain<'_> {
    /// The credentials of a profile; without a name, those of the environment, `default`, and the machine.
    pub fn find(&self, profile: Option<&str>) -> Result<Credential, Failure> {
        if let Some(name) = profile.or_else(|| self.environment.first(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])) {
            // A variable names a profile, and another holds a key: the key is the closer one.
            let closer = profile.is_none() && self.environment.get("AWS_ACCESS_KEY_ID").is_some();
            if !closer {
                return self.of_profile(name, MOST_ROLES);
            }
        }
        if let Some(found) = self.load("the environment", Variables::new())? {
            return Ok(found);
        }
        if let Some(found) = self.web_identity(WebIdentity::new())? {
            return Ok(found);
        }
        if self.profiles.get("default").is_some() {
            return self.of_profile("default", MOST_ROLES);
        }
        self.of_machine()
    }

    fn of_profile(&self, name: &str, roles_left: usize) -> Result<Credential, Failure> {
        let Some(profile) = self.profiles.get(name) else {
            return Err(none(format!("there is no profile {name} in the shared AWS files")));
        };
        if let Some(arn) = profile.get("role_arn") {
            return self.of_role(name, profile, arn, roles_left);
        }
        if let Some(found) = self.of_sso(name, profile)? {
            return Ok(found);
        }
        if let Some((id, secret, token)) = profile.keys() {
            return Ok(Credential::new(id, secret, token));
        }
        if let Some(command) = profile.get("credential_process") {
            let found = self.load("its credential_process", Process::new().with_command(command))?;
            return found.ok_or_else(|| none(format!("profile {name}: its credential_process says nothing")));
        }
        if name == "default" {
            return self.of_machine();
        }
        Err(none(format!("profile {name} names no source of credentials")))
    }

    fn of_role(&self, name: &str, profile: Profile<'_>, arn: &str, left: usize) -> Result<Credential, Failure> {
        let session = profile.get("role_session_name").unwrap_or("keytrail").to_owned();
        if let Some(file) = profile.get("web_identity_token_file") {
            let provider =
                WebIdentity::with_config(arn.to_owned(), self.environment.expand(file)).with_role_session_name(session);
            let found = self.web_identity(provider)?;
            return found.ok_or_else(|| none(format!("profile {name}: no web identity")));
        }
        if let Some(device) = profile.get("mfa_serial") {
            return Err(none(format!(
                "profile {name} wants a code of {device}, and nobody is asked for one here; sign in with another tool \
                 and name it as credential_process"
            )));
        }
        if left == 0 {
            return Err(none(format!("profile {name}: its roles go round in a circle")));
        }
        let with = match (profile.get("source_profile"), profile.get("credential_source")) {
            // A profile that names itself means its own keys.
            (Some(source), _) if source == name => profile
                .keys()
                .map(|(id, secret, token)| Credential::new(id, secret, token))
                .ok_or_else(|| none(format!("profile {name} names itself and has no keys"))),
            (Some(source), _) => self.of_profile(source, left - 1),
            (None, Some("Environment")) => self
                .load("the environment", Variables::new())?
                .ok_or_else(|| none("the environment holds no key".to_owned())),
            (None, Some("EcsContainer")) => self
                .load("the container", Container::new())?
                .ok_or_else(|| none("there is no container role".to_owned())),
            (None, Some("Ec2InstanceMetadata")) => self
                .of_instance()?
                .ok_or_else(|| none("there is no instance role".to_owned())),
            _ => Err(none(format!("profile {name} has a role and no source_profile"))),
        }?;
        let role = Role {
            arn: arn.to_owned(),
            session,
            external_id: profile.get("external_id").map(str::to_owned),
            seconds: profile.get("duration_seconds").map(str::to_owned),
        };
        (self.assume)(&with, &role)
    }

    fn of_sso(&self, name: &str, profile: Profile<'_>) -> Result<Option<Credential>, Failure> {
        let (Some(account), Some(role)) = (profile.get("sso_account_id"), profile.get("sso_role_name")) else {
            return Ok(None);
        };
        let session = profile.get("sso_session");
        let region = match session {
            Some(session) => self.profiles.of_session(session, "sso_region"),
            None => profile.get("sso_region"),
        };
        // The library finds the cached sign-in by its start URL; a session's is filed under the session's name.
        let filed = session.or_else(|| profile.get("sso_start_url"));
        let (Some(region), Some(filed)) = (region, filed) else {
            return Err(none(format!(
                "profile {name}: its SSO settings lack a region or a start URL"
            )));
        };
        let provider = Sso::new()
            .with_account_id(account)
            .with_role_name(role)
            .with_region(region)
            .with_start_url(filed);
        let found = self.load("its SSO sign-in", provider)?;
        found.map(Some).ok_or_else(|| {
            none(format!(
                "profile {name}: there is no SSO sign-in that holds; aws sso login --profile {name}"
            ))
        })
    }

    /// The role of the container or of the instance that this runs on.
    fn of_machine(&self) -> Result<Credential, Failure> {
        let container = [
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ];
        if self.environment.first(&container).is_some()
            && let Some(found) = self.load("the container", Container::new())?
        {
            return Ok(found);
        }
        let off = self.environment.get("AWS_EC2_METADATA_DISABLED");
        if off.is_none_or(|off| !off.eq_ignore_ascii_case("true")) {
            // Elsewhere than on an instance nobody answers; that is no failure of its own.
            if let Ok(Some(found)) = self.of_instance() {
                return Ok(found);
            }
        }
        Err(none(
            "none in the environment, in profile default, or of this machine".to_owned(),
        ))
    }

    fn web_identity(&self, provider: WebIdentity) -> Result<Option<Credential>, Failure> {
        let provider = provider
            .with_region(self.region.to_owned())
            .with_regional_sts_endpoint();
        self.load("the web identity", provider)
    }

    fn of_instance(&self) -> Result<Option<Credential>, Failure> {
        self.load_with(self.instance, "the instance", Instance::new())
    }

    fn load(
        &self,
        whence: &str,
        provider: impl ProvideCredential<Credential = Loaded>,
    ) -> Result<Option<Credential>, Failure> {
        self.load_with(self.context, whence, provider)
    }

    fn load_with(
        &self,
        context: &Context,
        whence: &str,
        provider: impl ProvideCredential<Credential = Loaded>,
    ) -> Result<Option<Credential>, Failure> {
        match finish(provider.provide_credential(context)) {
            Ok(found) => Ok(found.map(|found| {
                Credential::new(
                    &found.access_key_id,
                    &found.secret_access_key,
                    found.session_token.as_deref(),
                )
            })),
            Err(error) => Err(none(format!("{whence}: {error}"))),
        }
    }
}

fn none(detail: String) -> Failure {
    Failure::new(Reason::NoCredentials, "", detail)
}
