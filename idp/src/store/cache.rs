//! Rows kept in memory (hot-path.md §4.4): filled after COMMIT, forgotten after COMMIT, and never by a reader that was overtaken.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use moka::sync::Cache;

use crate::domain::{
    account::Account,
    consent::GivenConsent,
    grant::{AccessToken, AuthorizationCode, Grant, RefreshToken},
    ids::{AccountId, ClientId, GrantId},
    pushed_request::PushedRequest,
    secret::TokenKey,
    session::Session,
};

use super::StoreError;

/// One table's rows. The generation moves whenever a row is forgotten.
pub struct Shelf<K, V> {
    rows: Cache<K, Arc<V>>,
    generation: AtomicU64,
}

impl<K, V> Shelf<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Send + Sync + 'static,
{
    pub fn new(entries: u64, lifetime: Option<Duration>) -> Self {
        let mut rows = Cache::builder().max_capacity(entries);
        if let Some(lifetime) = lifetime {
            rows = rows.time_to_live(lifetime);
        }
        Self { rows: rows.build(), generation: AtomicU64::new(0) }
    }

    pub fn get(&self, key: &K) -> Option<Arc<V>> {
        self.rows.get(key)
    }

    /// To be asked before the row is read or written.
    pub fn generation(&self) -> u64 {
        self.generation.load(SeqCst)
    }

    /// Keeps a row unless something was forgotten since `generation`.
    pub fn keep(&self, generation: u64, key: &K, row: Arc<V>) {
        if self.generation() != generation {
            return;
        }
        self.rows.insert(key.clone(), row);
        // Whoever forgets after this look removes what was just kept; whoever did before it is seen here.
        if self.generation() != generation {
            self.rows.invalidate(key);
        }
    }

    pub fn forget<'a>(&self, keys: impl IntoIterator<Item = &'a K>)
    where
        K: 'a,
    {
        let mut keys = keys.into_iter().peekable();
        if keys.peek().is_none() {
            return;
        }
        self.generation.fetch_add(1, SeqCst);
        for key in keys {
            self.rows.invalidate(key);
        }
    }

    fn forget_all(&self) {
        self.generation.fetch_add(1, SeqCst);
        self.rows.invalidate_all();
    }

    /// The kept row, or the one that `load` finds.
    pub async fn get_or_load(
        &self,
        key: &K,
        load: impl Future<Output = Result<Option<V>, StoreError>>,
    ) -> Result<Option<Arc<V>>, StoreError> {
        if let Some(row) = self.get(key) {
            return Ok(Some(row));
        }
        let generation = self.generation();
        let Some(row) = load.await?.map(Arc::new) else { return Ok(None) };
        self.keep(generation, key, row.clone());
        Ok(Some(row))
    }
}

pub struct Caches {
    pub accounts: Shelf<AccountId, Account>,
    pub sessions: Shelf<TokenKey, Session>,
    pub grants: Shelf<GrantId, Grant>,
    pub codes: Shelf<TokenKey, AuthorizationCode>,
    pub access_tokens: Shelf<TokenKey, AccessToken>,
    pub refresh_tokens: Shelf<TokenKey, RefreshToken>,
    pub pushed_requests: Shelf<TokenKey, PushedRequest>,
    pub consents: Shelf<(AccountId, ClientId), GivenConsent>,
}

/// The generations of the shelves that the group committer fills, from before its transaction.
#[derive(Clone, Copy)]
pub struct Generations {
    pub grants: u64,
    pub codes: u64,
    pub access_tokens: u64,
    pub refresh_tokens: u64,
    pub pushed_requests: u64,
}

/// What a transaction changed of cached rows.
#[derive(Default)]
pub struct Changes {
    pub accounts: Vec<AccountId>,
    pub sessions: Vec<TokenKey>,
    pub grants: Vec<GrantId>,
    pub codes: Vec<TokenKey>,
    pub access_tokens: Vec<TokenKey>,
    pub refresh_tokens: Vec<TokenKey>,
    pub pushed_requests: Vec<TokenKey>,
    pub consents: Vec<(AccountId, ClientId)>,
}

impl Caches {
    pub fn new(entries: u64, lifetime: Option<Duration>) -> Self {
        Self {
            accounts: Shelf::new(entries, lifetime),
            sessions: Shelf::new(entries, lifetime),
            grants: Shelf::new(entries, lifetime),
            codes: Shelf::new(entries, lifetime),
            access_tokens: Shelf::new(entries, lifetime),
            refresh_tokens: Shelf::new(entries, lifetime),
            pushed_requests: Shelf::new(entries, lifetime),
            consents: Shelf::new(entries, lifetime),
        }
    }

    pub fn generations(&self) -> Generations {
        Generations {
            grants: self.grants.generation(),
            codes: self.codes.generation(),
            access_tokens: self.access_tokens.generation(),
            refresh_tokens: self.refresh_tokens.generation(),
            pushed_requests: self.pushed_requests.generation(),
        }
    }

    pub fn forget(&self, changes: &Changes) {
        self.accounts.forget(&changes.accounts);
        self.sessions.forget(&changes.sessions);
        self.grants.forget(&changes.grants);
        self.codes.forget(&changes.codes);
        self.access_tokens.forget(&changes.access_tokens);
        self.refresh_tokens.forget(&changes.refresh_tokens);
        self.pushed_requests.forget(&changes.pushed_requests);
        self.consents.forget(&changes.consents);
    }

    pub fn forget_all(&self) {
        self.accounts.forget_all();
        self.sessions.forget_all();
        self.grants.forget_all();
        self.codes.forget_all();
        self.access_tokens.forget_all();
        self.refresh_tokens.forget_all();
        self.pushed_requests.forget_all();
        self.consents.forget_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_that_was_overtaken_by_a_change_does_not_fill() {
        let shelf: Shelf<u8, &str> = Shelf::new(10, None);
        let seen = shelf
            .get_or_load(&1, async {
                shelf.forget(&[1]);
                Ok(Some("old"))
            })
            .await
            .unwrap();
        assert_eq!(seen.as_deref(), Some(&"old"));
        assert!(shelf.get(&1).is_none());
        shelf.get_or_load(&1, async { Ok(Some("new")) }).await.unwrap();
        assert_eq!(shelf.get(&1).as_deref(), Some(&"new"));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_what_was_not_found() {
        let shelf: Shelf<u8, &str> = Shelf::new(10, None);
        assert!(shelf.get_or_load(&1, async { Ok(None) }).await.unwrap().is_none());
        assert!(shelf.get_or_load(&1, async { Ok(Some("there now")) }).await.unwrap().is_some());
    }

    #[test]
    fn forgetting_all_leaves_nothing() {
        let shelf: Shelf<u8, &str> = Shelf::new(10, None);
        shelf.keep(shelf.generation(), &1, Arc::new("a"));
        shelf.forget_all();
        assert!(shelf.get(&1).is_none());
    }
}
