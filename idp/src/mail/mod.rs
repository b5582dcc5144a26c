//! Mails: from a letter to what is sent, and the way it goes.

pub mod compose;
pub mod memory;
mod message;
pub mod smtp;
pub mod transport;
