//! Mails: how one leaves the house.

pub mod memory;
pub mod transport;
