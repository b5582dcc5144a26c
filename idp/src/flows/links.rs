//! New one-time URLs: what only the mail holds, and the row that knows its hashes (SR-37, SR-38).

use crate::domain::{
    account::Account,
    clock::Timestamp,
    email_address::EmailAddress,
    entropy,
    ids::{LetterId, LoginId, SessionId},
    language::Language,
    one_time_url::{OneTimeUrl, OneTimeUrlState, Purpose},
    secret::{Secret, link_key, link_token},
    tenant::Tenant,
};

use super::{FlowError, Flows, current::link_purpose};

/// The secrets of one link.
pub(super) struct LinkSecrets {
    pub url: Secret,
    pub code: Secret,
    pub key: String,
}

/// What a link is for, and whose it is.
pub(super) struct LinkTarget<'a> {
    pub purpose: Purpose,
    pub account: &'a Account,
    pub login: Option<&'a LoginId>,
    pub session: Option<SessionId>,
    pub language: Language,
    pub address: &'a EmailAddress,
    /// HMAC of its short code.
    pub code_mac: String,
}

impl Flows {
    pub(super) fn link_secrets(&self, tenant: &Tenant) -> Result<LinkSecrets, FlowError> {
        let (url, key) = self.new_token(tenant)?;
        let code = entropy::digits(&*self.entropy, tenant.policy.one_time_url.code_digits);
        Ok(LinkSecrets { url, code: Secret::new(code), key })
    }

    /// A URL below the issuer, never below a request's Host (SR-40), and the key it is stored under.
    pub(super) fn new_token(&self, tenant: &Tenant) -> Result<(Secret, String), FlowError> {
        let token = link_token(&*self.entropy);
        let key = link_key(token.expose()).ok_or_else(|| FlowError::Stored("a new link has no key".into()))?;
        Ok((Secret::new(tenant.issuer.join(&format!("/link/{}", token.expose()))), key))
    }

    pub(super) fn new_url(
        &self,
        tenant: &Tenant,
        target: LinkTarget<'_>,
        key: String,
        letter: LetterId,
        now: Timestamp,
    ) -> OneTimeUrl {
        let text = target.address.as_text();
        OneTimeUrl {
            address: self.vault.seal(&link_purpose(&key), text.as_bytes()),
            address_index: self.vault.index("email", &text),
            code_mac: target.code_mac,
            key,
            tenant: tenant.id.clone(),
            purpose: target.purpose,
            account: target.account.id,
            login: target.login.cloned(),
            session: target.session,
            code_tries: 0,
            credential_version: target.account.credential_version,
            state: OneTimeUrlState::Open,
            letter,
            language: target.language,
            created_at: now,
            expires_at: now.plus(tenant.policy.one_time_url.lifetime),
        }
    }
}
