//! Access keys as their account knows them, and what a rotation policy says of them.
//!
//! `inventory` reads what an account says of its keys, from files; `aws` asks it; `policy` and `verdict` judge;
//! `age` says between which times a key was made, with the evidence. Nothing here scans content or prints, and
//! nothing but `aws` reaches the network, which it never does unasked.

#[cfg(feature = "aws")]
pub mod aws;
pub mod key;
pub mod permissions;
pub mod proof;
#[cfg(feature = "aws")]
pub mod rotate;

pub use key::{Key, LastUse, Owner, Status};
