//! The world around the provider that `idp demo` shows: the certificate service and the mailbox.

pub mod certificate_service;
mod links;
pub mod mailbox;
mod smtp_sink;

use chrono::{DateTime, FixedOffset, Utc};

use crate::domain::clock::Timestamp;

/// An instant as people in Japan read it (journeys 1.3, rule 12).
fn japan_time(at: Timestamp) -> String {
    let utc = DateTime::<Utc>::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    FixedOffset::east_opt(9 * 60 * 60)
        .map(|japan| utc.with_timezone(&japan).format("%Y-%m-%d %H:%M:%S").to_string())
        .unwrap_or_default()
}
