//! What a person has agreed that a client learns (P-31, SR-60).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    authorization_request::AuthorizationRequest,
    claims,
    client::{Client, Consent},
    clock::Timestamp,
    ids::{AccountId, ClientId},
    scope::Scope,
};

/// What a client is to receive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    pub scope: Scope,
    /// Single claims that none of the scopes stands for (OpenID Connect Core §5.5).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub claims: BTreeSet<String>,
    /// Protected resources that it may act at (RFC 8707).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resources: BTreeSet<String>,
}

/// Kept per account and client until it is taken back on P-33.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenConsent {
    pub account: AccountId,
    pub client: ClientId,
    pub shared: Shared,
    pub given_at: Timestamp,
}

/// One line of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    Scope(&'a str),
    Claim(&'a str),
    Resource(&'a str),
    /// OpenID Connect Core §11: also while the person is away.
    OfflineAccess,
}

const OFFLINE_ACCESS: &str = "offline_access";

impl Shared {
    /// What an authorization request asks for.
    pub fn of(request: &AuthorizationRequest) -> Self {
        let asked = request.claims.userinfo.iter().chain(&request.claims.id_token);
        let claims = asked.filter(|claim| !stands_for(&request.scope, claim)).cloned().collect();
        Self { scope: request.scope.clone(), claims, resources: request.resources.iter().cloned().collect() }
    }

    /// Whether nothing more is wanted than this.
    pub fn covers(&self, wanted: &Self) -> bool {
        let knows = |claim: &String| self.claims.contains(claim) || stands_for(&self.scope, claim);
        wanted.scope.is_subset(&self.scope)
            && wanted.claims.iter().all(knows)
            && wanted.resources.is_subset(&self.resources)
    }

    /// Both together.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.scope = self.scope.union(other.scope);
        self.claims.extend(other.claims);
        self.resources.extend(other.resources);
        self
    }

    /// As the page tells it: scopes in the order of the discovery document, then what goes beyond them.
    pub fn items(&self) -> Vec<Item<'_>> {
        let scopes = super::scope::SUPPORTED.into_iter().filter(|token| self.scope.contains(token));
        let scopes = scopes.filter(|token| *token != OFFLINE_ACCESS).map(Item::Scope);
        let claims = self.claims.iter().map(|claim| Item::Claim(claim));
        let resources = self.resources.iter().map(|resource| Item::Resource(resource));
        let offline = self.scope.contains(OFFLINE_ACCESS).then_some(Item::OfflineAccess);
        scopes.chain(claims).chain(resources).chain(offline).collect()
    }
}

fn stands_for(scope: &Scope, claim: &str) -> bool {
    scope.iter().any(|token| claims::of_scope(token).contains(&claim))
}

/// Whether the person is asked before the client is answered: never for first-party clients, not even on `prompt=consent`;
/// for others at first, when more is wanted than before, and when the client wants it asked (OpenID Connect Core §3.1.2.4).
/// `offline_access` is agreed to by name, now or before: that is the condition of OpenID Connect Core §11.
pub fn is_due(client: &Client, request: &AuthorizationRequest, given: Option<&GivenConsent>) -> bool {
    client.consent == Consent::Ask
        && (request.consent || given.is_none_or(|given| !given.shared.covers(&Shared::of(request))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn asking() -> Client {
        Client { consent: Consent::Ask, ..samples::client() }
    }

    fn request(scope: &str) -> AuthorizationRequest {
        AuthorizationRequest { scope: Scope::parse(scope), ..samples::request() }
    }

    fn given(request: &AuthorizationRequest) -> GivenConsent {
        GivenConsent {
            account: samples::account().id,
            client: asking().id,
            shared: Shared::of(request),
            given_at: Timestamp::from_seconds(1),
        }
    }

    #[test]
    fn a_first_party_client_is_never_asked_for() {
        let mut first_party = asking();
        first_party.consent = Consent::None;
        let again = AuthorizationRequest { consent: true, ..request("openid email offline_access") };
        assert!(!is_due(&first_party, &again, None));
        assert!(is_due(&asking(), &again, None));
    }

    #[test]
    fn what_was_agreed_to_covers_as_much_and_less_but_not_more() {
        let agreed = given(&request("openid email"));
        assert!(!is_due(&asking(), &request("openid email"), Some(&agreed)));
        assert!(!is_due(&asking(), &request("openid"), Some(&agreed)));
        assert!(is_due(&asking(), &request("openid email profile"), Some(&agreed)));
        assert!(is_due(&asking(), &request("openid offline_access"), Some(&agreed)), "by name");
        let again = AuthorizationRequest { consent: true, ..request("openid") };
        assert!(is_due(&asking(), &again, Some(&agreed)));
    }

    #[test]
    fn a_single_claim_needs_an_agreement_unless_its_scope_has_one() {
        let mut wanting = request("openid");
        wanting.claims.userinfo.insert("birthdate".to_owned());
        wanting.claims.id_token.insert("email".to_owned());
        assert_eq!(Shared::of(&wanting).claims.len(), 2);
        assert!(is_due(&asking(), &wanting, Some(&given(&request("openid")))));
        assert!(is_due(&asking(), &wanting, Some(&given(&request("openid email")))));
        assert!(!is_due(&asking(), &wanting, Some(&given(&request("openid email profile")))));
        wanting.scope = Scope::parse("openid profile");
        assert_eq!(Shared::of(&wanting).claims.len(), 1, "a claim of a scope is told with it");
        assert!(is_due(
            &asking(),
            &request("openid profile"),
            Some(&given(&{
                let mut single = request("openid");
                single.claims.userinfo.insert("name".to_owned());
                single
            }))
        ));
    }

    #[test]
    fn a_protected_resource_needs_an_agreement() {
        let mut wanting = request("openid");
        wanting.resources = vec!["https://api.example/".to_owned()];
        assert!(is_due(&asking(), &wanting, Some(&given(&request("openid")))));
        assert!(!is_due(&asking(), &wanting, Some(&given(&wanting))));
    }

    #[test]
    fn what_was_agreed_to_before_stays_agreed_to() {
        let both = Shared::of(&request("openid email")).with(Shared::of(&request("openid profile")));
        assert!(both.covers(&Shared::of(&request("openid email profile"))));
    }

    #[test]
    fn the_page_tells_scopes_in_one_order_and_offline_access_at_the_end() {
        let mut wanting = request("offline_access email openid");
        wanting.claims.userinfo.insert("name".to_owned());
        assert_eq!(
            Shared::of(&wanting).items(),
            [Item::Scope("openid"), Item::Scope("email"), Item::Claim("name"), Item::OfflineAccess]
        );
    }
}
