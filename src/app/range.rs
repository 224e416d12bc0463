use std::path::Path;
use super::job::Job;
use crate::error::Error;
use crate::outcome::Outcome;
pub fn scan(_: &Job, _: &str, _: Option<&Path>) -> Result<Outcome, Error> { Err(Error::usage("x")) }
