//! A tenant's registered clients as every request finds them: in memory, replaced as a whole by each change.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use url::Url;

use super::{
    client::Client, client_metadata::Problem, clock::Timestamp, ids::ClientId, registered_client::RegisteredClient,
};

/// Unknown names lead to the database no more often than this, whoever makes them up.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Shared by whoever holds the tenant; outlives a reload of the configuration.
#[derive(Clone, Debug, Default)]
pub struct KnownClients(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    known: ArcSwap<Known>,
    asked_at: AtomicI64,
}

impl Default for Shared {
    fn default() -> Self {
        Self { known: ArcSwap::default(), asked_at: AtomicI64::new(i64::MIN) }
    }
}

#[derive(Clone, Debug, Default)]
struct Known {
    /// Of the last change that is in here, as all before it are.
    revision: i64,
    clients: BTreeMap<ClientId, Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    client: Arc<Client>,
    /// Of its redirect URIs.
    origins: Vec<String>,
}

impl KnownClients {
    pub fn get(&self, id: &str) -> Option<Arc<Client>> {
        self.0.known.load().clients.get(id).map(|entry| Arc::clone(&entry.client))
    }

    pub fn list(&self) -> Vec<Arc<Client>> {
        self.0.known.load().clients.values().map(|entry| Arc::clone(&entry.client)).collect()
    }

    /// Whether one of them is answered at this origin.
    pub fn has_origin(&self, origin: &str) -> bool {
        self.0.known.load().clients.values().any(|entry| entry.origins.iter().any(|own| own == origin))
    }

    pub fn revision(&self) -> i64 {
        self.0.known.load().revision
    }

    /// Takes over changes: all that came after a revision that is known already. Gives those that cannot be served.
    pub fn learn(&self, changes: &[RegisteredClient]) -> Vec<(ClientId, Problem)> {
        let mut unusable = Vec::new();
        let read: Vec<(&RegisteredClient, Option<Entry>)> = changes
            .iter()
            .map(|change| {
                let entry = if change.removed_at.is_some() { None } else { Some(change.client()) };
                let entry = entry.and_then(|client| {
                    client.map(Entry::of).map_err(|problem| unusable.push((change.id.clone(), problem))).ok()
                });
                (change, entry)
            })
            .collect();
        self.0.known.rcu(|present| {
            let mut next = Known::clone(present);
            // Whoever read earlier may come later: what is known already is not undone.
            for (change, entry) in read.iter().filter(|(change, _)| change.revision > present.revision) {
                match entry {
                    Some(entry) => drop(next.clients.insert(change.id.clone(), entry.clone())),
                    None => drop(next.clients.remove(&change.id)),
                }
                next.revision = next.revision.max(change.revision);
            }
            next
        });
        unusable
    }

    /// Whether an unknown name may lead to the database now.
    pub fn may_ask(&self, now: Timestamp) -> bool {
        let asked = self.0.asked_at.load(Ordering::Relaxed);
        now.as_millis() >= asked.saturating_add(i64::try_from(ASK_AGAIN_AFTER.as_millis()).unwrap_or(i64::MAX))
            && self.0.asked_at.compare_exchange(asked, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

impl Entry {
    fn of(client: Client) -> Self {
        let urls = client.redirect_uris.iter().filter_map(|uri| Url::parse(uri.as_str()).ok());
        let mut origins: Vec<String> = urls.map(|url| url.origin().ascii_serialization()).collect();
        origins.sort();
        origins.dedup();
        Self { client: Arc::new(client), origins }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{client_metadata::ClientMetadata, ids::TenantId, secret::TokenKey};

    fn change(id: &str, revision: i64, name: &str) -> RegisteredClient {
        RegisteredClient {
            tenant: TenantId::new("uni"),
            id: ClientId::new(id),
            metadata: ClientMetadata {
                redirect_uris: vec!["https://rp.example/cb".into(), "https://rp.example/other".into()],
                client_name: Some(name.into()),
                ..ClientMetadata::default()
            },
            secret: None,
            access: TokenKey::floor(Timestamp::from_millis(0)),
            revision,
            issued_at: Timestamp::from_millis(0),
            removed_at: None,
        }
    }

    fn name(known: &KnownClients, id: &str) -> Option<String> {
        let client = known.get(id)?;
        client.name.0.values().next().cloned()
    }

    #[test]
    fn a_change_is_seen_by_all_who_hold_the_tenant() {
        let (known, other) = (KnownClients::default(), KnownClients::default());
        let same = known.clone();
        assert!(known.learn(&[change("a", 1, "A"), change("b", 2, "B")]).is_empty());
        assert_eq!((same.revision(), same.list().len(), other.list().len()), (2, 2, 0));
        assert!(same.has_origin("https://rp.example") && !same.has_origin("https://other.example"));
        known.learn(&[RegisteredClient { removed_at: Some(Timestamp::from_millis(1)), ..change("a", 3, "A") }]);
        assert_eq!((name(&same, "a"), name(&same, "b")), (None, Some("B".into())));
    }

    #[test]
    fn who_read_earlier_and_comes_later_undoes_nothing() {
        let known = KnownClients::default();
        known.learn(&[change("a", 2, "new")]);
        known.learn(&[change("a", 1, "old")]);
        assert_eq!((known.revision(), name(&known, "a")), (2, Some("new".into())));
    }

    #[test]
    fn what_no_rule_allows_any_more_is_not_served() {
        let known = KnownClients::default();
        known.learn(&[change("a", 1, "A")]);
        let mut wrong = change("a", 2, "A");
        wrong.metadata.redirect_uris = vec!["http://rp.example/cb".into()];
        assert_eq!(known.learn(&[wrong])[0].0.as_str(), "a");
        assert_eq!((known.revision(), name(&known, "a")), (2, None));
    }

    #[test]
    fn made_up_names_lead_to_the_database_now_and_then_only() {
        let (known, at) = (KnownClients::default(), Timestamp::from_millis);
        assert_eq!([1000, 1000, 1499, 1500].map(|now| known.may_ask(at(now))), [true, false, false, true]);
    }
}
