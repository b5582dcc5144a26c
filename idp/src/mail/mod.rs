//! Mails: from a letter to what is sent, and the way it goes.

pub mod compose;
pub mod maildir;
pub mod memory;
mod message;
pub mod report;
pub mod smtp;
pub mod transport;
