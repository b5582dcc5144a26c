//! The list of checks that every authorization request passes, at whichever endpoint it arrives.

use super::{
    AuthorizationRequest, ErrorTarget, Refusal, acr, claims, client, code_challenge, prompt, redirect_uri, repetition,
    request_object, response_mode, response_type, scope, state_and_nonce, subject,
};
use crate::domain::{
    client::Client, ids::Subject, language::Language, oauth_error::OAuthError, parameters::Parameters,
    redirect_uri::RedirectUri, tenant::Tenant,
};

/// `login_hint` is only shown in a field: what is longer is cut.
const MAX_HINT: usize = 256;

/// What one client asks of one tenant.
pub(super) struct Asked<'a> {
    pub parameters: &'a Parameters,
    pub tenant: &'a Tenant,
    pub client: &'a Client,
}

impl<'a> Asked<'a> {
    /// A parameter's value; absent and empty are the same.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.parameters.get(name)
    }
}

impl AuthorizationRequest {
    /// Checks a request against its tenant. `hinted` reads an `id_token_hint` and gives the subject it names.
    pub fn check(
        parameters: &Parameters,
        tenant: &Tenant,
        hinted: impl Fn(&str, &Client) -> Option<Subject>,
    ) -> Result<Self, Refusal> {
        // Before these two hold, nobody is redirected anywhere (SR-10).
        let client = client::is_known(parameters, tenant).map_err(Refusal::Page)?;
        let redirect_uri = redirect_uri::is_registered(parameters, &client).map_err(Refusal::Page)?;

        let asked = Asked { parameters, tenant, client: &client };
        let to = ErrorTarget {
            redirect_uri,
            response_mode: response_mode::for_errors(&asked),
            state: state_and_nonce::state_for_errors(&asked),
        };
        asked.checked(to.redirect_uri.clone(), hinted).map_err(|error| Refusal::Redirect { to, error })
    }
}

impl Asked<'_> {
    fn checked(
        &self,
        redirect_uri: RedirectUri,
        hinted: impl Fn(&str, &Client) -> Option<Subject>,
    ) -> Result<AuthorizationRequest, OAuthError> {
        repetition::is_absent(self)?;
        request_object::is_absent(self)?;
        response_type::is_code(self)?;
        let response_mode = response_mode::is_supported(self)?;
        let scope = scope::of_client(self)?;
        let state = state_and_nonce::state(self)?;
        let nonce = state_and_nonce::nonce(self)?;
        let code_challenge = code_challenge::is_s256(self, nonce.as_deref())?;
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
            consent: false,
            resources: Vec::new(),
            dpop_jkt: None,
            pushed: None,
        })
    }
}
