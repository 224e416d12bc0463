//! AWS credentials: ids, secret keys, session tokens and what is derived from them.
//!
//! Each file reads one kind at a place that the literal or run search points to. Nothing here looks
//! further than [`super::REACH`], asks the network or joins halves; that is the business of `pair`.

pub mod account;
pub mod bedrock;
mod beside;
pub mod codecommit;
pub mod id;
mod placeholder;
pub mod secret;
pub mod ses;
mod signed;
pub mod token;
