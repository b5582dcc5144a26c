//! Each tenant's universities, made of the configuration.

use std::sync::Arc;

use anyhow::Context;

use super::Shared;
use crate::{
    config::Configuration,
    domain::{
        ids::{TenantId, UpstreamId},
        secret::Secret,
        tenant::UpstreamKind,
    },
    flows::Upstreams,
    keys::{HashError, HashVerdict, Hasher},
    store::Store,
    upstream::{
        Upstream, UpstreamError,
        directory::{Directory, Lookup, Verify},
        ldap::{Ldap, Memory},
        oidc::Oidc,
        outbound::Outbound,
    },
};

pub(super) fn new_upstreams(
    configuration: &Configuration,
    shared: &Shared,
    hasher: &Arc<Hasher>,
    outbound: &Outbound,
) -> anyhow::Result<Upstreams> {
    let Shared { store, clock, entropy, .. } = shared;
    let mut upstreams = Upstreams::default();
    for tenant in &configuration.tenants {
        for upstream in tenant.upstreams.iter().filter(|upstream| upstream.enabled) {
            let made: Arc<dyn Upstream> = match &upstream.kind {
                UpstreamKind::Oidc(oidc) => {
                    Arc::new(Oidc::new(upstream, oidc.clone(), outbound, Arc::clone(clock), Arc::clone(entropy))?)
                }
                UpstreamKind::Ldap(ldap) => {
                    let memory = memory(shared, &tenant.id, &upstream.id);
                    let made = Ldap::new(upstream, ldap, outbound, Arc::clone(clock), memory);
                    Arc::new(made.with_context(|| format!("tenant {}, upstream {}", tenant.id, upstream.id))?)
                }
                UpstreamKind::Directory(_) => {
                    Arc::new(Directory::new(tenant.id.clone(), upstream, lookup(store), verify(hasher)))
                }
            };
            upstreams.insert(tenant.id.clone(), made);
        }
    }
    Ok(upstreams)
}

/// What is remembered of one directory's passwords; a reload forgets nothing of it.
fn memory(shared: &Shared, tenant: &TenantId, upstream: &UpstreamId) -> Memory {
    let (vault, purpose) = (Arc::clone(&shared.vault), format!("ldap/{tenant}/{upstream}"));
    let fingerprint = move |texts: &[&str]| {
        let parts: Vec<&[u8]> = texts.iter().map(|text| text.as_bytes()).collect();
        vault.mac(&purpose, &parts)
    };
    Memory { fingerprint: Arc::new(fingerprint), just_used: Arc::clone(&shared.just_used) }
}

fn lookup(store: &Store) -> Lookup {
    let store = store.clone();
    Arc::new(move |tenant, upstream, user_id| {
        let store = store.clone();
        Box::pin(async move {
            let found = store.directory_account(&tenant, &upstream, &user_id).await;
            found.map_err(|error| UpstreamError::Unreachable(error.to_string()))
        })
    })
}

fn verify(hasher: &Arc<Hasher>) -> Verify {
    let hasher = Arc::clone(hasher);
    Arc::new(move |candidate: Secret, stored: Option<String>| {
        let hasher = Arc::clone(&hasher);
        Box::pin(async move {
            let verdict = match stored {
                Some(stored) => hasher.verify(candidate, &stored).await,
                None => hasher.verify_nobody(candidate).await.map(|()| HashVerdict::Mismatch),
            };
            match verdict {
                Ok(HashVerdict::Match { .. }) => Ok(true),
                Ok(HashVerdict::Mismatch) => Ok(false),
                Err(HashError::Busy) => Err(UpstreamError::Busy),
                Err(error) => Err(UpstreamError::Unusable(error.to_string())),
            }
        })
    })
}
