//! The sign-in pages: one module a page of the journeys. Every POST ends in 303 to the page of the gate that is due.

pub mod already_signed_in;
pub mod auth_key;
pub mod authenticator;
pub mod callback;
pub mod confirm_link;
pub mod consent;
pub mod device;
pub mod email_registered;
pub mod email_sent;
pub mod extend;
pub mod finish;
pub mod forgot_second_password;
pub mod front;
pub mod locked;
pub mod lost_mailbox;
pub mod not_eligible;
pub mod register_email;
pub mod reset_email_sent;
pub mod reset_second_password;
pub mod restart;
pub mod second_password;
pub mod send_auth_key;
pub mod set_second_password;
pub mod sign_in;
pub mod status;
pub mod unmet;

pub(in crate::http) mod at;
mod reset_ticket;

pub use at::{AtLogin, Press, Standing};
