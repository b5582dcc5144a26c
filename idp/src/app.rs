//! The only file that knows every part: a configuration becomes a router and its workers.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use arc_swap::ArcSwap;
use axum::Router;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, sync::watch};

use crate::{
    config::Configuration,
    domain::{
        audit::{AuditEvent, Event},
        clock::{Clock, Timestamp},
        entropy::Entropy,
        ids::TenantId,
        secret::Secret,
        tenant::{Tenant, UpstreamKind},
    },
    flows::{Delivery, Flows, Parts, Upstreams},
    http::{
        self,
        deeds::Deeds,
        ops,
        server::{ConnectionLimits, ConnectionTimes, Server},
        site::{House, Site, Sites},
    },
    keys::{HashError, HashParams, HashVerdict, Hasher, Keyring, MasterKeys, SystemEntropy, Vault},
    mail::{compose::Composer, smtp::Smtp, transport::Transport},
    store::{Store, StoreOptions},
    theme::Themes,
    upstream::{
        Upstream, UpstreamError,
        directory::{Directory, Lookup, Verify},
        oidc::Oidc,
        outbound::{Outbound, OutboundSettings},
    },
};

const SEAL_EVERY: Duration = Duration::from_secs(20);
const LOAD_KEYS_EVERY: Duration = Duration::from_secs(60);
const PURGE_EVERY: Duration = Duration::from_secs(10 * 60);
/// However long the next mail is off, the outbox is looked at this often: another process may have written one.
const LOOK_FOR_MAIL_EVERY: Duration = Duration::from_secs(30);

/// The system's time.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// What a test puts in the place of the world outside.
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// None: SMTP as configured.
    pub transport: Option<Box<dyn Transport>>,
}

impl Default for World {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), entropy: Arc::new(SystemEntropy::new()), transport: None }
    }
}

/// The provider, put together.
#[derive(Clone)]
pub struct App {
    pub flows: Flows,
    house: House,
    entropy: Arc<dyn Entropy>,
    deeds: Deeds,
    configuration: Arc<Configuration>,
}

impl App {
    /// Puts the parts together. The database's schema must be current.
    pub async fn build(configuration: Configuration, world: World) -> anyhow::Result<Self> {
        let World { clock, entropy, transport } = world;
        let store = Store::open(configuration.database_url.expose(), StoreOptions::default()).await?;
        let master_keys = MasterKeys::load(&configuration.master_key_file)?;
        let vault = Arc::new(Vault::new(&master_keys, Arc::clone(&entropy)));
        let hasher = Arc::new(new_hasher(&configuration, &vault, &entropy).await?);
        let themes = Arc::new(Themes::load(configuration.themes.as_deref())?);
        let upstreams = new_upstreams(&configuration, &store, &hasher, &clock, &entropy)?;
        let keyrings: HashMap<TenantId, Arc<Keyring>> =
            configuration.tenants.iter().map(|tenant| (tenant.id.clone(), Arc::new(Keyring::empty()))).collect();
        let flows = Flows::new(Parts {
            store,
            vault,
            keyrings,
            hasher,
            composer: Composer::new(Arc::clone(&themes)),
            transport: match transport {
                Some(transport) => transport,
                None => new_transport(&configuration)?,
            },
            upstreams,
            clock: Arc::clone(&clock),
            entropy: Arc::clone(&entropy),
            limits: configuration.limits.clone(),
            bounce_address: configuration.mail.bounce_address.clone(),
        });
        for tenant in &configuration.tenants {
            flows.load_keys(&tenant.id).await.with_context(|| format!("signing keys of tenant {}", tenant.id))?;
        }
        let sites = Sites::new(configuration.tenants.iter().map(|tenant| Site::new(Arc::clone(tenant), &themes)));
        let sites = Arc::new(ArcSwap::from_pointee(sites));
        let house = House { sites, flows: flows.clone(), themes, clock };
        Ok(Self { flows, house, entropy, deeds: Deeds::default(), configuration: Arc::new(configuration) })
    }

    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What the public listeners serve.
    pub fn router(&self) -> Router {
        let proxies = self.configuration.server.trusted_proxies.clone();
        http::router(self.house.clone(), Arc::clone(&self.entropy), self.deeds.clone(), proxies)
    }

    /// What the admin listener serves.
    pub fn admin_router(&self, metrics: PrometheusHandle) -> Router {
        let flows = self.flows.clone();
        let ready: ops::Readiness = Arc::new(move || {
            let flows = flows.clone();
            Box::pin(async move { readiness(&flows).await })
        });
        ops::router(metrics, ready)
    }

    /// A server of this house for one listener.
    pub fn server(&self, router: Router) -> Server {
        let limits = &self.configuration.limits;
        Server {
            router,
            limits: ConnectionLimits {
                connections: limits.connections,
                connections_per_address: limits.connections_per_address,
                trusted_proxies: self.configuration.server.trusted_proxies.clone(),
            },
            times: ConnectionTimes::default(),
            deeds: self.deeds.clone(),
        }
    }

    /// Notes in each tenant's trail that this configuration is what is served from now on.
    pub async fn note_start(&self) -> anyhow::Result<()> {
        for tenant in &self.configuration.tenants {
            let loaded = AuditEvent::new(self.flows.now(), Event::ConfigLoaded, tenant.id.clone());
            self.flows.store.record(loaded.with("version", env!("CARGO_PKG_VERSION"))).await?;
        }
        Ok(())
    }

