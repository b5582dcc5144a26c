//! Authorization requests: raw parameters to a valid request, one named check a rule, in the specification's order.

mod checklist;
mod refusal;
mod request;

// The checks; `checklist` has their order.
mod acr;
mod claims;
mod client;
mod code_challenge;
mod prompt;
mod redirect_uri;
mod repetition;
mod request_object;
mod response_mode;
mod response_type;
mod scope;
mod state_and_nonce;
mod subject;

#[cfg(test)]
mod tests;

pub use refusal::{ErrorTarget, Refusal};
pub use request::{AcrRequest, AuthorizationRequest, Prompt, ResponseMode};
