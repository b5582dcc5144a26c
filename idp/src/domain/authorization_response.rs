//! Authorization responses: a code or an error becomes query or form parameters, always with `iss` (RFC 9207).

use super::{
    authorization_request::{ErrorTarget, ResponseMode},
    oauth_error::OAuthError,
    parameters::encode,
    redirect_uri::RedirectUri,
    secret::Secret,
};

/// An answer on its way to the client.
#[derive(Debug)]
pub struct AuthorizationResponse {
    pub redirect_uri: RedirectUri,
    pub response_mode: ResponseMode,
    pub parameters: Vec<(&'static str, String)>,
}

impl AuthorizationResponse {
    pub fn code(to: ErrorTarget, code: &Secret, issuer: &str) -> Self {
        Self::new(to, vec![("code", code.expose().to_owned())], issuer)
    }

    pub fn error(to: ErrorTarget, error: &OAuthError, issuer: &str) -> Self {
        let parameters =
            vec![("error", error.code.as_str().to_owned()), ("error_description", error.description.to_string())];
        Self::new(to, parameters, issuer)
    }

    fn new(to: ErrorTarget, mut parameters: Vec<(&'static str, String)>, issuer: &str) -> Self {
        if let Some(state) = to.state {
            parameters.push(("state", state));
        }
        parameters.push(("iss", issuer.to_owned()));
        Self { redirect_uri: to.redirect_uri, response_mode: to.response_mode, parameters }
    }

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
    use super::*;
    use crate::domain::oauth_error::ErrorCode;

    #[test]
    fn the_registered_query_survives_and_state_comes_back_byte_for_byte() {
        let to = ErrorTarget {
            redirect_uri: RedirectUri::register("https://rp.example/cb?foo=bar").unwrap(),
            response_mode: ResponseMode::Query,
            state: Some("a b&c=日".into()),
        };
        let response = AuthorizationResponse::error(
            to,
            &OAuthError::new(ErrorCode::LoginRequired, "no session"),
            "https://id.example",
        );
        assert_eq!(
            response.location(),
            "https://rp.example/cb?foo=bar&error=login_required&error_description=no+session&state=a+b%26c%3D%E6%97%A5&iss=https%3A%2F%2Fid.example"
        );
    }
}
