//! The provider as a whole, in process: real router, database, configuration files; stopped clock, seeded chance, mails in memory.

use std::{
    env, fs,
    path::Path,
    process,
    sync::{
        Arc, OnceLock, RwLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use idp::{
    app::{self, App},
    config::Configuration,
    demo::mailbox::Mailbox,
    domain::{
        audit::AuditRow,
        clock::{Clock, Timestamp},
        ids::{LoginId, TenantId, UpstreamId},
        tenant::Tenant,
    },
    flows::{Delivery, Flows},
    keys::MasterKeys,
    mail::{memory::Memory, smtp::Smtp, transport::Transport},
    store::{AuditFilter, Store, StoreOptions},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use sea_orm::{ConnectionTrait, Database as SeaOrm, DatabaseConnection, Statement};
use serde_json::Value;
use tempfile::TempDir;
use tower::ServiceExt;
use url::Url;

use super::{
    browser::{Browser, host},
    clock::{MORNING, Seeded, StoppedClock},
    mailbox::{Mail, ToMemory},
    setup::{PEOPLE, Setup},
};

pub struct World {
    pub clock: Arc<StoppedClock>,
    pub post: Arc<Memory>,
    running: RwLock<Running>,
    setup: Setup,
    folder: TempDir,
}

/// One process's worth of provider.
#[derive(Clone)]
struct Running {
    app: App,
    router: Router,
}

/// A database with schema, people and signing keys, made once and copied for each world.
struct Template {
    folder: TempDir,
    /// The database's name on the PostgreSQL server.
    postgres: Option<String>,
}

impl World {
    pub async fn start() -> Arc<Self> {
        Self::with(Setup::default()).await
    }

    /// Every login needs the auth key.
    pub async fn with_auth_key() -> Arc<Self> {
        Self::with(Setup::default().set("policy.two_factor", "required")).await
    }

    /// The first factor is proven at another provider, which listens on a free port of this machine.
    pub async fn with_university(mut setup: Setup) -> Arc<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        setup.university = Some(port);
        let world = Self::with(setup).await;
        let university = world.configuration().tenant("university").cloned().unwrap();
        world.import(&university, "directory").await;
        world.flows().rotate_due_keys(&university.id).await.unwrap();
        let router = world.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        world
    }

    pub async fn with(setup: Setup) -> Arc<Self> {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        let template = tokio::task::spawn_blocking(|| {
            TEMPLATE.get_or_init(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(make_template())
            })
        });
        let template = template.await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::copy(template.folder.path().join("master.key"), folder.path().join("master.key")).unwrap();
        let database = match &template.postgres {
            None => {
                fs::copy(template.folder.path().join("idp.db"), folder.path().join("idp.db")).unwrap();
                "sqlite://idp.db".to_owned()
            }
            Some(name) => postgres_database(Some(name)).await.1,
        };
        setup.write(folder.path(), &database);
        let clock = Arc::new(StoppedClock::at(MORNING));
        let post = Arc::new(Memory::new());
        let running = run(folder.path(), &setup, &clock, &post, 1).await;
        Arc::new(Self { clock, post, running: RwLock::new(running), setup, folder })
    }

    /// The process ends and another one starts on the same files.
    pub async fn restart(&self) {
        self.flows().store.close().await;
        let seed = u64::try_from(self.clock.now().as_millis()).unwrap();
        let running = run(self.folder.path(), &self.setup, &self.clock, &self.post, seed).await;
        *self.running.write().unwrap() = running;
    }

    /// The same, with another configuration.
    pub async fn restart_with(&self, setup: Setup) {
        self.flows().store.close().await;
        let text = fs::read_to_string(self.folder.path().join("idp.toml")).unwrap();
        let database = text.lines().find_map(|line| line.strip_prefix("url = ")).unwrap().trim_matches('"').to_owned();
        setup.write(self.folder.path(), &database);
        let running = run(self.folder.path(), &setup, &self.clock, &self.post, 7).await;
        *self.running.write().unwrap() = running;
    }

    /// The same process takes its files over again.
    pub async fn reload(&self) {
        let app = self.running.read().unwrap().app.clone();
        app.reload(load(&self.folder.path().join("idp.toml"), &self.setup)).await.unwrap();
    }

    pub fn flows(&self) -> Flows {
        self.running.read().unwrap().app.flows()
    }

    pub fn router(&self) -> Router {
        self.running.read().unwrap().router.clone()
    }

    pub fn configuration(&self) -> Configuration {
        self.running.read().unwrap().app.look(Configuration::clone)
    }

    pub fn tenant(&self) -> Arc<Tenant> {
        self.configuration().tenant("demo").cloned().unwrap()
    }

    pub fn serves(&self, url: &Url) -> bool {
        self.configuration().tenants.iter().any(|tenant| tenant.issuer.authority() == host(url))
    }

    pub fn browser(self: &Arc<Self>) -> Browser {
        Browser::new(self)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn import(&self, tenant: &Tenant, upstream: &str) {
        let upstream = UpstreamId::new(upstream);
        self.flows().import_accounts(tenant, &upstream, PEOPLE.as_bytes(), false, |_, _| {}).await.unwrap();
    }

    /// The workers' rounds, until nothing is due: reset requests are looked up, mails go out.
    pub async fn deliver_mail(&self) {
        let tenants = self.configuration().tenants;
        while self.flows().answer_reset_requests(&tenants).await.unwrap() {}
        while self.flows().deliver_mail().await.unwrap() == Delivery::Worked {}
    }

    /// Mails go to a real mail server on this machine, which treats them as its mailbox is told.
    pub async fn with_mail_server(mut setup: Setup, patience: Duration) -> (Arc<Self>, Arc<Mailbox>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        setup.smtp = Some((listener.local_addr().unwrap().port(), patience));
        let world = Self::with(setup).await;
        let mailbox = Mailbox::open(None, world.clock.clone()).unwrap();
        tokio::spawn(Arc::clone(&mailbox).serve_smtp(listener, std::future::pending()));
        (world, mailbox)
    }

    /// A command beside the serving process: the same files and the same time, parts of its own.
    pub async fn another_process(&self) -> App {
        let configuration = load(&self.folder.path().join("idp.toml"), &self.setup);
        let seed = 1_000 + u64::try_from(self.clock.now().as_millis()).unwrap();
        App::build(configuration, surroundings(&self.setup, &self.clock, &self.post, seed)).await.unwrap()
    }

    /// Where the configuration lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the admin listener answers.
    pub async fn ask_admin(&self, request: Request<Body>) -> (u16, Value) {
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let app = self.running.read().unwrap().app.clone();
        let answer = app.admin_router(metrics).oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// Every mail to an address, oldest first.
    pub async fn mails_to(&self, address: &str) -> Vec<Mail> {
        self.deliver_mail().await;
        self.post.mails_to(address).iter().map(Mail::of).collect()
    }

    /// The trail behind a support code.
    pub async fn trail(&self, support_code: &str) -> Vec<AuditRow> {
        let filter = AuditFilter { login: Some(LoginId::new(support_code)), ..AuditFilter::default() };
        self.flows().store.audit_rows(&filter, 0, 1000).await.unwrap()
    }

    /// The trail of the tenant.
    pub async fn whole_trail(&self) -> Vec<AuditRow> {
        let filter = AuditFilter { tenant: Some(TenantId::new("demo")), ..AuditFilter::default() };
        self.flows().store.audit_rows(&filter, 0, 10_000).await.unwrap()
    }

    /// A connection that knows nothing of the store's rules.
    pub async fn raw_database(&self) -> DatabaseConnection {
        SeaOrm::connect(self.configuration().database_url.expose()).await.unwrap()
    }

    /// How many rows a table has.
    pub async fn rows(&self, table: &str) -> i64 {
        let database = self.raw_database().await;
        let count = Statement::from_string(database.get_database_backend(), format!("SELECT COUNT(*) FROM {table}"));
        database.query_one_raw(count).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

/// The names of events, in their order.
pub fn events(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.event.as_str()).collect()
}

async fn run(folder: &Path, setup: &Setup, clock: &Arc<StoppedClock>, post: &Arc<Memory>, seed: u64) -> Running {
    let configuration = load(&folder.join("idp.toml"), setup);
    let app = App::build(configuration, surroundings(setup, clock, post, seed)).await.unwrap();
    let router = app.router();
    Running { app, router }
}

fn surroundings(setup: &Setup, clock: &Arc<StoppedClock>, post: &Arc<Memory>, seed: u64) -> app::World {
    let transport: Box<dyn Transport> = match setup.smtp {
        Some((number, patience)) => {
            let url = format!("smtp://127.0.0.1:{number}");
            Box::new(Smtp::with_timeout(&url, None, "id.example.jp", patience).unwrap())
        }
        None => Box::new(ToMemory(Arc::clone(post))),
    };
    app::World { clock: clock.clone(), entropy: Arc::new(Seeded::new(seed)), transport: Some(transport) }
}

fn load(path: &Path, setup: &Setup) -> Configuration {
    Configuration::load(path, setup.environment()).unwrap_or_else(|findings| panic!("{findings}"))
}

async fn make_template() -> Template {
    let folder = tempfile::tempdir().unwrap();
    MasterKeys::create(&folder.path().join("master.key"), &Seeded::new(99)).unwrap();
    let (postgres, database) = match env::var("IDP_TEST_POSTGRES") {
        Ok(_) => {
            let (name, url) = postgres_database(None).await;
            (Some(name), url)
        }
        Err(_) => (None, "sqlite://idp.db".to_owned()),
    };
    let setup = Setup::default();
    setup.write(folder.path(), &database);
    let url = load(&folder.path().join("idp.toml"), &setup).database_url;
    let store = Store::open(url.expose(), StoreOptions::default()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let (clock, post) = (Arc::new(StoppedClock::at(MORNING)), Arc::new(Memory::new()));
    let app = run(folder.path(), &setup, &clock, &post, 98).await.app;
    for tenant in &app.tenants() {
        app.flows().rotate_due_keys(&tenant.id).await.unwrap();
        let upstream = UpstreamId::new("university");
        app.flows().import_accounts(tenant, &upstream, PEOPLE.as_bytes(), false, |_, _| {}).await.unwrap();
    }
    app.flows().store.close().await;
    Template { folder, postgres }
}

/// A fresh database on the server that `IDP_TEST_POSTGRES` names: its name and its URL.
async fn postgres_database(template: Option<&str>) -> (String, String) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = env::var("IDP_TEST_POSTGRES").unwrap();
    let name = format!("idp_world_{}_{}", process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = SeaOrm::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.unwrap();
    let like = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}{like}")).await.unwrap();
    admin.close().await.unwrap();
    let mut url = Url::parse(&server).unwrap();
    url.set_path(&name);
    (name, url.to_string())
}
