//! A forgotten second password: the same work for every address, known or not (journeys J-09 9.1, 9.2; SR-45).

use std::{net::IpAddr, time::Duration};

use data_encoding::HEXLOWER;
use ipnet::IpNet;

use crate::{
    domain::{
        auth_key,
        clock::Timestamp,
        email_address::{EmailAddress, Refused},
        ids::LoginId,
        language::Language,
        login::{Attempt, Rules},
        one_time_url::{LinkVerdict, OneTimeUrl},
        reset::{ResetRequest, ResetState, ResetTicket},
        secret::{Secret, random_text, same_bytes, sha256_hex},
        tenant::Tenant,
    },
    store::Tx,
};

use super::{FlowError, Flows, Visitor, current::link_purpose, issue_tokens::may_be_served};

/// What became of an address typed at P-14.
#[derive(Debug)]
pub enum ResetWish {
    /// What this browser holds from now on.
    Taken(ResetTicket),
    Refused(Refused),
    /// Too many from one source (E-29).
    Throttled,
}

/// What became of a short code typed at P-15.
#[derive(Debug)]
pub enum ResetCodeEntry {
    /// A URL of its own for this browser.
    Right(Secret),
    Wrong,
    Dead,
    Expired,
}

const HOUR: Duration = Duration::from_hours(1);

impl Flows {
    pub fn new_reset_ticket(&self, login: LoginId, language: Language) -> ResetTicket {
        ResetTicket { login, language, next: random_text(&*self.entropy), sent: None }
    }

    /// 送信 on P-14: one row, whatever the address. Whether it is known here, nobody looks before the answer is out.
    pub async fn request_reset(
        &self,
        tenant: &Tenant,
        ticket: &ResetTicket,
        typed: &str,
        visitor: &Visitor,
    ) -> Result<ResetWish, FlowError> {
        let address = match EmailAddress::read(typed) {
            Ok(address) => address,
            Err(refused) => return Ok(ResetWish::Refused(refused)),
        };
        let now = self.now();
        let request = self.new_request(tenant, ticket, &address, visitor, now);
        let source = self.vault.index(&format!("reset-source/{}", tenant.id), &source(visitor.address));
        let taken = self
            .store
            .write(async |tx| {
                let tx = &tx;
                if tx.reset_request(&request.key).await?.is_some() {
                    return Ok(true);
                }
                if !self.is_within_source_limit(tx, &source, now).await? {
                    return Ok(false);
                }
                tx.insert_reset_request(&request).await?;
                Ok::<_, FlowError>(true)
            })
            .await?;
        if !taken {
            return Ok(ResetWish::Throttled);
        }
        let next = random_text(&*self.entropy);
        Ok(ResetWish::Taken(ResetTicket { next, sent: Some(ticket.next.clone()), ..ticket.clone() }))
    }

    /// 次へ on P-15: counted on the request's row before it is compared, known address or not.
    pub async fn enter_reset_code(
        &self,
        tenant: &Tenant,
        ticket: &ResetTicket,
        typed: &str,
    ) -> Result<ResetCodeEntry, FlowError> {
        let key = request_key(ticket.sent.as_ref().ok_or(FlowError::NotDue)?);
        let now = self.now();
        let request = self.store.reset_request(&key).await?.filter(|request| request.tenant == tenant.id);
        if request.is_none_or(|request| now >= request.expires_at) {
            return Ok(ResetCodeEntry::Expired);
        }
        let policy = &tenant.policy.one_time_url;
        let Some(digits) = auth_key::read(typed, policy.code_digits) else { return Ok(ResetCodeEntry::Wrong) };
        let mac = self.reset_code_mac(&key, &digits);
        let (url, link) = self.new_token(tenant)?;
        let most = policy.code_max_attempts;
        self.store
            .write(async |tx| {
                let tx = &tx;
                let Some(counted) = tx.spend_reset_code_try(&key, most, now).await? else {
                    return Ok(ResetCodeEntry::Dead);
                };
                let wrong = if counted.code_tries >= most { ResetCodeEntry::Dead } else { ResetCodeEntry::Wrong };
                // Every code is compared, so that the time does not tell which.
                let matching: Vec<_> =
                    counted.codes.iter().filter(|code| same_bytes(code.mac.as_bytes(), mac.as_bytes())).collect();
                let Some(code) = matching.first() else { return Ok(wrong) };
                let Some(mailed) = self.good_link(tx, tenant, &code.link, now).await? else { return Ok(wrong) };
                tx.insert_one_time_url(&self.another_url(&mailed, &link)?).await?;
                Ok(ResetCodeEntry::Right(url.clone()))
            })
            .await
    }

