//! The upstreams of all tenants, ready to be used.

use std::{collections::HashMap, sync::Arc};

use crate::{
    domain::ids::{TenantId, UpstreamId},
    upstream::Upstream,
};

#[derive(Clone, Default)]
pub struct Upstreams(HashMap<(TenantId, UpstreamId), Arc<dyn Upstream>>);

impl Upstreams {
    pub fn insert(&mut self, tenant: TenantId, upstream: Arc<dyn Upstream>) {
        self.0.insert((tenant, upstream.id().clone()), upstream);
    }

    pub fn get(&self, tenant: &TenantId, upstream: &UpstreamId) -> Option<&Arc<dyn Upstream>> {
        self.0.get(&(tenant.clone(), upstream.clone()))
    }
}
