//! What goes on besides requests: mail, reset requests, the audit chain, signing keys, the removal of what has ended, metrics.

use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
};

use super::App;
use crate::{
    domain::clock::Timestamp,
    flows::{Delivery, Flows},
};

/// Reset requests wait for this beat, so that no answer right after one tells by its time what was found (SR-45).
const LOOK_UP_RESETS_EVERY: Duration = Duration::from_secs(1);
const READ_BOUNCES_EVERY: Duration = Duration::from_secs(5);
const SEAL_EVERY: Duration = Duration::from_secs(20);
const LOAD_KEYS_EVERY: Duration = Duration::from_mins(1);
/// What was registered elsewhere is known here this soon.
const LEARN_CLIENTS_EVERY: Duration = Duration::from_millis(500);
const METRICS_UPKEEP_EVERY: Duration = Duration::from_secs(5);
const PURGE_EVERY: Duration = Duration::from_mins(10);
/// However long the next mail or notice is off, it is looked for this often: another process may have written one.
const LOOK_EVERY: Duration = Duration::from_secs(30);

impl App {
    /// Mail, reset requests, the audit chain, signing keys, the removal of what has ended, and the upkeep of metrics.
    pub(super) fn start_workers(&self, shutdown: &watch::Receiver<bool>, metrics: PrometheusHandle) -> JoinHandle<()> {
        let mut workers = JoinSet::new();
        workers.spawn(until(shutdown.clone(), deliver_mail(self.clone())));
        workers.spawn(until(shutdown.clone(), answer_reset_requests(self.clone())));
        workers.spawn(until(shutdown.clone(), read_bounces(self.clone())));
        workers.spawn(until(shutdown.clone(), tell_clients_of_logout(self.clone())));
        workers.spawn(until(shutdown.clone(), seal_audit(self.clone())));
        workers.spawn(until(shutdown.clone(), purge(self.clone())));
        workers.spawn(until(shutdown.clone(), keep_keys(self.clone())));
        workers.spawn(until(shutdown.clone(), learn_clients(self.clone())));
        workers.spawn(until(shutdown.clone(), prepare_hasher(self.flows())));
        workers.spawn(until(shutdown.clone(), keep_metrics(metrics)));
        tokio::spawn(async move { while workers.join_next().await.is_some() {} })
    }
}

async fn until(mut shutdown: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
}

async fn deliver_mail(app: App) {
    loop {
        let flows = app.flows();
        let bell = flows.outbox_bell().notified();
        let wait = match flows.deliver_mail().await {
            Ok(Delivery::Worked) => continue,
            Ok(Delivery::IdleUntil(next)) => pause(&flows, next),
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = bell => {}
            () = app.reloaded.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn answer_reset_requests(app: App) {
    loop {
        tokio::time::sleep(LOOK_UP_RESETS_EVERY).await;
        let tenants = app.tenants();
        if let Err(error) = app.flows().answer_reset_requests(&tenants).await {
            tracing::error!(%error, "reset requests cannot be looked up");
            tokio::time::sleep(LOOK_UP_RESETS_EVERY * 5).await;
        }
    }
}

async fn read_bounces(app: App) {
    loop {
        let maildir = app.look(|configuration| configuration.mail.bounce_maildir.clone());
        if let Some(maildir) = maildir
            && let Err(error) = app.flows().read_bounces(&maildir).await
        {
            tracing::error!(%error, "mails that came back cannot be read");
        }
        tokio::select! {
            () = app.reloaded.notified() => {}
            () = tokio::time::sleep(READ_BOUNCES_EVERY) => {}
        }
    }
}

async fn tell_clients_of_logout(app: App) {
    loop {
        let flows = app.flows();
        let bell = flows.logout_bell().notified();
        let wait = match flows.tell_clients_of_logout(&app.tenants()).await {
            Ok(Delivery::Worked) => continue,
            Ok(Delivery::IdleUntil(next)) => pause(&flows, next),
            Err(error) => {
                tracing::error!(%error, "clients cannot be told of logouts");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = bell => {}
            () = app.reloaded.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// Until the next one is due; not longer than another process's may wait, nor so short that it would spin.
fn pause(flows: &Flows, next: Option<Timestamp>) -> Duration {
    let wait = next.map_or(LOOK_EVERY, |next| flows.now().until(next));
    wait.clamp(Duration::from_millis(200), LOOK_EVERY)
}

async fn seal_audit(app: App) {
    loop {
        match app.flows().seal_audit().await {
            Ok(0) => tokio::time::sleep(SEAL_EVERY).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the audit trail cannot be sealed");
                tokio::time::sleep(SEAL_EVERY).await;
            }
        }
    }
}

async fn purge(app: App) {
    loop {
        tokio::time::sleep(PURGE_EVERY).await;
        let (logins, audit) = app.look(|configuration| (configuration.retention.logins, configuration.retention.audit));
        match app.flows().drop_old_audit(audit).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "dropped audit rows that were kept long enough"),
            Err(error) => tracing::error!(%error, "old audit rows cannot be dropped"),
        }
        match app.flows().purge(logins).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "removed what had ended"),
            Err(error) => tracing::error!(%error, "what has ended cannot be removed"),
        }
    }
}

async fn keep_keys(app: App) {
    loop {
        for tenant in app.tenants() {
            if let Err(error) = app.flows().rotate_due_keys(&tenant.id).await {
                tracing::error!(tenant = %tenant.id, %error, "signing keys cannot be kept");
            }
        }
        tokio::select! {
            () = app.reloaded.notified() => {}
            () = tokio::time::sleep(LOAD_KEYS_EVERY) => {}
        }
    }
}

async fn learn_clients(app: App) {
    loop {
        tokio::time::sleep(LEARN_CLIENTS_EVERY).await;
        if let Err(error) = app.flows().learn_clients(&app.tenants()).await {
            tracing::error!(%error, "registered clients cannot be read");
            tokio::time::sleep(LEARN_CLIENTS_EVERY * 10).await;
        }
    }
}

/// The hash of nobody is ready before the first stranger comes (SR-45).
async fn prepare_hasher(flows: Flows) {
    if let Err(error) = flows.hasher.prepare().await {
        tracing::warn!(%error, "the hash of nobody is not ready");
    }
}

async fn keep_metrics(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(METRICS_UPKEEP_EVERY).await;
        metrics.run_upkeep();
    }
}