    /// HMAC over request and digits: the code of one request is worth nothing at another.
    pub(super) fn reset_code_mac(&self, request: &str, digits: &str) -> String {
        HEXLOWER.encode(&self.vault.mac("reset-code", &[request.as_bytes(), digits.as_bytes()]))
    }

    /// The token of P-14's form.
    pub fn forgot_form_token(&self, tenant: &Tenant, ticket: &ResetTicket) -> String {
        self.form_token(&tenant.id, "forgot", &[ticket.next.expose()])
    }

    /// The token of P-15's form; also what P-14's form carried when its request was sent.
    pub fn reset_form_token(&self, tenant: &Tenant, ticket: &ResetTicket) -> Option<String> {
        ticket.sent.as_ref().map(|sent| self.form_token(&tenant.id, "forgot", &[sent.expose()]))
    }

    fn new_request(
        &self,
        tenant: &Tenant,
        ticket: &ResetTicket,
        address: &EmailAddress,
        visitor: &Visitor,
        now: Timestamp,
    ) -> ResetRequest {
        let (key, text) = (request_key(&ticket.next), address.as_text());
        ResetRequest {
            address: self.vault.seal(&address_purpose(&key), text.as_bytes()),
            address_index: self.vault.index("email", &text),
            address_prefix: visitor.address_prefix(),
            key,
            tenant: tenant.id.clone(),
            login: ticket.login.clone(),
            language: ticket.language,
            state: ResetState::Waiting,
            codes: Vec::new(),
            code_tries: 0,
            created_at: now,
            expires_at: now.plus(tenant.policy.one_time_url.lifetime),
        }
    }

    /// Raised before anything is done, for a whole campus may sit behind one address.
    async fn is_within_source_limit(&self, tx: &Tx, source: &str, now: Timestamp) -> Result<bool, FlowError> {
        let (mut ledger, version) = tx.stranger_ledger(source).await?;
        let left = now.until(ledger.window_began_at.plus(HOUR));
        let rules = Rules {
            max_attempts: self.limits.reset.max_per_source_hour,
            window: HOUR,
            lock: if left.is_zero() { HOUR } else { left },
            max_in_a_row: u32::MAX,
            slows_down: false,
        };
        if !matches!(ledger.spend(&rules, now), Attempt::Counted { .. }) {
            return Ok(false);
        }
        tx.save_stranger_ledger(source, &ledger, version, now.plus(HOUR * 2)).await?;
        Ok(true)
    }

    /// The mailed link that a right code stands for, if it could be opened now.
    async fn good_link(
        &self,
        tx: &Tx,
        tenant: &Tenant,
        key: &str,
        now: Timestamp,
    ) -> Result<Option<OneTimeUrl>, FlowError> {
        let Some(url) = tx.one_time_url(key).await? else { return Ok(None) };
        let Some(account) = tx.account(url.account).await? else { return Ok(None) };
        let good = url.verdict(&account, now) == LinkVerdict::Good && may_be_served(tenant, &account);
        Ok(good.then_some(url))
    }

    /// A second URL to the same end, for the browser that typed the code.
    fn another_url(&self, mailed: &OneTimeUrl, key: &str) -> Result<OneTimeUrl, FlowError> {
        let address = self.pending_address(mailed)?;
        Ok(OneTimeUrl {
            key: key.to_owned(),
            address: self.vault.seal(&link_purpose(key), address.as_text().as_bytes()),
            ..mailed.clone()
        })
    }
}

/// What the store knows a request by.
fn request_key(proof: &Secret) -> String {
    sha256_hex(proof.expose().as_bytes())
}

/// For what a request's address is sealed.
pub(super) fn address_purpose(key: &str) -> String {
    format!("reset-request.address/{key}")
}

/// An IPv6 network is handed out as a whole (/64); an IPv4 address may be a campus.
pub(super) fn source(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        Some(address @ IpAddr::V6(_)) => {
            IpNet::new(address, 64).map_or_else(|_| String::new(), |net| net.trunc().to_string())
        }
        Some(address) => address.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_address_or_a_whole_network() {
        let of = |text: &str| source(Some(text.parse().unwrap()));
        assert_eq!(of("203.0.113.77"), "203.0.113.77");
        assert_eq!(of("::ffff:203.0.113.77"), "203.0.113.77");
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
    }
}
