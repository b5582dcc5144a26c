//! `idp demo`: provider, university, certificate service and mailbox in one process, on embedded parts.

use std::{
    io::Write,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use tokio::{net::TcpListener, sync::watch};
use url::Url;

use crate::{
    app::{App, World, install_metrics},
    cli::{
        Outcome, house, logging,
        serve::{listen, stop_signal},
    },
    config::{
        Configuration,
        demo::{self, DemoValues, SAMPLE_SECRET, STUDENTS},
    },
    demo::{certificate_service::CertificateService, mailbox::Mailbox},
    domain::{
        clock::Clock,
        entropy::Entropy,
        ids::UpstreamId,
        secret::{Secret, sha256_hex},
    },
    keys::MasterKeys,
};

#[derive(Debug, Args)]
pub struct Arguments {
    /// N: the provider; N+1 university, N+2 certificate service, N+3 mailbox, N+4 admin, N+25 SMTP
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// Where the demo keeps its data
    #[arg(long, default_value = "data/demo", value_name = "DIR")]
    data: PathBuf,
    /// Further client files for the demo tenant
    #[arg(long, value_name = "DIR")]
    clients: Option<PathBuf>,
    /// The demo tenant's outside address, behind a TLS proxy on this machine
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

pub async fn run(arguments: Arguments, environment: Vec<(String, String)>) -> anyhow::Result<Outcome> {
    let world = World::default();
    let configuration = prepare(&arguments, &*world.entropy, environment)?;
    logging::start(&configuration.telemetry)?;
    let listeners = Listeners::bind(arguments.port).await?;
    let mailbox = Mailbox::open(Some(&arguments.data), Arc::clone(&world.clock))?;
    let (clock, entropy) = (Arc::clone(&world.clock), Arc::clone(&world.entropy));
    let app = App::build(configuration, world).await?;
    import_students(&app, &arguments.data).await?;
    let metrics = install_metrics()?;

    let stopped = stop_signal()?;
    let Listeners { provider, university, service, mailbox_pages, admin, smtp } = listeners;
    let service_router = certificate_service(&app, arguments.port, clock, entropy)?;
    let service = tokio::spawn(app.server(service_router).serve(service, stopped.clone()));
    let pages = tokio::spawn(app.server(Arc::clone(&mailbox).router()).serve(mailbox_pages, stopped.clone()));
    let mut stop_smtp = stopped.clone();
    let smtp = tokio::spawn(mailbox.serve_smtp(smtp, async move {
        let _ = stop_smtp.wait_for(|stop| *stop).await;
    }));
    let serving = app.serve(vec![provider, university], (admin, metrics), stopped.clone());
    tokio::try_join!(serving, announce_when_ready(&arguments, &app, stopped))?;
    service.await??;
    pages.await??;
    smtp.await?;
    Ok(Outcome::Fine)
}

/// Writes the configuration that the demo runs on, and what must exist before it is loaded.
fn prepare(
    arguments: &Arguments,
    entropy: &dyn Entropy,
    environment: Vec<(String, String)>,
) -> anyhow::Result<Configuration> {
    let data = &arguments.data;
    std::fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
    let values =
        DemoValues { port: arguments.port, issuer: arguments.issuer.clone(), clients: arguments.clients.clone() };
    let path = demo::write(data, &values, entropy).context("the demo's configuration cannot be written")?;
    let configuration = house::configuration(&path, environment)?;
    if !configuration.master_key_file.exists() {
        MasterKeys::create(&configuration.master_key_file, entropy)?;
    }
    Ok(configuration)
}

/// Brings the sample students in, if these very ones are not there yet.
async fn import_students(app: &App, data: &Path) -> anyhow::Result<()> {
    let (mark, wanted) = (data.join("students.sha256"), sha256_hex(STUDENTS.as_bytes()));
    if std::fs::read_to_string(&mark).is_ok_and(|present| present == wanted) {
        return Ok(());
    }
    let university = house::tenant(app, Some("university"))?;
    let directory = UpstreamId::new("directory");
    app.flows().import_accounts(&university, &directory, STUDENTS.as_bytes(), false, |_, _| {}).await?;
    std::fs::write(mark, wanted)?;
    Ok(())
}

fn certificate_service(
    app: &App,
    port: u16,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> anyhow::Result<axum::Router> {
    let tenant = house::tenant(app, Some("demo"))?;
    let service = CertificateService {
        issuer: Url::parse(tenant.issuer.as_str())?,
        base: Url::parse(&format!("http://localhost:{}", port + 2))?,
        client_id: "certificate-service".to_owned(),
        client_secret: Secret::new(SAMPLE_SECRET),
    };
    service.router(clock, entropy)
}

struct Listeners {
    provider: TcpListener,
    university: TcpListener,
    service: TcpListener,
    mailbox_pages: TcpListener,
    admin: TcpListener,
    smtp: TcpListener,
}

impl Listeners {
    async fn bind(port: u16) -> anyhow::Result<Self> {
        let at = |offset: u16| (Ipv4Addr::LOCALHOST, port + offset).into();
        Ok(Self {
            provider: listen(at(0)).await?,
            university: listen(at(1)).await?,
            service: listen(at(2)).await?,
            mailbox_pages: listen(at(3)).await?,
            admin: listen(at(4)).await?,
            smtp: listen(at(25)).await?,
        })
    }
}

/// Whoever reads the addresses can sign in: at the first start the university's keys take their time too.
async fn announce_when_ready(
    arguments: &Arguments,
    app: &App,
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let flows = app.flows();
    let ready = async {
        for tenant in app.tenants() {
            // On a machine that is slower than anybody's patience they are made behind the table.
            let _ = flows.published_keys(&tenant).await;
        }
    };
    tokio::select! {
        () = ready => announce(arguments, app),
        _ = stopped.wait_for(|stop| *stop) => Ok(()),
    }
}

fn announce(arguments: &Arguments, app: &App) -> anyhow::Result<()> {
    let port = arguments.port;
    let issuer = house::tenant(app, Some("demo"))?.issuer.as_str().to_owned();
    let out = &mut std::io::stdout().lock();
    writeln!(out, "\nMonban demo: open the certificate service and press ログイン. Ctrl-C ends it.\n")?;
    let rows = [
        ("certificate service", format!("http://localhost:{}", port + 2), "start here"),
        ("mailbox", format!("http://localhost:{}", port + 3), "every mail arrives here"),
        ("identity provider", issuer, "tenant demo"),
        ("The University", format!("http://localhost:{}", port + 1), "tenant university"),
        ("admin listener", format!("http://localhost:{}", port + 4), "/health/ready, /metrics"),
        ("SMTP", format!("localhost:{}", port + 25), ""),
    ];
    for (what, address, note) in rows {
        writeln!(out, "  {what:<20} {address:<26} {note}")?;
    }
    writeln!(out, "\n  students             s2025001 … s2025010        password university-1 … university-10")?;
    writeln!(out, "  staff, not eligible  s2024001                   password university")?;
    writeln!(out, "\n  configuration        {}", shown(&arguments.data.join("config/idp.toml")))?;
    out.flush()?;
    Ok(())
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
