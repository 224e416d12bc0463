//! Where AWS is asked: the partition, and an endpoint for each service.
//!
//! A flag wins over the environment, a variable of one service over the one for all, and both over the profile. Nothing is
//! asked here.

use http::Uri;

use super::environment::Environment;
use super::failure::{Failure, Reason};
use super::partition::{Partition, Service};
use super::profiles::Profile;
use crate::settings::AwsConnection;

/// Where requests go.
#[derive(Clone, Debug)]
pub struct Endpoints {
    pub partition: Partition,
    pub iam: String,
    pub sts: String,
}

impl Endpoints {
    pub fn find(
        connection: &AwsConnection,
        profile: Option<Profile<'_>>,
        environment: &Environment,
    ) -> Result<Self, Failure> {
        let of_profile = |setting: &str| profile.and_then(|profile| profile.get(setting));
        let region = connection
            .region
            .as_deref()
            .or_else(|| environment.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]))
            .or_else(|| of_profile("region"));
        let partition = match &connection.partition {
            Some(name) => Partition::parse(name).map_err(wrong)?,
            None => region.map_or(Partition::default(), Partition::of_region),
        };
        let ignored = environment
            .get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .is_some_and(|on| on.eq_ignore_ascii_case("true"));
        let configured = |service: Service| {
            let found = environment
                .first(&[service.endpoint_variable(), "AWS_ENDPOINT_URL"])
                .or_else(|| of_profile("endpoint_url"));
            found.filter(|_| !ignored)
        };
        let endpoint = |service: Service| {
            let given = connection.endpoint_url.as_deref().or_else(|| configured(service));
            address(given.unwrap_or_else(|| partition.endpoint(service)))
        };
        Ok(Self {
            partition,
            iam: endpoint(Service::Iam)?,
            sts: endpoint(Service::Sts)?,
        })
    }

    pub fn of(&self, service: Service) -> &str {
        match service {
            Service::Iam => &self.iam,
            Service::Sts => &self.sts,
        }
    }

    /// Whether somebody gave an endpoint for STS.
    pub fn is_moved(&self) -> bool {
        self.sts != self.partition.endpoint(Service::Sts)
    }

    /// The same in another partition; an endpoint that was given stays.
    #[must_use]
    pub fn within(&self, partition: Partition) -> Self {
        let moved = |service: Service| match self.of(service) == self.partition.endpoint(service) {
            true => partition.endpoint(service).to_owned(),
            false => self.of(service).to_owned(),
        };
        Self {
            partition,
            iam: moved(Service::Iam),
            sts: moved(Service::Sts),
        }
    }
}

/// Checks an address, and takes the slash from its end.
fn address(text: &str) -> Result<String, Failure> {
    let uri: Uri = text
        .parse()
        .map_err(|error| wrong(format!("endpoint {text}: {error}")))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err(wrong(format!(
            "endpoint {text}: not an address such as https://host:port"
        ))),
    }
}

fn wrong(why: impl std::fmt::Display) -> Failure {
    Failure::new(Reason::Settings, "", why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_moves_what_was_not_given() {
        let none: [(&str, &str); 0] = [];
        let environment = Environment::new(std::path::Path::new("/"), none);
        let mut connection = AwsConnection::default();
        let endpoints = Endpoints::find(&connection, None, &environment).unwrap();
        assert!(!endpoints.is_moved());
        assert_eq!(
            endpoints.within(Partition::China).iam,
            "https://iam.cn-north-1.amazonaws.com.cn"
        );
        connection.endpoint_url = Some("http://127.0.0.1:5000/".to_owned());
        let given = Endpoints::find(&connection, None, &environment).unwrap();
        assert!(given.is_moved());
        assert_eq!(given.within(Partition::Government).sts, "http://127.0.0.1:5000");
    }
}
