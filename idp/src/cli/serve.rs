//! `idp serve`: the provider.

use std::path::Path;

use anyhow::Context;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{
    app::{App, World, install_metrics},
    cli::{Outcome, house, logging},
};

pub async fn run(path: &Path, environment: Vec<(String, String)>) -> anyhow::Result<Outcome> {
    let configuration = house::configuration(path, environment)?;
    configuration.refuse_samples().map_err(|findings| anyhow::anyhow!("samples guard nothing real:\n{findings}"))?;
    logging::start(&configuration.telemetry)?;
    for warning in configuration.warnings.iter() {
        tracing::warn!("{warning}");
    }
    house::ready_database(&configuration).await?;
    let metrics = install_metrics()?;
    let app = App::build(configuration, World::default()).await?;
    let server = &app.configuration().server;
    let public = listen(server.listen).await?;
    let admin = listen(server.admin_listen).await?;
    app.note_start().await?;
    tracing::info!(listen = %public.local_addr()?, admin = %admin.local_addr()?, "serving");
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
