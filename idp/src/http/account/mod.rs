//! The account pages: one module a page of the journeys (J-19). Every POST ends in 303.

pub mod authenticator;
pub mod confirm;
pub mod email;
pub mod email_sent;
pub mod extend;
pub mod locked;
pub mod menu;
pub mod second_password;
pub mod sessions;
pub mod two_factor;

mod at;

pub use at::{AccountPress, AtAccount};