    /// Serves public and admin listeners until `shutdown` turns true, then drains.
    pub async fn serve(
        &self,
        public: Vec<TcpListener>,
        admin: (TcpListener, PrometheusHandle),
        shutdown: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let workers = self.start_workers(&shutdown);
        let mut serving = tokio::task::JoinSet::new();
        for listener in public {
            serving.spawn(self.server(self.router()).serve(listener, shutdown.clone()));
        }
        serving.spawn(self.server(self.admin_router(admin.1)).serve(admin.0, shutdown.clone()));
        while let Some(served) = serving.join_next().await {
            served??;
        }
        workers.await?;
        self.flows.store.close().await;
        Ok(())
    }

    /// Mail, the audit chain, signing keys, and the removal of what has ended.
    fn start_workers(&self, shutdown: &watch::Receiver<bool>) -> tokio::task::JoinHandle<()> {
        let mut workers = tokio::task::JoinSet::new();
        workers.spawn(until(shutdown.clone(), deliver_mail(self.flows.clone())));
        workers.spawn(until(shutdown.clone(), seal_audit(self.flows.clone())));
        workers.spawn(until(shutdown.clone(), purge(self.flows.clone(), self.configuration.retention.logins)));
        for tenant in &self.configuration.tenants {
            workers.spawn(until(shutdown.clone(), keep_keys(self.flows.clone(), Arc::clone(tenant))));
        }
        tokio::spawn(async move { while workers.join_next().await.is_some() {} })
    }
}

/// The recorder of all metrics, once for the process.
pub fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
    Ok(PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?)
}

async fn until(mut shutdown: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = shutdown.wait_for(|stop| *stop) => {}
    }
}

async fn deliver_mail(flows: Flows) {
    loop {
        let bell = flows.outbox_bell().notified();
        let wait = match flows.deliver_mail().await {
            Ok(Delivery::Worked) => continue,
            Ok(Delivery::IdleUntil(next)) => {
                let now = flows.now();
                let wait = next.map_or(LOOK_FOR_MAIL_EVERY, |next| now.until(next));
                wait.clamp(Duration::from_millis(200), LOOK_FOR_MAIL_EVERY)
            }
            Err(error) => {
                tracing::error!(%error, "the outbox cannot be read");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = bell => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

async fn seal_audit(flows: Flows) {
    loop {
        match flows.seal_audit().await {
            Ok(0) => tokio::time::sleep(SEAL_EVERY).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "the audit trail cannot be sealed");
                tokio::time::sleep(SEAL_EVERY).await;
            }
        }
    }
}

async fn purge(flows: Flows, logins: Duration) {
    loop {
        tokio::time::sleep(PURGE_EVERY).await;
        match flows.purge(logins).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "removed what had ended"),
            Err(error) => tracing::error!(%error, "what has ended cannot be removed"),
        }
    }
}

async fn keep_keys(flows: Flows, tenant: Arc<Tenant>) {
    loop {
        if let Err(error) = flows.rotate_due_keys(&tenant.id).await {
            tracing::error!(tenant = %tenant.id, %error, "signing keys cannot be kept");
        }
        tokio::time::sleep(LOAD_KEYS_EVERY).await;
    }
}

async fn readiness(flows: &Flows) -> Result<(), Vec<String>> {
    let mut reasons = Vec::new();
    if let Err(error) = flows.store.ping().await {
        reasons.push(error.to_string());
    }
    if !flows.keys_are_ready() {
        reasons.push("signing keys of a new tenant are still being made".to_owned());
    }
    if reasons.is_empty() { Ok(()) } else { Err(reasons) }
}

/// One dummy hash is computed here, off the async threads.
async fn new_hasher(
    configuration: &Configuration,
    vault: &Arc<Vault>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<Hasher> {
    let limits = &configuration.limits.second_password;
    let params = HashParams { memory_kib: limits.argon2_memory_kib, iterations: limits.argon2_iterations };
    let permits = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (vault, entropy) = (Arc::clone(vault), Arc::clone(entropy));
    Ok(tokio::task::spawn_blocking(move || Hasher::new(params, permits, vault, entropy)).await??)
}

fn new_transport(configuration: &Configuration) -> anyhow::Result<Box<dyn Transport>> {
    let mail = &configuration.mail;
    let hello = configuration.tenants.first().map_or("localhost", |tenant| host(tenant.issuer.authority()));
    Ok(Box::new(Smtp::new(&mail.smtp_url, mail.smtp_password.as_ref(), hello)?))
}

fn host(authority: &str) -> &str {
    authority.rsplit_once(':').map_or(authority, |(host, _)| host)
}

fn new_upstreams(
    configuration: &Configuration,
    store: &Store,
    hasher: &Arc<Hasher>,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> anyhow::Result<Upstreams> {
    let extra_ca = configuration.server.outbound_ca_file.as_ref().map(std::fs::read).transpose()?;
    let settings = OutboundSettings {
        allow: configuration.server.outbound_allow.clone(),
        extra_ca,
        ..OutboundSettings::default()
    };
    let outbound = Outbound::new(&settings)?;
    let mut upstreams = Upstreams::default();
    for tenant in &configuration.tenants {
        for upstream in tenant.upstreams.iter().filter(|upstream| upstream.enabled) {
            let made: Arc<dyn Upstream> = match &upstream.kind {
                UpstreamKind::Oidc(oidc) => {
                    Arc::new(Oidc::new(upstream, oidc.clone(), &outbound, Arc::clone(clock), Arc::clone(entropy))?)
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
