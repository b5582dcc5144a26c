//! A university's own directory: search for the person, then bind as the person with what was typed (SR-77).

mod connection;
mod entry;
mod just_used;
mod pool;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use data_encoding::HEXLOWER;

pub use just_used::{JustUsed, Mac};

use self::{
    connection::{CONNECT, Connection, Found, Route, Verdict},
    entry::Entry,
    pool::Pool,
};
use super::{
    Asking, Kind, Upstream, UpstreamError,
    attributes::{Mapping, USER_ID},
    breaker::Breaker,
    directory::typed_user_id,
    outbound::Outbound,
};
use crate::domain::{
    account::{Account, Identity},
    clock::Clock,
    ids::UpstreamId,
    secret::Secret,
    tenant,
};

/// Search and bind together.
const OPERATION: Duration = Duration::from_secs(5);
const MAX_PASSWORD: usize = 1024;

/// A keyed hash over texts, of this upstream's own.
pub type Fingerprint = Arc<dyn Fn(&[&str]) -> Mac + Send + Sync>;

/// What remembers the passwords that were typed here, without knowing them.
pub struct Memory {
    pub fingerprint: Fingerprint,
    pub just_used: Arc<JustUsed>,
}

pub struct Ldap {
    id: UpstreamId,
    mapping: Mapping,
    line: Arc<Line>,
    memory: Memory,
    clock: Arc<dyn Clock>,
}

/// All that one check needs.
struct Line {
    id: UpstreamId,
    settings: tenant::LdapUpstream,
    /// Attributes to ask for.
    wanted: Vec<String>,
    /// Whose password is tried when there is nobody: nothing of this name exists.
    nobody: String,
    route: Route,
    pool: Pool,
    breaker: Breaker,
    clock: Arc<dyn Clock>,
}

impl Ldap {
    /// Nothing is called yet: the directory is asked when the first person signs in.
    pub fn new(
        configured: &tenant::Upstream,
        settings: &tenant::LdapUpstream,
        outbound: &Outbound,
        clock: Arc<dyn Clock>,
        memory: Memory,
    ) -> Result<Self, UpstreamError> {
        let mapping = Mapping::new(&configured.attributes);
        let mut wanted = vec![settings.stable_id.clone()];
        for name in mapping.theirs() {
            if !wanted.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                wanted.push(name.to_owned());
            }
        }
        let name = HEXLOWER.encode(&(memory.fingerprint)(&["nobody"]));
        let line = Line {
            id: configured.id.clone(),
            wanted,
            nobody: format!("cn={},{}", ldap3::dn_escape(name), settings.base_dn),
            route: Route::new(&settings.url, settings.ca.as_deref(), outbound)?,
            settings: settings.clone(),
            pool: Pool::default(),
            breaker: Breaker::default(),
            clock: Arc::clone(&clock),
        };
        Ok(Self { id: configured.id.clone(), mapping, line: Arc::new(line), memory, clock })
    }

    fn mac(&self, subject: &str, password: &Secret) -> Mac {
        (self.memory.fingerprint)(&["just used", subject, password.expose()])
    }

    fn identity(&self, entry: &Entry) -> Result<Identity, UpstreamError> {
        let subject = entry.stable_id(&self.line.settings.stable_id)?;
        let attributes = self.mapping.read(&entry.claims(self.mapping.theirs()));
        let user_id = attributes.text(USER_ID).ok_or_else(|| UpstreamError::Missing(vec![USER_ID.to_owned()]))?;
        Ok(Identity { subject, user_id: user_id.to_owned(), attributes, auth_time: None })
    }
}

impl Upstream for Ldap {
    fn id(&self) -> &UpstreamId {
        &self.id
    }

    fn kind(&self) -> Kind<'_> {
        Kind::Asking(self)
    }
}

