//! What Monban costs, beside what its bare parts cost on the same machine in the same run.
//!
//! `cargo bench -p idp` (about two minutes). The server has the first processor to itself, the generator the second;
//! "CPU" is the server's own time for one iteration. Nothing is asserted: read the table, compare it with the aims.
//! `cargo bench -p idp --bench bench -- resets` asks instead whether a known address can be told by the time of an answer.

mod bare;
mod floors;
mod keyed;
mod load;
mod process;
mod resets;
mod scenarios;
mod sign_in;
mod table;
mod wire;

use std::time::Duration;

use anyhow::Context;
use process::Server;
use table::Table;

fn main() -> anyhow::Result<()> {
    let mode = std::env::args().nth(1);
    // before any thread is there: all of them inherit it
    if mode.as_deref() == Some("bare") {
        return runtime()?.block_on(bare::serve());
    }
    process::pin_myself()?;
    if mode.as_deref() == Some("resets") {
        return runtime()?.block_on(resets::measure(std::env::args().nth(2).as_deref()));
    }
    runtime()?.block_on(measure())
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().context("a runtime")
}

async fn measure() -> anyhow::Result<()> {
    let mut table = Table::default();
    table.heading("floors: the bare parts");
    let bare = {
        let server = Server::bare().await?;
        let cost = load::run(&server, scenarios::fixed(bare::request(server.port))).await?;
        table.row("bare axum route, 1 kB of JSON", &cost, None);
        cost
    };
    table.bare = Some(bare.cpu_per_iteration);
    floors::measure(&mut table).await?;

    let folder = tempfile::tempdir()?;
    scenarios::write_client(folder.path())?;
    keyed::write_client(folder.path())?;
    let mut server = Server::demo(folder.path()).await?;
    let students = sign_in::students(&server, 4).await?;

    table.heading("the provider");
    let discovery = scenarios::get(&server, "/.well-known/openid-configuration");
    table.row("discovery", &load::run(&server, scenarios::fixed(discovery)).await?, Some(1.5));
    let jwks = scenarios::get(&server, "/jwks");
    table.row("jwks", &load::run(&server, scenarios::fixed(jwks)).await?, Some(1.5));
    let page = sign_in::page_request(&server).await?;
    table.row("sign-in page", &load::run(&server, scenarios::fixed(page.clone())).await?, Some(8.0));
    let unhurried = load::paced(&server, scenarios::fixed(page), 200).await?;
    table.waits("sign-in page, 200 a second", &unhurried, Duration::from_millis(5));

    let session = students.first().context("a student")?;
    let userinfo = scenarios::userinfo(&server, session).await?;
    table.row("userinfo", &load::run(&server, userinfo).await?, Some(7.0));
    let introspection = scenarios::introspection(&server, session).await?;
    table.row("introspection", &load::run(&server, introspection).await?, Some(7.0));
    let refresh = scenarios::refresh(&server, session).await?;
    table.row("refresh with rotation, on disk", &load::run(&server, refresh).await?, Some(18.0));
    let code = scenarios::code_flow(&server, session);
    table.row("authorize + token, live session, on disk", &load::run(&server, code).await?, Some(30.0));
    table.row(
        "PAR + authorize + token, on disk",
        &load::run(&server, keyed::pushed_flow(&server, session)).await?,
        Some(45.0),
    );
    let own = scenarios::fixed(keyed::client_credentials(&server));
    table.row("client credentials, ES256 JWT", &load::run(&server, own).await?, Some(6.0));
    let bound = keyed::bound_token(&server)?;
    table.row("client credentials, bound by DPoP", &load::run(&server, bound).await?, Some(14.0));
    let bound = keyed::bound_userinfo(&server, session).await?;
    table.row("userinfo, bound by DPoP", &load::run(&server, bound).await?, Some(12.0));
    table.row("sign-in to the key page: 2 hashes, upstream, mail", &sign_in::load(&server, &students).await?, None);
    table.resident("the demo, after all this", server.resident()?, Some(64));

    table.heading("start on an existing database");
    for _ in 0..5 {
        table.start(server.restart().await?);
    }
    table.resident("the demo, just started", server.resident()?, Some(24));
    table.print()
}
