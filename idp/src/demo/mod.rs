//! The world around the provider that `idp demo` shows: the certificate service and the mailbox.

pub mod certificate_service;
pub mod mailbox;
mod smtp_sink;
