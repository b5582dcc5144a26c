//! `session_state`: what a client compares by a frame to see whether the session lives on (OpenID Connect Session Management 1.0 §3).

use super::{ids::ClientId, redirect_uri::RedirectUri, secret::sha256_hex};

/// For one client at one origin, with a salt of its own: no two answers can be told to be of one browser.
/// `browser_state` is what the readable cookie says; empty without a session.
pub fn session_state(client: &ClientId, redirect_uri: &RedirectUri, browser_state: &str, salt: &str) -> String {
    let origin = redirect_uri.origin();
    let hash = sha256_hex(format!("{client} {origin} {browser_state} {salt}").as_bytes());
    format!("{hash}.{salt}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sum_that_the_frame_computes() {
        let uri = RedirectUri::register("https://rp.example:8443/cb?x=1").unwrap();
        let state = session_state(&ClientId::new("rp"), &uri, "abc", "salt");
        let expected = sha256_hex(b"rp https://rp.example:8443 abc salt");
        assert_eq!(state, format!("{expected}.salt"));
        assert!(!state.contains(' '));
    }

    #[test]
    fn another_client_origin_session_or_salt_is_another_state() {
        let uri = |text| RedirectUri::register(text).unwrap();
        let state = |client, text, browser, salt| session_state(&ClientId::new(client), &uri(text), browser, salt);
        let first = state("rp", "https://rp.example/cb", "a", "s");
        assert_eq!(first, state("rp", "https://rp.example:443/other", "a", "s"), "the path is no part of an origin");
        for other in [
            state("other", "https://rp.example/cb", "a", "s"),
            state("rp", "https://rp.example.jp/cb", "a", "s"),
            state("rp", "https://rp.example:444/cb", "a", "s"),
            state("rp", "https://rp.example/cb", "b", "s"),
            state("rp", "https://rp.example/cb", "", "s"),
            state("rp", "https://rp.example/cb", "a", "t"),
        ] {
            assert_ne!(first, other);
        }
    }
}
