//! Authorization requests: raw parameters to a valid request, one named check a rule, in the specification's order.

mod checklist;
mod refusal;
mod request;

// The checks; `checklist` has their order.
mod acr;
mod carrier;
mod claims;
mod client;
mod code_challenge;
mod dpop_key;
mod prompt;
mod redirect_uri;
mod repetition;
mod resource;
mod response_mode;
mod response_type;
mod scope;
mod state_and_nonce;
mod subject;
mod way;

#[cfg(test)]
mod tests;

pub use checklist::Asked;
pub use client::is_known as known_client;
pub use refusal::{ErrorTarget, Refusal};
pub use request::{AcrRequest, AuthorizationRequest, Prompt, ResponseMode};
pub use way::Way;
