//! Mails: how one leaves the house.

pub mod memory;
pub mod transport;
//! Mails: from a letter to what is sent.

pub mod compose;
