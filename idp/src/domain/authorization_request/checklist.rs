//! The list of checks that every authorization request passes, at whichever endpoint and in whatever wrapping it arrives.

use super::{
    AuthorizationRequest, ErrorTarget, Refusal, Way, acr, carrier, claims, code_challenge, dpop_key, prompt,
    redirect_uri, repetition, resource, response_mode, response_type, scope, state_and_nonce, subject, way,
};
use crate::domain::{
    client::Client, ids::Subject, language::Language, oauth_error::OAuthError, parameters::Parameters,
    redirect_uri::RedirectUri, tenant::Tenant,
};

/// `login_hint` is only shown in a field: what is longer is cut.
const MAX_HINT: usize = 256;

/// What one client asks of one tenant, taken out of its wrapping.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    pub parameters: &'a Parameters,
    pub tenant: &'a Tenant,
    pub client: &'a Client,
    pub way: Way,
}

impl<'a> Asked<'a> {
    /// A parameter's value; absent and empty are the same.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.parameters.get(name)
    }

    /// An error is told at the redirect URI if that is the client's own, and otherwise on a page (SR-10).
    pub fn refusal(&self, error: OAuthError) -> Refusal {
        match redirect_uri::is_registered(self) {
            Ok(redirect_uri) => Refusal::Redirect { to: self.error_target(redirect_uri), error },
            Err(_) => Refusal::Page(error),
        }
    }

    fn error_target(&self, redirect_uri: RedirectUri) -> ErrorTarget {
        ErrorTarget {
            client: self.client.id.clone(),
            redirect_uri,
            response_mode: response_mode::for_errors(self),
            state: state_and_nonce::state_for_errors(self),
        }
    }
}

impl AuthorizationRequest {
    /// Checks what a known client asks. `hinted` reads an `id_token_hint` and gives the subject it names.
    pub fn check(asked: &Asked<'_>, hinted: impl Fn(&str, &Client) -> Option<Subject>) -> Result<Self, Refusal> {
        // Before this holds, nobody is redirected anywhere (SR-10).
        let redirect_uri = redirect_uri::is_registered(asked).map_err(Refusal::Page)?;
        let to = asked.error_target(redirect_uri.clone());
        asked.checked(redirect_uri, hinted).map_err(|error| Refusal::Redirect { to, error })
    }
}

impl Asked<'_> {
    fn checked(
        &self,
        redirect_uri: RedirectUri,
        hinted: impl Fn(&str, &Client) -> Option<Subject>,
    ) -> Result<AuthorizationRequest, OAuthError> {
        repetition::is_absent(self)?;
        way::is_allowed(self)?;
        carrier::is_absent(self)?;
        response_type::is_code(self)?;
        let response_mode = response_mode::is_supported(self)?;
        let scope = scope::of_client(self)?;
        let state = state_and_nonce::state(self)?;
        let nonce = state_and_nonce::nonce(self)?;
        let code_challenge = code_challenge::is_s256(self, nonce.as_deref())?;
        let dpop_jkt = dpop_key::thumbprint(self)?;
        let resources = resource::are_registered(self)?;
        let prompt = prompt::prompt(self)?;
        let max_age = prompt::max_age(self)?;
        let claims = claims::asked(self)?;
        let acr = acr::asked(self, &claims);
        let subject = subject::named(self, &claims, hinted)?;
        Ok(AuthorizationRequest {
            client: self.client.id.clone(),
            redirect_uri,
            response_mode,
            scope,
            state,
            nonce,
            code_challenge,
            prompt,
            max_age,
            acr,
            claims,
            login_hint: self.get("login_hint").map(|hint| hint.chars().take(MAX_HINT).collect()),
            subject,
            ui_locale: self.get("ui_locales").and_then(|tags| Language::first_of(tags, &self.tenant.languages)),
            consent: prompt::asks_for_consent(self),
            resources,
            dpop_jkt,
            pushed: None,
        })
    }
}
