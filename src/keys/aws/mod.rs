//! Asks AWS: the only room that reaches the network, and only when a person said so.
//!
//! `inventory` lists the keys of accounts; `verify` finds out about one key, `ladder` about all of a run; `rotate` beside it changes one. Each
//! request is signed by a well-kept library with credentials found the way every AWS tool finds them. Answers are
//! bounded, a failed call is said and never guessed around, and no secret is printed, logged or put into an error.

mod answer;
mod client;
mod credentials;
mod endpoints;
mod environment;
mod failure;
mod http;
pub mod iam;
pub mod ini;
mod inventory;
mod ladder;
mod leaked;
mod library;
mod partition;
pub mod profiles;
mod root;
pub mod verify;

pub use client::Client;
pub use credentials::Credential;
pub use environment::Environment;
pub use failure::{Failure, Reason};
pub use inventory::{Account, Live, inventory};
pub use ladder::{Climbed, climb};
pub use partition::{Partition, Service};
