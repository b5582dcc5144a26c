//! What a client says of itself, by a file or by registration, and the one set of rules it is held to (RFC 7591 §2, OpenID Connect Registration §2).

mod addresses;
mod credentials;
mod document;
mod fapi;
mod metadata;
mod problem;
mod rules;
mod web_address;

pub use document::{MOST_BYTES, from_json, to_json};
pub use metadata::{
    ApplicationType, AuthMethod, CertificateNames, ClientMetadata, OwnSettings, ResponseType, SubjectKind,
};
pub use problem::{Problem, Problems, Weight};
pub use rules::{acr, client, with_defaults};
pub use web_address::{is_loopback, web_address};
