//! What tests share.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub mod account;
pub mod archive;
pub mod browser;
pub mod hooked;
pub mod mutation;
pub mod pack;
pub mod program;
pub mod random;
pub mod recipe;
pub mod repo;
pub mod servers;
pub mod shared;
