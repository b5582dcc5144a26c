//! The files as they are written: names and shapes only; `idp config schema` is made from these.

mod client_toml;
mod idp_toml;
mod policy_table;
mod tenant_toml;

pub use client_toml::*;
pub use idp_toml::*;
pub use policy_table::*;
pub use tenant_toml::*;
