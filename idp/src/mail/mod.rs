//! Mails: how one leaves the house.

pub mod memory;
mod message;
pub mod smtp;
pub mod transport;
