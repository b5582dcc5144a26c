//! A client asks for a token in its own name (RFC 6749 §4.4): no person, no ID token, no refresh token.

use crate::{
    domain::{
        client::{AccessTokenFormat, Client, GrantType},
        confirmation::{Confirmation, Possession, binding},
        grant::ACCESS_TOKEN_LIFETIME,
        oauth_error::{ErrorCode, OAuthError},
        resource,
        scope::Scope,
        tenant::Tenant,
    },
    store::Issue,
};

use super::{FlowError, Flows, TokenResponse, access_tokens::Speaker, issue_tokens::Wish};

/// Scopes that speak of a person who is there.
const OF_A_LOGIN: [&str; 2] = ["openid", "offline_access"];

/// What the token request says.
#[derive(Debug)]
pub struct OwnToken<'a> {
    pub scope: Option<&'a str>,
    pub resources: Vec<&'a str>,
}

impl Flows {
    /// The client is authenticated before this, and what it holds is proven.
    pub async fn speak_for_itself(
        &self,
        tenant: &Tenant,
        client: &Client,
        asked: &OwnToken<'_>,
        possession: &Possession,
    ) -> Result<TokenResponse, FlowError> {
        may_speak_for_itself(client)?;
        let confirmation = binding(client, possession)?;
        let scope = own_scope(client, asked)?;
        let audience = resource::own_audience(&asked.resources, &client.resources)?;

        let keys = self.published_keys(tenant).await?;
        let token_type = Confirmation::token_type(confirmation.as_ref());
        let wish = Wish { scope: scope.clone(), audience, confirmation };
        let (access_token, access) =
            self.new_access_token(&keys, (tenant, client), &Speaker::Client, wish, self.now())?;
        // A JWT says all that there is to know; only what says nothing needs a row.
        if client.access_token_format == AccessTokenFormat::Opaque {
            self.store.issue(Issue { access, audit: None }).await?;
        }
        Ok(TokenResponse {
            access_token,
            token_type,
            expires_in: ACCESS_TOKEN_LIFETIME.as_secs(),
            refresh_token: None,
            id_token: None,
            scope,
        })
    }
}

/// RFC 6749 §4.4: registered for it, and confidential.
fn may_speak_for_itself(client: &Client) -> Result<(), OAuthError> {
    if client.may(GrantType::ClientCredentials) && !client.authentication.is_public() {
        Ok(())
    } else {
        Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this client may not use client_credentials"))
    }
}

/// Asked ∩ allowed (SR-59), less what speaks of a login. Without a wish, all that is allowed.
fn own_scope(client: &Client, asked: &OwnToken<'_>) -> Result<Scope, OAuthError> {
    let allowed = OF_A_LOGIN.into_iter().fold(client.scope.clone(), Scope::without);
    let Some(text) = asked.scope else { return Ok(allowed) };
    let scope = Scope::parse(text).intersection(&allowed);
    if scope.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "nothing of this scope is this client's own"));
    }
    Ok(scope)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{client::ClientAuthentication, samples};

    #[test]
    fn a_client_of_its_own_gets_no_scope_of_a_login() {
        let mut client = samples::client();
        client.scope = Scope::parse("openid email offline_access");
        let own = |scope| own_scope(&client, &OwnToken { scope, resources: vec![] }).map_err(|error| error.code);
        assert_eq!(own(None), Ok(Scope::parse("email")));
        assert_eq!(own(Some("openid email phone")), Ok(Scope::parse("email")));
        assert_eq!(own(Some("openid")), Err(ErrorCode::InvalidScope));
    }

    #[test]
    fn only_a_confidential_client_that_is_registered_for_it_may() {
        let mut client = samples::client();
        assert!(may_speak_for_itself(&client).is_err());
        client.grant_types.insert(GrantType::ClientCredentials);
        assert!(may_speak_for_itself(&client).is_ok());
        client.authentication = ClientAuthentication::None;
        assert!(may_speak_for_itself(&client).is_err());
    }
}
