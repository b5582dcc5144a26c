//! Mails: from a letter to what is sent.

pub mod compose;
