//! `idp client remove`: ends a client that registered itself.

use std::{io::Write, sync::Arc};

use anyhow::{bail, ensure};

use super::Which;
use crate::{
    app::App,
    cli::house,
    domain::{
        audit::{AuditEvent, Event},
        ids::ClientId,
        tenant::Tenant,
    },
};

pub async fn run(app: &App, which: &Which, out: &mut dyn Write) -> anyhow::Result<()> {
    let tenants: Vec<Arc<Tenant>> = app
        .tenants()
        .into_iter()
        .filter(|tenant| which.tenant.as_deref().is_none_or(|id| tenant.id.as_str() == id))
        .collect();
    let file = tenants.iter().find(|tenant| tenant.clients.contains_key(which.id.as_str()));
    if let Some(tenant) = file {
        bail!("{} of tenant {} is described by a file: remove the file and reload", which.id, tenant.id);
    }
    let id = ClientId::new(which.id.as_str());
    let flows = app.flows();
    for tenant in tenants {
        let audit = AuditEvent::new(flows.now(), Event::ClientRegistered, tenant.id.clone())
            .with("system_user", house::system_user()?);
        if flows.remove_client(&tenant, &id, audit).await? {
            flows.store.seen_everywhere().await;
            writeln!(out, "{id} of tenant {} is removed; what it was given has ended.", tenant.id)?;
            return Ok(());
        }
    }
    ensure!(false, "no client \"{id}\" is registered");
    Ok(())
}
