//! Access keys as their account knows them, and what a rotation policy says of them.
//!
//! `inventory` reads what an account says of its keys, from files; `aws` asks it; `policy` and `verdict` judge;
//! `age` says between which times a key was made, with the evidence. Nothing here scans content or prints, and
//! nothing but `aws` reaches the network, which it never does unasked.
//!
//! The way through: [`Inventory::read`] (or [`Inventory::of`] for keys that were asked for live) and findings
//! go into [`join()`], which makes one [`Case`] of each key; [`judge()`] holds the cases against a [`Policy`];
//! [`annotate()`] does both and notes the answer at each finding. Time comes in as `as_of`, Unix seconds.

mod age;
#[cfg(feature = "aws")]
pub mod aws;
pub mod case;
mod found;
pub mod inventory;
mod join;
pub mod key;
pub mod permissions;
pub mod policy;
pub mod proof;
mod proven;
#[cfg(feature = "aws")]
pub mod rotate;
pub mod verdict;

pub use case::{Age, Case, Exposed};
pub use inventory::Inventory;
pub use join::{Joined, annotate, join};
pub use key::{Key, LastUse, Owner, Status};
pub use policy::Policy;
pub use proven::prove;
pub use verdict::judge;
