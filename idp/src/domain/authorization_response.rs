//! Authorization responses: a code or an error becomes query or form parameters, always with `iss` (RFC 9207), plain or signed (JARM).

use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use super::{
    authorization_request::ErrorTarget, clock::Timestamp, ids::ClientId, oauth_error::OAuthError, parameters::encode,
    redirect_uri::RedirectUri, secret::Secret,
};

/// How long a signed answer may be believed: it is read at once, and ten minutes are the most (JARM §2.1).
const LIFETIME: Duration = Duration::from_mins(5);

/// What a client is told, before it is put the way that the client asked for.
#[derive(Debug)]
pub struct Answer {
    to: ErrorTarget,
    parameters: Vec<(&'static str, String)>,
}

/// An answer on its way to the client.
#[derive(Debug)]
pub struct AuthorizationResponse {
    pub redirect_uri: RedirectUri,
    /// By a form of the browser's (OAuth 2.0 Form Post Response Mode); else in the query.
    pub by_form_post: bool,
    pub parameters: Vec<(&'static str, String)>,
}

/// What a signed answer says (JARM §2.1).
#[derive(Serialize)]
pub struct AnswerClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    parameters: BTreeMap<&'static str, &'a str>,
}

impl Answer {
    pub fn code(to: ErrorTarget, code: &Secret) -> Self {
        Self::new(to, vec![("code", code.expose().to_owned())])
    }

    pub fn error(to: ErrorTarget, error: &OAuthError) -> Self {
        let parameters =
            vec![("error", error.code.as_str().to_owned()), ("error_description", error.description.to_string())];
        Self::new(to, parameters)
    }

    fn new(to: ErrorTarget, mut parameters: Vec<(&'static str, String)>) -> Self {
        parameters.extend(to.state.clone().map(|state| ("state", state)));
        Self { to, parameters }
    }

    pub fn client(&self) -> &ClientId {
        &self.to.client
    }

    pub fn redirect_uri(&self) -> &RedirectUri {
        &self.to.redirect_uri
    }

    /// What a frame of the client's compares from now on (OpenID Connect Session Management 1.0 §2).
    #[must_use]
    pub fn with_session_state(mut self, session_state: Option<String>) -> Self {
        self.parameters.extend(session_state.map(|value| ("session_state", value)));
        self
    }

    /// The answer as its client wants it; `sign` is asked only where it wants a signature.
    pub fn put<E>(
        self,
        issuer: &str,
        now: Timestamp,
        sign: impl FnOnce(&AnswerClaims<'_>) -> Result<String, E>,
    ) -> Result<AuthorizationResponse, E> {
        let Self { to, mut parameters } = self;
        if to.response_mode.is_signed() {
            let claims = AnswerClaims {
                iss: issuer,
                aud: to.client.as_str(),
                iat: now.as_seconds(),
                exp: now.plus(LIFETIME).as_seconds(),
                parameters: parameters.iter().map(|(name, value)| (*name, value.as_str())).collect(),
            };
            parameters = vec![("response", sign(&claims)?)];
        } else {
            parameters.push(("iss", issuer.to_owned()));
        }
        let by_form_post = to.response_mode.is_form_post();
        Ok(AuthorizationResponse { redirect_uri: to.redirect_uri, by_form_post, parameters })
    }
}

impl AuthorizationResponse {
    /// The address to send the browser to (RFC 6749 §4.1.2): the registered query survives.
    pub fn location(&self) -> String {
        let mut location = self.redirect_uri.as_str().to_owned();
        let mut separator = if location.contains('?') { '&' } else { '?' };
        for (name, value) in &self.parameters {
            location.push(separator);
            location.push_str(name);
            location.push('=');
            location.push_str(&encode(value));
            separator = '&';
        }
        location
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::domain::{authorization_request::ResponseMode, oauth_error::ErrorCode};

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn put(response_mode: ResponseMode) -> AuthorizationResponse {
        let to = ErrorTarget {
            client: ClientId::new("rp"),
            redirect_uri: RedirectUri::register("https://rp.example/cb?foo=bar").unwrap(),
            response_mode,
            state: Some("a b&c=日".into()),
        };
        let answer = Answer::error(to, &OAuthError::new(ErrorCode::LoginRequired, "no session"));
        let sign = |claims: &AnswerClaims<'_>| Ok::<_, Infallible>(serde_json::to_string(claims).unwrap());
        answer.put("https://id.example", NOW, sign).unwrap()
    }

    #[test]
    fn the_registered_query_survives_and_state_comes_back_byte_for_byte() {
        assert_eq!(
            put(ResponseMode::Query).location(),
            "https://rp.example/cb?foo=bar&error=login_required&error_description=no+session&state=a+b%26c%3D%E6%97%A5&iss=https%3A%2F%2Fid.example"
        );
    }

    #[test]
    fn a_signed_answer_is_one_parameter_that_says_who_whom_and_how_long() {
        for mode in [ResponseMode::QueryJwt, ResponseMode::FormPostJwt] {
            let response = put(mode);
            assert_eq!(response.by_form_post, mode == ResponseMode::FormPostJwt);
            let [("response", claims)] = response.parameters.as_slice() else { panic!("{response:?}") };
            assert_eq!(
                serde_json::from_str::<serde_json::Value>(claims).unwrap(),
                serde_json::json!({
                    "iss": "https://id.example", "aud": "rp", "iat": 1_800_000_000, "exp": 1_800_000_300,
                    "error": "login_required", "error_description": "no session", "state": "a b&c=日"
                })
            );
        }
    }
}
