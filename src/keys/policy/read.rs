//! From a policy file to a [`Policy`]: every value checked against the others, nothing assumed.
//!
//! What is wrong is an error with file, line, key and remedy, before anything is scanned. A message never
//! quotes a value: the file may be one of secrets, named by mistake.

use std::io::Read;

use serde::Deserialize as _;
use toml::Spanned;

use super::layer::{Fault, fault, layer};
use super::table::{ExceptionTable, LimitsTable, MatchTable, PolicyTable};
use super::{Exception, Limits, Match, Override, PRESETS, Policy};
use crate::error::Error;
use crate::finding::age::VerdictKind;

/// A policy is written by hand; more than this is something else.
const LARGEST: u64 = 1 << 20;
const SEE: &str = "`keytrail schema policy` prints what a policy may say";

impl Policy {
    /// The policy that `--policy` names: a preset, or else a file.
    pub fn load(name: &str) -> Result<Self, Error> {
        if let Some(preset) = Self::preset(name) {
            return Ok(preset);
        }
        let presets: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
        let hint = format!("name a policy file, or one of {}", presets.join(", "));
        let wrong = |cause: &str| {
            Error::usage(format!("--policy {name}: it cannot be read"))
                .cause(cause)
                .hint(hint.clone())
                .did_you_mean(name, presets.iter().copied())
        };
        let file = std::fs::File::open(name).map_err(|error| wrong(&error.to_string()))?;
        let mut text = String::new();
        let read = file.take(LARGEST + 1).read_to_string(&mut text);
        read.map_err(|error| wrong(&error.to_string()))?;
        if text.len() as u64 > LARGEST {
            return Err(wrong("it is too large for a policy"));
        }
        Self::parse(name, &text)
    }

    /// The preset with this name.
    pub fn preset(name: &str) -> Option<Self> {
        let (name, text) = PRESETS.iter().find(|(known, _)| *known == name)?;
        Some(Self::parse(name, text).expect("tests/policy.rs reads every preset"))
    }

    /// Reads a policy; `name` is its file, for messages.
    pub fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let wrong = |at: Option<usize>, what: &str, remedy: &str| {
            let line = at.map(|at| text.get(..at).unwrap_or(text).matches('\n').count() + 1);
            let place = line.map_or_else(String::new, |line| format!("line {line}: "));
            Error::usage(format!("{name}: the policy is not valid"))
                .cause(format!("{place}{what}"))
                .hint(remedy)
        };
        let table: PolicyTable = toml::de::Deserializer::parse(text)
            .and_then(PolicyTable::deserialize)
            .map_err(|error| {
                let at = error.span().map(|span| span.start);
                wrong(at, &describe(text, at, error.message()), SEE)
            })?;
        build(name, table).map_err(|fault| wrong(Some(fault.at), &fault.what, &fault.remedy))
    }
}

/// What the TOML reader found, without the value that it quotes; with the key, if the line names a known one.
fn describe(text: &str, at: Option<usize>, message: &str) -> String {
    let message = message.trim_end();
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let field = rest.split('`').next().unwrap_or_default();
        let plain = field.len() <= 32 && field.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        return match plain {
            true => format!("{field}: there is no such key here"),
            false => "there is no such key here".to_owned(),
        };
    }
    let what = match message.rfind(", expected ") {
        Some(from) => format!("not valid here: {}", &message[from + 2..]),
        None => message.to_owned(),
    };
    let line = at.and_then(|at| text.get(text[..at.min(text.len())].rfind('\n').map_or(0, |n| n + 1)..));
    let key = line
        .and_then(|line| line.split(['=', '\n']).next())
        .map_or("", str::trim);
    match super::SCHEMA.contains(&format!("\"{key}\": {{")) && !key.is_empty() {
        true => format!("{key}: {what}"),
        false => what,
    }
}