#[async_trait]
impl Asking for Ldap {
    async fn check_password(&self, user_id: &str, password: Secret) -> Result<Identity, UpstreamError> {
        let name = typed_user_id(user_id).filter(|name| has_one_spelling(name)).ok_or(UpstreamError::Refused)?;
        // With an empty password a bind succeeds as nobody in particular (RFC 4513 §5.1.2); some servers stop reading at NUL.
        if password.is_empty() || password.expose().contains('\0') || password.expose().len() > MAX_PASSWORD {
            return Err(UpstreamError::Refused);
        }
        let (line, typed) = (Arc::clone(&self.line), password.clone());
        // On a task of its own: an answer that breaks the protocol crate breaks no more than this one check.
        let checked = tokio::spawn(async move { line.check(&name, &typed).await }).await;
        let entry = checked.unwrap_or_else(|_| Err(UpstreamError::Undecided("the check broke off".into())))?;
        let identity = self.identity(&entry)?;
        self.memory.just_used.note(self.mac(&identity.subject, &password), self.clock.now());
        Ok(identity)
    }

    /// The directory is not asked: to it, each such question would be a wrong try.
    async fn is_own_password(&self, person: &Account, candidate: &Secret) -> Result<bool, UpstreamError> {
        Ok(self.memory.just_used.has(&self.mac(&person.upstream_subject, candidate), self.clock.now()))
    }
}

impl Line {
    async fn check(&self, name: &str, password: &Secret) -> Result<Entry, UpstreamError> {
        let turn = self.pool.turn().await?;
        self.breaker.admit(self.clock.now())?;
        let checked = async {
            let mut connection = self.connection(&turn).await?;
            let result = self.search_and_bind(&mut connection, name, password).await;
            if matches!(result, Ok(_) | Err(UpstreamError::Refused)) {
                self.pool.put_back(connection, self.clock.now());
            }
            result
        };
        let result = checked.await;
        let away = matches!(result, Err(UpstreamError::Unreachable(_) | UpstreamError::Undecided(_)));
        self.breaker.note(away, self.clock.now());
        result
    }

    /// A connection that is the service account; a used one if it still answers.
    async fn connection(&self, turn: &pool::Turn<'_>) -> Result<Connection, UpstreamError> {
        let tenant::LdapUpstream { bind_dn, bind_password, .. } = &self.settings;
        if let Some(mut used) = self.pool.take(turn, self.clock.now()) {
            let answer = tokio::time::timeout(CONNECT, used.become_service(bind_dn, bind_password)).await;
            if answer.is_ok_and(|bound| bound.is_ok()) {
                return Ok(used);
            }
        }
        let mut fresh = self.route.connect().await?;
        let bound = tokio::time::timeout(OPERATION, fresh.become_service(bind_dn, bind_password)).await;
        bound.map_err(|_| UpstreamError::Unreachable("no answer in time".into()))??;
        Ok(fresh)
    }

    /// One hit or none: the same is said to the directory, and a password is tried (SR-45).
    async fn search_and_bind(
        &self,
        connection: &mut Connection,
        name: &str,
        password: &Secret,
    ) -> Result<Entry, UpstreamError> {
        let mut asked = false;
        let talk = async {
            let filter = self.settings.filter.looking_for(name);
            let found = connection.search(&self.settings.base_dn, &filter, self.wanted.clone()).await?;
            if matches!(found, Found::Several) {
                tracing::warn!(upstream = %self.id, "the filter finds several entries for one user name: nobody is let in");
            }
            let entry = if let Found::One(entry) = found { Some(entry) } else { None };
            let dn = entry.as_ref().map_or(self.nobody.as_str(), |entry| entry.dn.as_str());
            asked = true;
            let verdict = connection.try_password(dn, password).await?;
            entry.filter(|_| matches!(verdict, Verdict::Right)).ok_or(UpstreamError::Refused)
        };
        let result = tokio::time::timeout(OPERATION, talk).await;
        result.unwrap_or_else(|_| {
            let reason = "no answer in time".to_owned();
            Err(if asked { UpstreamError::Undecided(reason) } else { UpstreamError::Unreachable(reason) })
        })
    }
}

/// Directories take many ways of writing beyond ASCII for the same, and each would get tries of its own (SR-77).
fn has_one_spelling(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

#[cfg(test)]
mod tests;
