//! Limits over limits: what a table says, and below it the defaults or a preset.
//!
//! Here values are held against each other. Two that contradict each other in one table are a fault; one that only
//! an upper table has made pointless is dropped.

use toml::Spanned;

use super::table::{Count, LimitsTable};
use super::{Limits, NeverUsed};

/// A fault at a place of the text, with its remedy.
pub struct Fault {
    pub at: usize,
    pub what: String,
    pub remedy: String,
}

/// Fails with one.
pub fn fault<T>(at: usize, what: impl Into<String>, remedy: impl Into<String>) -> Result<T, Fault> {
    Err(Fault {
        at,
        what: what.into(),
        remedy: remedy.into(),
    })
}

/// Puts what a table says over the limits below it.
pub fn layer(below: &Limits, table: &LimitsTable) -> Result<Limits, Fault> {
    let count = |above: Option<Count>, below: Option<u32>| above.map_or(below, |count| count.0);
    let spanned = |above: &Option<Spanned<Count>>| above.as_ref().map(|count| *count.get_ref());
    let max_age_days = count(spanned(&table.max_age_days), below.max_age_days);
    let mut warn_age_days = count(spanned(&table.warn_age_days), below.warn_age_days);
    if let (Some(max), Some(warn)) = (max_age_days, warn_age_days)
        && warn > max
    {
        // Said here, it is a mistake; said below, where another limit held, it has no use any more.
        if let Some(said) = &table.warn_age_days {
            let what = format!("warn_age_days: {warn} comes after max_age_days, {max}");
            return fault(
                said.span().start,
                what,
                "warn before the limit, or write warn_age_days = \"off\"",
            );
        }
        warn_age_days = None;
    }
    let never_used = table.never_used.unwrap_or(below.never_used);
    if let Some(grace) = &table.never_used_grace_days
        && never_used != NeverUsed::Grace
    {
        let what = "never_used_grace_days: there is no grace unless never_used is \"grace\"";
        return fault(grace.span().start, what, "leave one of the two out");
    }
    let rotation_overlap_days = match &table.rotation_overlap_days {
        Some(days) => days.get_ref().0.unwrap_or(0),
        None => below.rotation_overlap_days,
    };
    let boundary = table.boundary.unwrap_or(below.boundary);
    Ok(Limits {
        max_age_days,
        warn_age_days,
        boundary,
        unused_days: count(table.unused_days, below.unused_days),
        unused_boundary: table
            .unused_boundary
            .or(table.boundary)
            .unwrap_or(below.unused_boundary),
        never_used,
        never_used_grace_days: count(spanned(&table.never_used_grace_days), below.never_used_grace_days),
        max_active_keys: count(table.max_active_keys, below.max_active_keys),
        rotation_overlap_days,
        forbid_root_keys: table.forbid_root_keys.unwrap_or(below.forbid_root_keys),
        age_of_root_keys: table.age_of_root_keys.unwrap_or(below.age_of_root_keys),
        age_of_inactive_keys: table.age_of_inactive_keys.unwrap_or(below.age_of_inactive_keys),
        inactive_delete_after_days: count(table.inactive_delete_after_days, below.inactive_delete_after_days),
        forbid_old_format: table.forbid_old_format.unwrap_or(below.forbid_old_format),
        leaked: table.leaked.unwrap_or(below.leaked),
        trust_last_rotated: table.trust_last_rotated.unwrap_or(below.trust_last_rotated),
    })
}
