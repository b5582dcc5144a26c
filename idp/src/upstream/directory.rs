//! Accounts that are kept here: user ID and password are typed on our own page.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::BoxFuture;

use super::{
    Asking, Kind, Upstream, UpstreamError,
    attributes::{Mapping, USER_ID, text},
};
use crate::domain::{
    account::{Account, Attributes, DirectoryAccount, Identity},
    ids::{TenantId, UpstreamId},
    secret::Secret,
    tenant,
};

/// Finds an account by its user ID.
pub type Lookup = Arc<
    dyn Fn(TenantId, UpstreamId, String) -> BoxFuture<'static, Result<Option<DirectoryAccount>, UpstreamError>>
        + Send
        + Sync,
>;

/// Compares a password with a stored hash; without one, with the hash of nobody, which takes as long (SR-45).
pub type Verify = Arc<dyn Fn(Secret, Option<String>) -> BoxFuture<'static, Result<bool, UpstreamError>> + Send + Sync>;

const MAX_USER_ID: usize = 128;
const MAX_PASSWORD: usize = 1024;

pub struct Directory {
    tenant: TenantId,
    id: UpstreamId,
    mapping: Mapping,
    lookup: Lookup,
    verify: Verify,
}

impl Directory {
    pub fn new(tenant: TenantId, configured: &tenant::Upstream, lookup: Lookup, verify: Verify) -> Self {
        let mapping = Mapping::new(&configured.attributes);
        Self { tenant, id: configured.id.clone(), mapping, lookup, verify }
    }

    fn is_ours(&self, account: &DirectoryAccount) -> bool {
        account.tenant == self.tenant && account.upstream == self.id
    }
}

impl Upstream for Directory {
    fn id(&self) -> &UpstreamId {
        &self.id
    }

    fn kind(&self) -> Kind<'_> {
        Kind::Asking(self)
    }
}

#[async_trait]
impl Asking for Directory {
    async fn check_password(&self, user_id: &str, password: Secret) -> Result<Identity, UpstreamError> {
        let user_id = typed_user_id(user_id).ok_or(UpstreamError::Refused)?;
        if password.is_empty() || password.expose().len() > MAX_PASSWORD {
            return Err(UpstreamError::Refused);
        }
        let account = (self.lookup)(self.tenant.clone(), self.id.clone(), user_id).await?;
        let account = account.filter(|account| self.is_ours(account));
        let good = (self.verify)(password, account.as_ref().map(|account| account.password_hash.clone())).await?;
        let account = account.filter(|_| good).ok_or(UpstreamError::Refused)?;
        let attributes = attributes_of(&self.mapping, &account);
        Ok(Identity { subject: account.subject, user_id: account.user_id, attributes, auth_time: None })
    }

    async fn is_own_password(&self, person: &Account, candidate: &Secret) -> Result<bool, UpstreamError> {
        match self.check_password(&person.user_id, candidate.clone()).await {
            Ok(_) => Ok(true),
            Err(UpstreamError::Busy) => Err(UpstreamError::Busy),
            Err(_) => Ok(false),
        }
    }
}

/// What is said of a person who is kept here.
pub fn attributes_of(mapping: &Mapping, account: &DirectoryAccount) -> Attributes {
    let mut attributes = mapping.read_own(&account.attributes);
    attributes.0.insert(USER_ID.to_owned(), account.user_id.clone().into());
    attributes
}

/// A user ID as it was meant: full-width converted, needless blanks removed (journeys 1.3, 10).
pub fn typed_user_id(typed: &str) -> Option<String> {
    if typed.len() > 4 * MAX_USER_ID {
        return None;
    }
    let converted: String = typed
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect();
    text(&converted.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "), MAX_USER_ID)
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, sync::Mutex};

    use serde_json::json;

    use super::*;
    use crate::domain::tenant::{LocalizedText, PasswordLimits, UpstreamKind};

    type Seen = Arc<Mutex<Vec<Option<String>>>>;

    fn directory(tenant: &str) -> (Directory, Seen) {
        let seen = Seen::default();
        let lookup: Lookup = Arc::new(|_, upstream, user_id| {
            let account = (user_id == "s2025001").then(|| DirectoryAccount {
                tenant: TenantId::new("university"),
                upstream,
                user_id,
                subject: "u-1".into(),
                password_hash: "hash of university-1".into(),
                attributes: Attributes([("name".to_owned(), json!("太郎\n"))].into()),
            });
            Box::pin(async move { Ok(account) })
        });
        let calls = Arc::clone(&seen);
        let verify: Verify = Arc::new(move |candidate, hash| {
            calls.lock().unwrap().push(hash.clone());
            let good = hash.is_none_or(|hash| hash == format!("hash of {}", candidate.expose()));
            Box::pin(async move { Ok(good) })
        });
        let limits = PasswordLimits { max_attempts: 5, window: std::time::Duration::from_mins(15) };
        let configured = tenant::Upstream {
            id: UpstreamId::new("accounts"),
            name: LocalizedText::default(),
            enabled: true,
            kind: UpstreamKind::Directory(limits),
            attributes: BTreeMap::new(),
            eligible: vec![],
        };
        (Directory::new(TenantId::new(tenant), &configured, lookup, verify), seen)
    }

    #[tokio::test]
    async fn the_right_password_tells_who_it_is() {
        let (directory, _) = directory("university");
        let identity = directory.check_password(" ｓ２０２５００１　", Secret::new("university-1")).await.unwrap();
        assert_eq!((identity.subject.as_str(), identity.user_id.as_str()), ("u-1", "s2025001"));
        assert_eq!(identity.attributes.text("name"), Some("太郎"));
        assert_eq!(identity.attributes.text("user_id"), Some("s2025001"));
        assert_eq!(identity.auth_time, None);
    }

    #[tokio::test]
    async fn a_wrong_password_and_an_unknown_user_are_refused_alike() {
        let (directory, seen) = directory("university");
        let wrong = directory.check_password("s2025001", Secret::new("university-2")).await;
        // The hash of nobody never proves anybody, whatever the comparison says.
        let unknown = directory.check_password("s9", Secret::new("anything")).await;
        assert_eq!(wrong.unwrap_err(), UpstreamError::Refused);
        assert_eq!(unknown.unwrap_err(), UpstreamError::Refused);
        assert_eq!(*seen.lock().unwrap(), [Some("hash of university-1".to_owned()), None]);
    }

    #[tokio::test]
    async fn an_account_of_another_tenant_is_nobody() {
        let (directory, seen) = directory("other");
        let answer = directory.check_password("s2025001", Secret::new("university-1")).await;
        assert_eq!(answer.unwrap_err(), UpstreamError::Refused);
        assert_eq!(*seen.lock().unwrap(), [None]);
    }

    #[tokio::test]
    async fn what_cannot_be_meant_is_refused_without_a_comparison() {
        let (directory, seen) = directory("university");
        for (user_id, password) in [("", "x"), (" 　", "x"), ("s2025001", "")] {
            assert!(directory.check_password(user_id, Secret::new(password)).await.is_err());
        }
        assert!(directory.check_password(&"a".repeat(129), Secret::new("x")).await.is_err());
        assert!(directory.check_password("s2025001", Secret::new("x".repeat(1025))).await.is_err());
        assert!(seen.lock().unwrap().is_empty());
    }
}
