//! The part of SARIF 2.1.0 that is written, as its schema spells it.
//!
//! Own structs rather than a crate's: what is not here cannot be written by accident, such as a
//! `kind`, a command line or an absolute path.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::json::{Age, Verification};

#[derive(Serialize)]
pub struct Log<'r> {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Run<'r> {
    pub tool: Tool,
    pub automation_details: AutomationDetails,
    pub invocations: [Invocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub version_control_provenance: Vec<VersionControl>,
    pub original_uri_base_ids: BTreeMap<String, BaseId>,
    pub taxonomies: [Taxonomy; 1],
    pub column_kind: &'static str,
    pub results: Vec<Result<'r>>,
}

#[derive(Serialize)]
pub struct Tool {
    pub driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Driver {
    pub name: &'static str,
    pub semantic_version: &'static str,
    pub information_uri: &'static str,
    pub rules: Vec<ReportingDescriptor>,
    pub supported_taxonomies: [ToolComponentReference; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportingDescriptor {
    pub id: String,
    pub name: String,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    pub default_configuration: Configuration,
    pub relationships: [Relationship; 1],
    pub properties: RuleProperties,
}

#[derive(Serialize)]
pub struct Help {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub struct Configuration {
    pub level: &'static str,
}

#[derive(Serialize)]
pub struct Relationship {
    pub target: TaxonReference,
    pub kinds: [&'static str; 1],
}

#[derive(Serialize)]
pub struct RuleProperties {
    pub tags: Vec<String>,
    pub precision: &'static str,
    /// A number, as a string: GitHub ignores a bare number.
    #[serde(rename = "security-severity")]
    pub security_severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Taxonomy {
    pub name: &'static str,
    pub organization: &'static str,
    pub version: &'static str,
    pub information_uri: &'static str,
    pub is_comprehensive: bool,
    pub short_description: Message,
    pub taxa: [Taxon; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Taxon {
    pub id: &'static str,
    pub name: &'static str,
    pub short_description: Message,
    pub help_uri: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TaxonReference {
    pub id: &'static str,
    pub index: u32,
    pub tool_component: ToolComponentReference,
}

#[derive(Serialize)]
pub struct ToolComponentReference {
    pub name: &'static str,
    pub index: u32,
}

#[derive(Serialize)]
pub struct AutomationDetails {
    pub id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
pub struct Notification {
    pub level: &'static str,
    pub message: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionControl {
    pub repository_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    pub mapped_to: MappedTo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MappedTo {
    pub uri_base_id: String,
}

/// Has no `uri`: where the checkout lies on this machine is nobody's business.
#[derive(Serialize)]
pub struct BaseId {
    pub description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Result<'r> {
    pub rule_id: &'r str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    pub level: &'static str,
    pub message: Message,
    pub locations: Vec<Location<'r>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<RelatedLocation<'r>>,
    pub partial_fingerprints: PartialFingerprints<'r>,
    pub fingerprints: Fingerprints,
    pub occurrence_count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hosted_viewer_uri: Option<String>,
    /// Never left out: all results of a run have an array or none has.
    pub suppressions: Vec<Suppression>,
    pub taxa: [TaxonReference; 1],
    pub properties: ResultProperties<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location<'r> {
    pub physical_location: PhysicalLocation<'r>,
}

#[derive(Serialize)]
pub struct RelatedLocation<'r> {
    pub id: usize,
    pub message: Message,
    #[serde(flatten)]
    pub location: Location<'r>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PhysicalLocation<'r> {
    pub artifact_location: ArtifactLocation,
    pub region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_region: Option<ContextRegion<'r>>,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArtifactLocation {
    pub uri: String,
    pub uri_base_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Region {
    pub start_line: u32,
    pub start_column: u32,
    pub end_line: u32,
    pub end_column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContextRegion<'r> {
    pub start_line: u32,
    pub end_line: u32,
    pub snippet: Snippet<&'r str>,
}

#[derive(Serialize)]
pub struct Snippet<T> {
    pub text: T,
}

#[derive(Serialize)]
pub struct PartialFingerprints<'r> {
    #[serde(rename = "primaryLocationLineHash", skip_serializing_if = "Option::is_none")]
    pub line_hash: Option<&'r str>,
    #[serde(rename = "keytrailSecret/v1")]
    pub secret: String,
}

#[derive(Serialize)]
pub struct Fingerprints {
    #[serde(rename = "keytrail/v1")]
    pub whole: String,
}

#[derive(Serialize)]
pub struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResultProperties<'r> {
    pub state: &'static str,
    pub severity: &'static str,
    pub confidence: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<&'r str>,
    /// What a policy says of the key, where one was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub age: Option<Age<'r>>,
    /// What asking AWS gave, where that was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification<'r>>,
}

#[derive(Serialize)]
pub struct Message {
    pub text: String,
}

impl Message {
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }
}
