//! Which rules a run goes by.

use std::path::PathBuf;

use clap::Args;
use serde::{Deserialize, Serialize};

/// What is looked for.
#[derive(Args, Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RuleSettings {
    /// Look for what the rules of this file say, too: keytrail's own format, or a gitleaks.toml. Repeatable
    #[arg(long, value_name = "FILE", help_heading = "What is looked for")]
    pub rules: Vec<PathBuf>,
    /// Leave out the rules that are built in
    #[arg(long, help_heading = "What is looked for")]
    pub no_builtin_rules: bool,
    /// Look for this rule alone, by its id. Repeatable
    #[arg(long, value_name = "ID", help_heading = "What is looked for")]
    pub rule: Vec<String>,
    /// Leave out this rule, by its id. Repeatable
    #[arg(long, value_name = "ID", help_heading = "What is looked for")]
    pub skip_rule: Vec<String>,
}

impl RuleSettings {
    /// Takes over what the command line does not say.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        let either = |own: Vec<String>, other: Vec<String>| if own.is_empty() { other } else { own };
        Self {
            rules: if self.rules.is_empty() { file.rules } else { self.rules },
            no_builtin_rules: self.no_builtin_rules || file.no_builtin_rules,
            rule: either(self.rule, file.rule),
            skip_rule: either(self.skip_rule, file.skip_rule),
        }
    }
}
