//! The rows of the protocol's table, each a test of its name: what a certified client, and the suite that certifies, hold us to.

mod baseline;
mod core;
mod core_requests;
mod discovery;
mod fapi2;
mod fapi2_code;
mod fapi2_dpop;
mod fapi2_mtls;
mod fapi2_par;
mod fapi2_signed;
mod list;
mod logout;
mod module;
mod registration;

use module::{MODES, Module, Tokens};
