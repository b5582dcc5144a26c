//! The provider's parts for a command that works beside a serving process.

use std::{path::Path, sync::Arc};

use anyhow::bail;

use crate::{
    app::{App, World},
    config::Configuration,
    domain::tenant::Tenant,
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
