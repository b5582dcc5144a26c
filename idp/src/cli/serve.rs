//! `idp serve`: the provider.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    app::{App, World, install_metrics},
    cli::{Outcome, house, logging},
    config::environment,
};

pub async fn run(path: &Path, environment: Vec<(String, String)>) -> anyhow::Result<Outcome> {
    let configuration = house::configuration(path, environment)?;
    configuration.refuse_samples().map_err(|findings| anyhow::anyhow!("samples guard nothing real:\n{findings}"))?;
    logging::start(&configuration.telemetry)?;
    for warning in &configuration.warnings {
        tracing::warn!("{warning}");
    }
    let metrics = install_metrics()?;
    let app = App::build(configuration, World::default()).await?;
    let (public, admin) = app.look(|configuration| (configuration.server.listen, configuration.server.admin_listen));
    let (public, admin) = (listen(public).await?, listen(admin).await?);
    tracing::info!(listen = %public.local_addr()?, admin = %admin.local_addr()?, "serving");
    reload_at_hangup(&app, path.to_owned())?;
    app.serve(vec![public], (admin, metrics), stop_signal()?).await?;
    Ok(Outcome::Fine)
}

pub async fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Turns true at Ctrl-C or SIGTERM.
pub fn stop_signal() -> anyhow::Result<watch::Receiver<bool>> {
    let (stop, stopped) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        let _ = stop.send(true);
        // Keeps the channel open until the process ends: a dropped sender would look like a second signal.
        std::future::pending::<()>().await;
    });
    Ok(stopped)
}

/// `SIGHUP` reloads: all valid, or nothing changes (SR-91).
fn reload_at_hangup(app: &App, path: PathBuf) -> anyhow::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let app = app.clone();
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            match reload(&app, &path).await {
                Ok(need_restart) if need_restart.is_empty() => tracing::info!("the configuration was reloaded"),
                Ok(sections) => tracing::warn!(?sections, "reloaded; these sections count only after a restart"),
                Err(error) => {
                    metrics::counter!("idp_reloads_refused_total").increment(1);
                    tracing::error!("the new configuration is not taken, the old one stays: {error:#}");
                }
            }
        }
    });
    Ok(())
}

async fn reload(app: &App, path: &Path) -> anyhow::Result<Vec<&'static str>> {
    let configuration = house::configuration(path, environment().collect())?;
    configuration.refuse_samples().map_err(|findings| anyhow::anyhow!("samples guard nothing real:\n{findings}"))?;
    let need_restart = app.reload(configuration).await?;
    app.note_loading().await?;
    Ok(need_restart)
}
