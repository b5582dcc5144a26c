//! A login before the university has answered: it rides in the browser's sealed cookie, and nothing is stored.

use serde::{Deserialize, Serialize};

use super::{Destination, is_over};
use crate::domain::{
    account::{Account, AccountStatus, Attributes},
    clock::Timestamp,
    eligibility::{Eligibility, eligibility},
    ids::{LoginId, UpstreamId},
    language::Language,
    limits::LoginLimits,
    secret::Secret,
    tenant::{EligibilityRule, Tenant},
};

/// What rides in the cookie may be this long before sealing (architecture.md: a browser takes 4,096 bytes).
pub const MAX_SEALED: usize = 2800;

/// What a browser holds of one login.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum LoginTicket {
    #[serde(rename = "p")]
    Pending(Box<PendingLogin>),
    /// The login is a row now; the secret was made when the university had answered (SR-2).
    #[serde(rename = "r")]
    Row { id: LoginId, secret: Secret },
}

impl LoginTicket {
    pub fn id(&self) -> &LoginId {
        match self {
            Self::Pending(pending) => &pending.id,
            Self::Row { id, .. } => id,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingLogin<D = Destination> {
    #[serde(rename = "i")]
    pub id: LoginId,
    #[serde(rename = "d")]
    pub destination: D,
    /// Chosen on P-01 in this login.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    #[serde(rename = "b")]
    pub begun_at: Timestamp,
    #[serde(rename = "p")]
    pub pressed_at: Timestamp,
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub departure: Option<PendingDeparture>,
    /// The university knows the person, and the service is not for them: kept, so that P-24 survives a reload.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub ineligible: Option<Ineligible>,
}

/// Why somebody the university knows may not use the service (J-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ineligible {
    #[serde(rename = "g")]
    Graduate,
    /// These attributes, by our names, were not sent.
    #[serde(rename = "m")]
    Missing(Vec<String>),
    #[serde(rename = "s")]
    Suspended,
}

impl Ineligible {
    /// Why somebody with these attributes is not eligible (G2); none if they are.
    pub fn by(rules: &[EligibilityRule], attributes: &Attributes) -> Option<Self> {
        match eligibility(rules, attributes) {
            Eligibility::Eligible => None,
            Eligibility::NotEligible => Some(Self::Graduate),
            Eligibility::Missing(names) => Some(Self::Missing(names)),
        }
    }

    /// Why an account may not be served now; none if it may. Asked at every use of what it was given before, by what the
    /// university said last and what is demanded today (SR-6, SR-75).
    pub fn of(tenant: &Tenant, account: &Account) -> Option<Self> {
        let upstream = tenant.upstream(account.upstream.as_str()).filter(|_| account.tenant == tenant.id);
        match (account.status, upstream) {
            (AccountStatus::Ended, _) => Some(Self::Graduate),
            (AccountStatus::Active, Some(upstream)) => Self::by(&upstream.eligible, &account.attributes),
            (AccountStatus::Suspended, _) | (AccountStatus::Active, None) => Some(Self::Suspended),
        }
    }
}

/// The browser is at the university.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingDeparture {
    #[serde(rename = "u")]
    pub upstream: UpstreamId,
    #[serde(rename = "s")]
    pub state: Secret,
    #[serde(rename = "n")]
    pub nonce: Secret,
    #[serde(rename = "v")]
    pub verifier: Secret,
    #[serde(rename = "t")]
    pub sent_at: Timestamp,
}

impl PendingLogin {
    pub fn is_expired(&self, limits: &LoginLimits, now: Timestamp) -> bool {
        is_over(limits, self.begun_at, self.pressed_at, now)
    }

    /// Whether it fits the cookie, with what a departure will add to it.
    pub fn fits(&self) -> bool {
        const DEPARTURE: usize = 300;
        let bytes = match self.carried() {
            Some(carried) => serde_json::to_vec(&carried),
            None => serde_json::to_vec(self),
        };
        bytes.is_ok_and(|bytes| bytes.len() + DEPARTURE <= MAX_SEALED)
    }
}

impl<D> PendingLogin<D> {
    /// The same login with another destination.
    pub fn leading_to<E>(&self, destination: E) -> PendingLogin<E> {
        PendingLogin {
            id: self.id.clone(),
            destination,
            language: self.language,
            begun_at: self.begun_at,
            pressed_at: self.pressed_at,
            departure: self.departure.clone(),
            ineligible: self.ineligible.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use super::*;
    use crate::domain::{
        ids::TenantId,
        samples,
        tenant::{Condition, LocalizedText, PasswordLimits, Upstream, UpstreamKind},
    };

    fn with(change: impl FnOnce(&mut Upstream, &mut Account)) -> Option<Ineligible> {
        let (mut tenant, mut account) = (samples::tenant(), samples::account());
        let mut upstream = Upstream {
            id: account.upstream.clone(),
            name: LocalizedText::same("U"),
            enabled: true,
            kind: UpstreamKind::Directory(PasswordLimits { max_attempts: 5, window: Duration::from_mins(15) }),
            attributes: BTreeMap::new(),
            eligible: vec![EligibilityRule(vec![("affiliation".into(), Condition::Contains("student".into()))])],
        };
        account.attributes.0.insert("affiliation".into(), "student".into());
        change(&mut upstream, &mut account);
        tenant.upstreams.push(upstream);
        Ineligible::of(&tenant, &account)
    }

    #[test]
    fn an_account_is_served_while_it_its_upstream_and_its_person_are_in_order() {
        assert_eq!(with(|_, _| ()), None);
        assert_eq!(with(|upstream, _| upstream.eligible.clear()), None);
        assert_eq!(with(|_, account| account.status = AccountStatus::Suspended), Some(Ineligible::Suspended));
        assert_eq!(with(|_, account| account.status = AccountStatus::Ended), Some(Ineligible::Graduate));
        assert_eq!(with(|upstream, _| upstream.enabled = false), Some(Ineligible::Suspended));
        assert_eq!(with(|upstream, _| upstream.id = UpstreamId::new("another")), Some(Ineligible::Suspended));
        assert_eq!(with(|_, account| account.tenant = TenantId::new("other")), Some(Ineligible::Suspended));
        let graduate = with(|_, account| drop(account.attributes.0.insert("affiliation".into(), "alum".into())));
        assert_eq!(graduate, Some(Ineligible::Graduate));
        let unsaid = with(|_, account| account.attributes.0.clear());
        assert_eq!(unsaid, Some(Ineligible::Missing(vec!["affiliation".into()])));
    }
}
