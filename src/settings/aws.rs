//! Which accounts are asked, where, and which key is rotated. Only the command line can say so: no settings file makes
//! a run reach the network.

use clap::Args;

/// Which accounts are asked, and how.
#[derive(Args, Clone, Debug, Default)]
pub struct AwsSettings {
    /// Ask AWS, with read-only calls; `keytrail keys iam-policy` prints the policy that this needs
    #[arg(long, help_heading = "What AWS is asked")]
    pub aws: bool,
    /// Ask the account of this profile. Repeatable: one for each account
    #[arg(long, value_name = "NAME", requires = "aws", help_heading = "What AWS is asked")]
    pub profile: Vec<String>,
    #[command(flatten)]
    pub connection: AwsConnection,
}

/// Where AWS is asked, and for how long.
#[derive(Args, Clone, Debug)]
pub struct AwsConnection {
    /// The region, which tells the partition; by default that of the environment or profile
    #[arg(long, help_heading = "What AWS is asked")]
    pub region: Option<String>,
    /// The partition: aws, aws-cn or aws-us-gov
    #[arg(long, value_name = "NAME", help_heading = "What AWS is asked")]
    pub partition: Option<String>,
    /// Ask here instead of at AWS; by default what AWS_ENDPOINT_URL and the profile say
    #[arg(long, value_name = "URL", help_heading = "What AWS is asked")]
    pub endpoint_url: Option<String>,
    /// Wait so many seconds for an answer
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600), help_heading = "What AWS is asked")]
    pub timeout: u64,
}

/// Which key is rotated, and how.
#[derive(Args, Clone, Debug)]
pub struct RotateSettings {
    /// The profile whose key is replaced, and whose credentials ask for it
    #[arg(long, value_name = "NAME")]
    pub profile: String,
    /// Replace the key of this profile instead; --profile only asks, as an administrator's or a role does
    #[arg(long, value_name = "NAME")]
    pub into: Option<String>,
    /// The user whose key it is; by default the owner of the profile's key
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Delete the old key, once it has been unused for long enough
    #[arg(long, conflicts_with = "rollback")]
    pub finish: bool,
    /// Make the old key active again, put it back, and delete the new one
    #[arg(long)]
    pub rollback: bool,
    /// With --finish: how many days the old key must have been unused
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub unused_days: u32,
    /// How many seconds the new key must answer without a miss before it is written into the profile
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(0..=600))]
    pub settle: u64,
    /// Ask nothing: every step is agreed to
    #[arg(long, short)]
    pub yes: bool,
    /// Say what would be done, and change nothing
    #[arg(long, conflicts_with_all = ["finish", "rollback"])]
    pub dry_run: bool,
    #[command(flatten)]
    pub connection: AwsConnection,
}

impl Default for AwsConnection {
    fn default() -> Self {
        Self {
            region: None,
            partition: None,
            endpoint_url: None,
            timeout: 30,
        }
    }
}
