//! `idp client list / show / export`: those of the files and those that registered themselves.

use std::{io::Write, sync::Arc};

use anyhow::bail;
use serde_json::{Map, Value, json};

use super::{Command, Which, metadata};
use crate::{
    cli::house,
    config::Configuration,
    domain::{redirect_uri::RedirectUri, registered_client::RegisteredClient, tenant::Tenant},
    store::Store,
};

/// Those that registered themselves; none if there is no database yet.
pub async fn registered(configuration: &Configuration) -> anyhow::Result<Vec<RegisteredClient>> {
    let Some(store) = house::database(configuration).await? else { return Ok(Vec::new()) };
    let found = registered_in(&store, configuration).await;
    store.close().await;
    found
}

pub async fn registered_in(store: &Store, configuration: &Configuration) -> anyhow::Result<Vec<RegisteredClient>> {
    let mut found = Vec::new();
    for tenant in &configuration.tenants {
        let clients = store.client_changes(&tenant.id, 0).await?;
        // A file of the same name goes before.
        found.extend(
            clients
                .into_iter()
                .filter(|client| client.removed_at.is_none() && !tenant.clients.contains_key(client.id.as_str())),
        );
    }
    Ok(found)
}

pub fn print(
    command: &Command,
    configuration: &Configuration,
    registered: &[RegisteredClient],
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    match command {
        Command::List { json: true } => {
            serde_json::to_writer_pretty(&mut *out, &as_json(configuration, registered))?;
            writeln!(out)?;
        }
        Command::Show(which) => {
            let (tenant, metadata) = find(configuration, registered, which)?;
            writeln!(out, "tenant: {tenant}")?;
            for (name, value) in metadata {
                match value {
                    Value::String(text) => writeln!(out, "{name}: {text}")?,
                    other => writeln!(out, "{name}: {other}")?,
                }
            }
        }
        Command::Export(which) => {
            serde_json::to_writer_pretty(&mut *out, &find(configuration, registered, which)?.1)?;
            writeln!(out)?;
        }
        _ => lines(configuration, registered, out)?,
    }
    Ok(())
}

fn lines(configuration: &Configuration, registered: &[RegisteredClient], out: &mut dyn Write) -> anyhow::Result<()> {
    for tenant in &configuration.tenants {
        for client in tenant.clients.values() {
            let uris: Vec<&str> = client.redirect_uris.iter().map(RedirectUri::as_str).collect();
            let method = client.authentication.name();
            writeln!(out, "{:<16} {:<24} {method:<20} {}", tenant.id.as_str(), client.id.as_str(), uris.join(" "))?;
        }
    }
    for client in registered {
        let (tenant, method) = (client.tenant.as_str(), client.metadata.auth_method().name());
        let uris = client.metadata.redirect_uris.join(" ");
        writeln!(out, "{tenant:<16} {} {method:<20} {uris} (registered)", client.id)?;
    }
    Ok(())
}

fn as_json(configuration: &Configuration, registered: &[RegisteredClient]) -> Vec<Value> {
    let of_tenant = |tenant: &Arc<Tenant>| {
        let tenant = Arc::clone(tenant);
        let clients: Vec<Value> = tenant
            .clients
            .values()
            .map(|client| json!({ "tenant": tenant.id, "client": metadata::of_file(client), "registered": false }))
            .collect();
        clients
    };
    let of_files = configuration.tenants.iter().flat_map(of_tenant);
    let of_themselves = registered.iter().map(
        |client| json!({ "tenant": client.tenant, "client": metadata::of_registered(client), "registered": true }),
    );
    of_files.chain(of_themselves).collect()
}

/// The tenant and the metadata of the one client that is meant.
fn find(
    configuration: &Configuration,
    registered: &[RegisteredClient],
    which: &Which,
) -> anyhow::Result<(String, Map<String, Value>)> {
    let wanted = |tenant: &str| which.tenant.as_deref().is_none_or(|id| tenant == id);
    let of_files = configuration.tenants.iter().filter_map(|tenant| {
        let client = tenant.clients.get(which.id.as_str())?;
        Some((tenant.id.to_string(), metadata::of_file(client)))
    });
    let of_themselves = registered.iter().filter(|client| client.id.as_str() == which.id);
    let of_themselves = of_themselves.map(|client| (client.tenant.to_string(), metadata::of_registered(client)));
    let mut found = of_files.chain(of_themselves).filter(|(tenant, _)| wanted(tenant));
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => bail!("several tenants have a client \"{}\"; say which with --tenant", which.id),
        (None, _) => bail!("there is no client \"{}\"", which.id),
    }
}
