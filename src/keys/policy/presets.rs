//! Policies that others have published, each a file with its sources.

/// The policy that judges where none is named.
pub const DEFAULT: &str = "cis-v3";

/// Name and text. The text is a policy file like any other.
pub const PRESETS: &[(&str, &str)] = &[
    ("cis-v1.4", include_str!("presets/cis-v1.4.toml")),
    ("cis-v3", include_str!("presets/cis-v3.toml")),
    ("cis-v7", include_str!("presets/cis-v7.toml")),
    ("aws-config", include_str!("presets/aws-config.toml")),
    ("trusted-advisor", include_str!("presets/trusted-advisor.toml")),
    ("pci-dss-4", include_str!("presets/pci-dss-4.toml")),
];
