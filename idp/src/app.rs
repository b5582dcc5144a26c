//! The only file that knows every part: a configuration becomes a router and its workers.

mod assembly;
mod upstreams;
mod workers;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;
use axum::Router;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::{JoinHandle, JoinSet},
};

use self::assembly::assemble;
use crate::{
    config::Configuration,
    domain::{
        audit::{AuditEvent, Event},
        clock::{Clock, Timestamp},
        entropy::Entropy,
        tenant::Tenant,
    },
    flows::{ClientKeyring, Flows},
    http::{
        self, admin,
        client_certificate::Proxies,
        deeds::Deeds,
        ops,
        server::{ConnectionLimits, ConnectionTimes, Server},
        site::House,
    },
    keys::{MasterKeys, SystemEntropy, Vault},
    mail::transport::Transport,
    store::{Backend, Store, StoreOptions},
    theme::{ThemeError, Themes},
    upstream::ldap::JustUsed,
};

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

/// What lives as long as the process, whatever is reloaded.
struct Shared {
    store: Store,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    just_used: Arc<JustUsed>,
    client_keys: Arc<ClientKeyring>,
    deeds: Deeds,
}

/// One loaded configuration with all that is made of it.
struct Loaded {
    configuration: Configuration,
    flows: Flows,
}

/// The provider, put together; cheap to clone.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
    loaded: Arc<ArcSwap<Loaded>>,
    house: Arc<ArcSwap<House>>,
    /// Rung after a reload: workers look again.
    reloaded: Arc<Notify>,
}

impl App {
    /// Puts the parts together. SQLite's schema is brought up to date; a PostgreSQL that is behind is refused.
    pub async fn build(configuration: Configuration, world: World) -> anyhow::Result<Self> {
        let World { clock, entropy, transport } = world;
        let themes = load_themes(&configuration);
        let store = Store::open(configuration.database_url.expose(), StoreOptions::default()).await?;
        let current = store.schema_is_current().await?;
        if !current && store.backend() == Backend::Sqlite {
            store.migrate().await?;
        } else if !current {
            anyhow::bail!("the database's schema is behind: run `idp migrate up`");
        }
        let master_keys = MasterKeys::load(&configuration.master_key_file)?;
        let vault = Arc::new(Vault::new(&master_keys, Arc::clone(&entropy)));
        let shared = Shared {
            store,
            vault,
            clock,
            entropy,
            just_used: Arc::default(),
            client_keys: Arc::default(),
            deeds: Deeds::default(),
        };
        let (loaded, house) = assemble(&shared, configuration, themes.await??, transport, &HashMap::new()).await?;
        Ok(Self {
            shared: Arc::new(shared),
            loaded: Arc::new(ArcSwap::from_pointee(loaded)),
            house: Arc::new(ArcSwap::from_pointee(house)),
            reloaded: Arc::default(),
        })
    }

    /// Takes a new configuration over: all of it or nothing. Gives the sections that differ and need a restart.
    pub async fn reload(&self, mut configuration: Configuration) -> anyhow::Result<Vec<&'static str>> {
        let present = self.loaded.load_full();
        let need_restart = sections_for_a_restart(&present.configuration, &configuration);
        for tenant in &mut configuration.tenants {
            if let Some(before) = present.configuration.tenant(tenant.id.as_str()) {
                Arc::make_mut(tenant).registered = before.registered.clone();
            }
        }
        let themes = load_themes(&configuration).await??;
        let (loaded, house) = assemble(&self.shared, configuration, themes, None, &present.flows.keyrings).await?;
        self.loaded.store(Arc::new(loaded));
        self.house.store(Arc::new(house));
        self.reloaded.notify_waiters();
        Ok(need_restart)
    }

    pub fn flows(&self) -> Flows {
        self.loaded.load().flows.clone()
    }

    /// What one look at the configuration gives; a reload replaces it.
    pub fn look<T>(&self, at: impl FnOnce(&Configuration) -> T) -> T {
        at(&self.loaded.load().configuration)
    }

    pub fn tenants(&self) -> Vec<Arc<Tenant>> {
        self.look(|configuration| configuration.tenants.clone())
    }

    /// What the public listeners serve.
    pub fn router(&self) -> Router {
        let proxies = self.look(|configuration| Proxies {
            trusted: configuration.server.trusted_proxies.clone(),
            certificate_header: configuration.server.client_certificate_header.clone(),
        });
        http::router(Arc::clone(&self.house), Arc::clone(&self.shared.entropy), &self.shared.deeds, proxies)
    }

    /// What the admin listener serves.
    pub fn admin_router(&self, metrics: PrometheusHandle) -> Router {
        let app = self.clone();
        let ready: ops::Readiness = Arc::new(move || {
            let flows = app.flows();
            Box::pin(async move { readiness(&flows).await })
        });
        let (reported_to, keyed_by) = (self.clone(), self.clone());
        let door = admin::Door {
            flows: Arc::new(move || reported_to.flows()),
            report_key: Arc::new(move || keyed_by.look(|configuration| configuration.mail.report_key.clone())),
        };
        ops::router(metrics, ready).merge(admin::router(door))
    }

    /// A server of this house for one listener.
    pub fn server(&self, router: Router) -> Server {
        let limits = self.look(|configuration| ConnectionLimits {
            connections: configuration.limits.connections,
            connections_per_address: configuration.limits.connections_per_address,
            trusted_proxies: configuration.server.trusted_proxies.clone(),
        });
        Server { router, limits, times: ConnectionTimes::default(), deeds: self.shared.deeds.clone() }
    }

    /// Notes in each tenant's trail that this configuration is what is served from now on.
    pub async fn note_loading(&self) -> anyhow::Result<()> {
        for tenant in self.tenants() {
            let loaded = AuditEvent::new(self.shared.clock.now(), Event::ConfigLoaded, tenant.id.clone());
            self.shared.store.record(loaded.with("version", env!("CARGO_PKG_VERSION"))).await?;
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
        if self.shared.store.backend() == Backend::Sqlite {
            // One process serves such a file, so whoever held a mail before this start is gone.
            self.shared.store.release_letters().await?;
        }
        let noted = tokio::spawn({
            let app = self.clone();
            async move { app.note_loading().await }
        });
        let workers = self.start_workers(&shutdown, admin.1.clone());
        let mut serving = JoinSet::new();
        for listener in public {
            serving.spawn(self.server(self.router()).serve(listener, shutdown.clone()));
        }
        serving.spawn(self.server(self.admin_router(admin.1)).serve(admin.0, shutdown.clone()));
        noted.await??;
        while let Some(served) = serving.join_next().await {
            served??;
        }
        workers.await?;
        self.shared.store.close().await;
        Ok(())
    }
}

/// What cannot change while the process runs.
fn sections_for_a_restart(present: &Configuration, wanted: &Configuration) -> Vec<&'static str> {
    let mut sections = Vec::new();
    if format!("{:?}", present.server) != format!("{:?}", wanted.server) {
        sections.push("[server]");
    }
    if present.database_url != wanted.database_url {
        sections.push("[database]");
    }
    if present.master_key_file != wanted.master_key_file {
        sections.push("[secrets]");
    }
    sections
}

/// Templates and texts take their time: they are read while the database is opened.
fn load_themes(configuration: &Configuration) -> JoinHandle<Result<Themes, ThemeError>> {
    let folder = configuration.themes.clone();
    tokio::task::spawn_blocking(move || Themes::load(folder.as_deref()))
}

/// The recorder of all metrics, once for the process.
pub fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
    Ok(PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?)
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
