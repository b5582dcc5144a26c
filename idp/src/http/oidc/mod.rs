//! The protocol's endpoints, each named as its specification names it.

pub mod authorize;
pub mod check_session;
pub mod device_authorization;
pub mod discovery;
pub mod end_session;
pub mod introspection;
pub mod jwks;
pub mod pushed_authorization;
pub mod registration;
pub mod revocation;
pub mod token;
pub mod userinfo;

mod form;
mod sender;

pub use form::{OAuthForm, is_form};
pub use sender::{Sender, with_nonce};
