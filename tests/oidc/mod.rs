//! The protocol surface, endpoint by endpoint (protocol.md).

mod access_tokens;
mod authorize;
mod authorize_refusals;
mod back_channel_logout;
mod certificate_bound;
mod claims;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod client_keys;
mod device;
mod device_page;
mod device_refusals;
mod discovery;
mod dpop;
mod fapi2;
mod front_channel_logout;
mod hosts;
mod id_token;
mod introspection;
mod logout;
mod pairwise;
mod pushed_requests;
mod raised_policy;
mod refresh;
mod registration;
mod registration_management;
mod registration_tokens;
mod request_objects;
mod rows;
mod session_management;
mod sessions;
mod signed_answers;
mod signed_userinfo;
mod tls_client_auth;
mod token;
mod used_request_uris;
mod userinfo;

use std::sync::Arc;

use crate::support::{Page, Student, World, client::Answer};

/// What the authorization endpoint told a client that is no code.
fn error_of(page: &Page) -> String {
    assert!(page.is_at_the_client(), "not told to the client: {}", page.id());
    assert!(page.parameter("code").is_none());
    assert_eq!(page.parameter("iss").as_deref(), Some(crate::support::setup::ISSUER));
    let description = page.parameter("error_description").unwrap_or_default();
    assert!(legal(&description), "{description:?}");
    page.parameter("error").expect("an error")
}

/// RFC 6749 §4.1.2.1: printable ASCII without `"` and `\`.
fn legal(description: &str) -> bool {
    description.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// Status, `error` and the rules for every refusal of an endpoint (protocol.md B16).
fn refusal(answer: &Answer) -> (u16, String) {
    assert!(answer.header("content-type").starts_with("application/json"), "{}", answer.header("content-type"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(legal(answer.json()["error_description"].as_str().unwrap_or_default()), "{}", answer.page.body);
    (answer.status(), answer.error())
}

fn refused(status: u16, error: &str) -> (u16, String) {
    (status, error.to_owned())
}

/// A world with somebody signed in, and the tokens of that.
async fn signed_in(parameters: &[(&str, &str)]) -> (Arc<World>, Student, Answer) {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in_for(parameters).await;
    let answer = world.service().redeem(&page.code()).await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    (world, student, answer)
}
