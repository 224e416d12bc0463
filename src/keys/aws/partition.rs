//! The three partitions of AWS that have customers, and where their IAM and STS are.
//!
//! A key of one partition is unknown to the others, and nothing in its id says which one it belongs to.

use crate::error::Error;

/// A world of its own: accounts, keys and endpoints of one are unknown to the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Partition {
    #[default]
    Aws,
    China,
    Government,
}

/// The two services that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    Iam,
    Sts,
}

impl Partition {
    pub const ALL: [Partition; 3] = [Partition::Aws, Partition::China, Partition::Government];

    /// Reads `aws`, `aws-cn` or `aws-us-gov`.
    pub fn parse(name: &str) -> Result<Self, Error> {
        Self::ALL
            .into_iter()
            .find(|partition| partition.as_str() == name)
            .ok_or_else(|| {
                Error::usage(format!("--partition {name}: there is no such partition"))
                    .hint("use aws, aws-cn or aws-us-gov")
            })
    }

    /// The partition that a region is in.
    pub fn of_region(region: &str) -> Self {
        if region.starts_with("cn-") {
            Partition::China
        } else if region.starts_with("us-gov-") {
            Partition::Government
        } else {
            Partition::Aws
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Partition::Aws => "aws",
            Partition::China => "aws-cn",
            Partition::Government => "aws-us-gov",
        }
    }

    /// The region that requests are signed for. IAM has one a partition.
    pub fn signing_region(self) -> &'static str {
        match self {
            Partition::Aws => "us-east-1",
            Partition::China => "cn-north-1",
            Partition::Government => "us-gov-west-1",
        }
    }

    pub fn endpoint(self, service: Service) -> &'static str {
        match (self, service) {
            (Partition::Aws, Service::Iam) => "https://iam.amazonaws.com",
            (Partition::Aws, Service::Sts) => "https://sts.us-east-1.amazonaws.com",
            (Partition::China, Service::Iam) => "https://iam.cn-north-1.amazonaws.com.cn",
            (Partition::China, Service::Sts) => "https://sts.cn-north-1.amazonaws.com.cn",
            (Partition::Government, Service::Iam) => "https://iam.us-gov.amazonaws.com",
            (Partition::Government, Service::Sts) => "https://sts.us-gov-west-1.amazonaws.com",
        }
    }
}

impl Service {
    /// The name that requests are signed for, and the prefix of its actions.
    pub fn as_str(self) -> &'static str {
        match self {
            Service::Iam => "iam",
            Service::Sts => "sts",
        }
    }

    /// The version of the service's interface.
    pub fn version(self) -> &'static str {
        match self {
            Service::Iam => "2010-05-08",
            Service::Sts => "2011-06-15",
        }
    }

    /// The variable that overrides the service's endpoint.
    pub fn endpoint_variable(self) -> &'static str {
        match self {
            Service::Iam => "AWS_ENDPOINT_URL_IAM",
            Service::Sts => "AWS_ENDPOINT_URL_STS",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_tells_its_partition() {
        for (region, partition) in [
            ("eu-central-1", Partition::Aws),
            ("cn-northwest-1", Partition::China),
            ("us-gov-east-1", Partition::Government),
        ] {
            assert_eq!(Partition::of_region(region), partition);
            assert_eq!(Partition::parse(partition.as_str()).unwrap(), partition);
            assert_eq!(Partition::of_region(partition.signing_region()), partition);
        }
        assert!(Partition::parse("azure").is_err());
    }
}
