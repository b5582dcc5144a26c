//! The provider's parts for a command that works beside a serving process.

use std::{fs, os::unix::fs::MetadataExt, path::Path, sync::Arc};

use anyhow::{Context, bail};

use crate::{
    app::{App, World},
    config::Configuration,
    domain::tenant::Tenant,
    store::{Store, StoreOptions},
};

/// Loads the configuration; all findings are the error.
pub fn configuration(path: &Path, environment: Vec<(String, String)>) -> anyhow::Result<Configuration> {
    Configuration::load(path, environment)
        .map_err(|findings| anyhow::anyhow!("the configuration is not valid:\n{findings}"))
}

/// Everything but the listeners.
pub async fn open(path: &Path, environment: Vec<(String, String)>) -> anyhow::Result<App> {
    let configuration = configuration(path, environment)?;
    App::build(configuration, World::default()).await
}

/// The tenant that is named, or the only one there is.
pub fn tenant(app: &App, named: Option<&str>) -> anyhow::Result<Arc<Tenant>> {
    let tenants = app.tenants();
    match (named, tenants.as_slice()) {
        (Some(id), _) => {
            let found = tenants.iter().find(|tenant| tenant.id.as_str() == id);
            found.cloned().ok_or_else(|| anyhow::anyhow!("there is no tenant {id}"))
        }
        (None, [only]) => Ok(Arc::clone(only)),
        (None, _) => bail!("name the tenant with --tenant"),
    }
}

/// The database for a command that only looks; none if nobody has served from it yet.
pub async fn database(configuration: &Configuration) -> anyhow::Result<Option<Store>> {
    let url = configuration.database_url.expose();
    let file = url.strip_prefix("sqlite://").map(|path| path.split_once('?').map_or(path, |(path, _)| path));
    if file.is_some_and(|path| !Path::new(path).exists()) {
        return Ok(None);
    }
    let store = Store::open(url, StoreOptions::default()).await.context("the database")?;
    if store.schema_is_current().await? {
        return Ok(Some(store));
    }
    store.close().await;
    Ok(None)
}

/// The owner of this process by the machine's own list: a variable could name anybody.
pub fn system_user() -> anyhow::Result<String> {
    let uid = fs::metadata("/proc/self").context("the user of this process is not known")?.uid();
    let list = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = list.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, id) = (fields.next()?, fields.next()?, fields.next()?);
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    });
    Ok(name.unwrap_or_else(|| format!("uid {uid}")))
}
