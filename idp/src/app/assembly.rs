//! What one configuration decides, made of it: flows, and the house that is served.

use std::{collections::HashMap, sync::Arc};

use anyhow::Context;

use super::{Loaded, Shared, upstreams::new_upstreams};
use crate::{
    config::Configuration,
    domain::{ids::TenantId, tenant::Tenant},
    flows::{Flows, Parts},
    http::site::{Certificates, House, Site, Sites},
    keys::{HashError, HashParams, Hasher, Keyring},
    mail::{compose::Composer, smtp::Smtp, transport::Transport},
    theme::Themes,
    upstream::outbound::{Outbound, OutboundSettings},
};

/// Makes everything that a configuration decides. Key rings of tenants that stay are kept.
pub(super) async fn assemble(
    shared: &Shared,
    configuration: Configuration,
    themes: Themes,
    transport: Option<Box<dyn Transport>>,
    kept: &HashMap<TenantId, Arc<Keyring>>,
) -> anyhow::Result<(Loaded, House)> {
    let hasher = Arc::new(new_hasher(&configuration, shared)?);
    let themes = Arc::new(themes);
    for tenant in &configuration.tenants {
        let wanted =
            tenant.clients.values().filter_map(|client| client.theme.as_deref()).chain([tenant.theme.as_str()]);
        for theme in wanted {
            anyhow::ensure!(
                themes.names().any(|name| name == theme),
                "tenant {}: there is no theme {theme}",
                tenant.id
            );
        }
    }
    let outbound = new_outbound(&configuration)?;
    let upstreams = new_upstreams(&configuration, shared, &hasher, &outbound)?;
    let ring = |tenant: &Arc<Tenant>| {
        let ring = kept.get(&tenant.id).map_or_else(|| Arc::new(Keyring::empty()), Arc::clone);
        (tenant.id.clone(), ring)
    };
    let flows = Flows::new(Parts {
        store: shared.store.clone(),
        vault: Arc::clone(&shared.vault),
        keyrings: configuration.tenants.iter().map(ring).collect(),
        hasher,
        composer: Composer::new(Arc::clone(&themes)),
        transport: match transport {
            Some(transport) => transport,
            None => new_transport(&configuration)?,
        },
        upstreams,
        clock: Arc::clone(&shared.clock),
        entropy: Arc::clone(&shared.entropy),
        limits: configuration.limits.clone(),
        bounce_address: configuration.mail.bounce_address.clone(),
        outbound,
        client_keys: Arc::clone(&shared.client_keys),
    });
    for tenant in &configuration.tenants {
        flows.load_keys(&tenant.id).await.with_context(|| format!("signing keys of tenant {}", tenant.id))?;
    }
    flows.learn_clients(&configuration.tenants).await.context("registered clients")?;
    let certificates = match configuration.server.client_certificate_header {
        Some(_) => Certificates::PassedOn,
        None => Certificates::Unseen,
    };
    let sites =
        Sites::new(configuration.tenants.iter().map(|tenant| Site::new(Arc::clone(tenant), &themes, certificates)));
    let house = House { sites: Arc::new(sites), flows: flows.clone(), themes, clock: Arc::clone(&shared.clock) };
    Ok((Loaded { configuration, flows }, house))
}

fn new_hasher(configuration: &Configuration, shared: &Shared) -> Result<Hasher, HashError> {
    let limits = &configuration.limits.second_password;
    let params = HashParams { memory_kib: limits.argon2_memory_kib, iterations: limits.argon2_iterations };
    let permits = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Hasher::new(params, permits, Arc::clone(&shared.vault), Arc::clone(&shared.entropy))
}

fn new_transport(configuration: &Configuration) -> anyhow::Result<Box<dyn Transport>> {
    let mail = &configuration.mail;
    let hello = configuration.tenants.first().map_or("localhost", |tenant| host(tenant.issuer.authority()));
    Ok(Box::new(Smtp::new(&mail.smtp_url, mail.smtp_password.as_ref(), hello)?))
}

fn host(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

fn new_outbound(configuration: &Configuration) -> anyhow::Result<Outbound> {
    let extra_ca = configuration.server.outbound_ca_file.as_ref().map(std::fs::read).transpose()?;
    let settings = OutboundSettings {
        allow: configuration.server.outbound_allow.clone(),
        extra_ca,
        ..OutboundSettings::default()
    };
    Ok(Outbound::new(&settings)?)
}
