//! Who is signed in here: what the identity provider said, kept in memory behind a cookie.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde_json::{Map, Value};

use crate::domain::{
    clock::Timestamp,
    secret::{Secret, TokenKey},
};

const MAX_SESSIONS: usize = 1_000;
const LIFETIME: Duration = Duration::from_hours(8);

pub type Claims = Map<String, Value>;

/// A signed-in browser.
#[derive(Clone)]
pub struct Session {
    /// As received: the hint at logout.
    pub id_token: Secret,
    pub claims: Claims,
    pub access_token: Secret,
    /// When the access token ends; none if the provider did not say.
    pub access_ends_at: Option<Timestamp>,
    pub userinfo: Option<Userinfo>,
    pub began_at: Timestamp,
}

/// What UserInfo answered, and when.
#[derive(Clone)]
pub struct Userinfo {
    pub claims: Claims,
    pub read_at: Timestamp,
}

impl Session {
    pub fn subject(&self) -> &str {
        self.claims.get("sub").and_then(Value::as_str).unwrap_or_default()
    }

    /// A claim from UserInfo, else from the ID token.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        let userinfo = self.userinfo.as_ref().and_then(|userinfo| userinfo.claims.get(name));
        userinfo.or_else(|| self.claims.get(name))
    }

    pub fn locale(&self) -> Option<&str> {
        self.claim("locale").and_then(Value::as_str)
    }
}

/// At most 1,000 sessions: keys begin with their time, so the first is the oldest and goes first.
#[derive(Default)]
pub struct Sessions(Mutex<BTreeMap<TokenKey, Arc<Session>>>);

impl Sessions {
    pub fn begin(&self, token: &Secret, session: Session) {
        let Some(key) = TokenKey::of(token.expose()) else { return };
        let mut sessions = self.all();
        sessions.insert(key, Arc::new(session));
        while sessions.len() > MAX_SESSIONS {
            sessions.pop_first();
        }
    }

    pub fn find(&self, token: &str, now: Timestamp) -> Option<Arc<Session>> {
        let session = self.all().get(&TokenKey::of(token)?).cloned()?;
        (now.since(session.began_at) < LIFETIME).then_some(session)
    }

    /// Puts newer knowledge into a session that still exists.
    pub fn learn(&self, token: &str, session: &Arc<Session>) {
        let Some(key) = TokenKey::of(token) else { return };
        if let Some(known) = self.all().get_mut(&key) {
            known.clone_from(session);
        }
    }

    pub fn end(&self, token: &str) -> Option<Arc<Session>> {
        self.all().remove(&TokenKey::of(token)?)
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<TokenKey, Arc<Session>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