fn build(name: &str, table: PolicyTable) -> Result<Policy, Fault> {
    if *table.version.get_ref() != 1 {
        return fault(
            table.version.span().start,
            "version: only 1 is known",
            "write version = 1",
        );
    }
    let mut policy = Policy::default();
    if let Some(base) = &table.extends {
        let Some(preset) = Policy::preset(base.get_ref()) else {
            let presets: Vec<&str> = PRESETS.iter().map(|(name, _)| *name).collect();
            let remedy = format!("the presets are {}", presets.join(", "));
            return fault(base.span().start, "extends: there is no such preset", remedy);
        };
        policy = preset;
    }
    policy.name = name.to_owned();
    policy.title = table.title.or(policy.title);
    policy.sources = table.sources.unwrap_or(policy.sources);
    if let Some(names) = &table.fail {
        policy.fail = names.iter().map(verdict).collect::<Result<_, _>>()?;
    }
    if let Some(defaults) = &table.defaults {
        let at = defaults.span().start;
        let defaults = defaults.get_ref();
        if defaults.matches.is_some() {
            return fault(at, "match: [defaults] are for every key", "put it under [[override]]");
        }
        if let Some(hours) = &defaults.max_report_age_hours {
            policy.max_report_age_hours = hours.get_ref().0;
        }
        policy.defaults = layer(&policy.defaults, defaults)?;
    }
    if let Some(accounts) = &table.accounts {
        policy.accounts = accounts.allow.iter().map(account).collect::<Result<_, _>>()?;
    }
    for table in &table.overrides {
        policy.overrides.push(other(&policy.defaults, table)?);
    }
    for table in &table.exceptions {
        policy.exceptions.push(exception(table.get_ref())?);
    }
    Ok(policy)
}

fn other(defaults: &Limits, table: &Spanned<LimitsTable>) -> Result<Override, Fault> {
    let at = table.span().start;
    let table = table.get_ref();
    if let Some(hours) = &table.max_report_age_hours {
        let what = "max_report_age_hours: a report is of all keys";
        return fault(hours.span().start, what, "put it under [defaults]");
    }
    let Some(matches) = &table.matches else {
        return fault(
            at,
            "match: it is missing",
            "say which keys: match = { user = \"svc-*\" }",
        );
    };
    Ok(Override {
        matches: matching(matches)?,
        limits: layer(defaults, table)?,
    })
}

fn exception(table: &ExceptionTable) -> Result<Exception, Fault> {
    for (key, text) in [("reason", &table.reason), ("owner", &table.owner)] {
        if text.get_ref().trim().is_empty() {
            let what = format!("{key}: it is empty");
            return fault(
                text.span().start,
                what,
                "an exception says why, who answers for it, and until when",
            );
        }
    }
    if table.ignore.get_ref().is_empty() {
        let remedy = "name the verdicts: ignore = [\"EXPIRED\"]";
        return fault(table.ignore.span().start, "ignore: it is empty", remedy);
    }
    let day = table.expires.get_ref().0;
    let at = table.expires.span().start;
    let ends = day
        .tomorrow()
        .ok()
        .and_then(|next| next.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let Some(ends) = ends else {
        return fault(
            at,
            "expires: no calendar goes so far",
            "write a day, such as 2027-01-31",
        );
    };
    Ok(Exception {
        matches: matching(&table.matches)?,
        ignore: table.ignore.get_ref().iter().map(verdict).collect::<Result<_, _>>()?,
        reason: table.reason.get_ref().clone(),
        owner: table.owner.get_ref().clone(),
        expires: day.to_string(),
        ends: ends.timestamp().as_second(),
    })
}

fn matching(table: &Spanned<MatchTable>) -> Result<Match, Fault> {
    let at = table.span().start;
    let table = table.get_ref();
    if let Some(key) = &table.key {
        let id = key.get_ref();
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"_*?".contains(&b);
        if id.is_empty() || id.len() > 128 || !id.bytes().all(plain) {
            return fault(
                key.span().start,
                "key: that is no access key id",
                "write the id, AKIA and 16 characters",
            );
        }
    }
    let matches = Match {
        user: table.user.clone(),
        path: table.path.clone(),
        arn: table.arn.clone(),
        key: table.key.as_ref().map(|key| key.get_ref().clone()),
        account: table.account.as_ref().map(account).transpose()?,
        tag: table.tag.clone(),
    };
    if matches.is_empty() {
        let remedy = "name a user, path, arn, key, account or tag; user = \"*\" is every user";
        return fault(at, "match: it names nothing", remedy);
    }
    Ok(matches)
}

fn account(text: &Spanned<String>) -> Result<String, Fault> {
    let id = text.get_ref();
    if id.len() != 12 || !id.bytes().all(|b| b.is_ascii_digit()) {
        let remedy = "write all twelve digits in quotes, leading zeros too";
        return fault(text.span().start, "that is no account id", remedy);
    }
    Ok(id.clone())
}

fn verdict(name: &Spanned<String>) -> Result<VerdictKind, Fault> {
    VerdictKind::named(name.get_ref()).map_or_else(
        || {
            let all: Vec<&str> = VerdictKind::ALL.into_iter().map(VerdictKind::as_str).collect();
            let remedy = format!("the verdicts are {}", all.join(", "));
            fault(name.span().start, "there is no such verdict", remedy)
        },
        Ok,
    )
}
