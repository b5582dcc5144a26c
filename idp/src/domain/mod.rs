//! What is true: pure rules and values; no I/O, no async, no clock, no random source.

pub mod account;
pub mod acr;
pub mod audit;
pub mod auth_key;
pub mod authorization_request;
pub mod authorization_response;
pub mod claims;
pub mod client;
pub mod clock;
pub mod eligibility;
pub mod email_address;
pub mod entropy;
pub mod grant;
pub mod ids;
pub mod language;
pub mod ldap_filter;
pub mod letter;
pub mod limits;
pub mod login;
pub mod logout_notice;
pub mod oauth_error;
pub mod one_time_url;
pub mod outbox;
pub mod parameters;
pub mod pkce;
pub mod policy;
pub mod redirect_uri;
#[cfg(test)]
pub mod samples;
pub mod scope;
pub mod second_password;
pub mod secret;
pub mod session;
pub mod signing_key;
pub mod tenant;
