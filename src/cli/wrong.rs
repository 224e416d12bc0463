//! What is wrong with a command line, said as everything else that is wrong: what, its cause, and what to do.
//!
//! A word is quoted only if it may be one of a command line: a secret may have been pasted by mistake.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error as _;

use crate::error::{Error, nearest};

/// The longest word that is quoted.
const LONGEST: usize = 24;

/// Says it, of the command with this name.
pub fn said(error: &clap::Error, command: &str) -> Error {
    let told = |kind| words(error, kind);
    let one = |kind| told(kind).into_iter().next().unwrap_or_default();
    let flag = flag(&one(ContextKind::InvalidArg));
    let value = shown(&one(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("there is no command {}", shown(&one(ContextKind::InvalidSubcommand)))
        }
        ErrorKind::UnknownArgument if flag.starts_with('-') => format!("{flag}: there is no such flag here"),
        ErrorKind::UnknownArgument => format!("{}: that is one argument too many", shown(&flag)),
        ErrorKind::InvalidValue if value.is_empty() => format!("{flag}: its value is missing"),
        ErrorKind::InvalidValue => format!("{flag} {value}: that is none of its values"),
        ErrorKind::ValueValidation => format!("{flag} {value}: that cannot be its value"),
        ErrorKind::MissingRequiredArgument => {
            let missing = told(ContextKind::InvalidArg);
            format!("something is missing: {}", missing.join(", "))
        }
        ErrorKind::ArgumentConflict => match told(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == [one(ContextKind::InvalidArg)] => {
                format!("{flag}: it is given twice")
            }
            prior => format!("{flag} does not go with {}", prior.join(", ")),
        },
        ErrorKind::MissingSubcommand => "a command is missing".to_owned(),
        ErrorKind::InvalidUtf8 => "an argument is not UTF-8".to_owned(),
        ErrorKind::TooManyValues => format!("{flag}: it takes no value"),
        _ => format!("{flag}: that cannot be"),
    };
    let wrong = match error.source() {
        Some(cause) if error.kind() == ErrorKind::ValueValidation => Error::usage(what).cause(cause),
        _ => Error::usage(what),
    };
    wrong.hint(hint(error, command))
}

/// What may have been meant, or what there is.
fn hint(error: &clap::Error, command: &str) -> String {
    let values = words(error, ContextKind::ValidValue);
    let is_number = || error.source().is_some_and(|cause| cause.to_string().contains("digit"));
    let rest = match values.is_empty() {
        false => format!("use {}", listed(&values)),
        true if is_number() => "write a whole number".to_owned(),
        true => format!("{command} --help has everything that can be said"),
    };
    match meant(error) {
        Some(meant) if values.is_empty() => format!("did you mean {meant}?"),
        Some(meant) => format!("did you mean {meant}? {rest}"),
        None => rest,
    }
}

/// Of the words that are near, the nearest.
fn meant(error: &clap::Error) -> Option<String> {
    let kinds = [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ];
    kinds.into_iter().find_map(|(said, suggested)| {
        let near = words(error, suggested);
        let said = words(error, said).concat();
        let nearest = nearest(&said, near.iter().map(String::as_str)).map(str::to_owned);
        nearest.or_else(|| near.into_iter().next())
    })
}

fn words(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(word)) => vec![word.clone()],
        Some(ContextValue::Strings(words)) => words.clone(),
        Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// `--jobs <N>` is `--jobs`, `[PATH]...` is PATH.
fn flag(argument: &str) -> String {
    let first = argument.split([' ', '=']).next().unwrap_or_default();
    match first.starts_with('-') {
        true => first.to_owned(),
        false => first.trim_matches(['<', '>', '[', ']', '.']).to_owned(),
    }
}

fn shown(word: &str) -> String {
    let is_plain = word.len() <= LONGEST && word.chars().all(|c| !c.is_control());
    if is_plain { word.to_owned() } else { "…".to_owned() }
}

fn listed(words: &[String]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}
