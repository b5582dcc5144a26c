//! A directory that is away, silent or another one than it should be: E-10, and nothing is told to it (SR-77, SR-78).

use std::{sync::Arc, time::Duration};

use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
};

use crate::support::{
    Page, World,
    clock::SECOND,
    setup::Setup,
    slapd::{Slapd, Upstream, another_authority},
    world::events,
};

async fn world_of(upstream: Upstream) -> Arc<World> {
    World::with(Setup::with_directory(upstream)).await
}

async fn signs_in(world: &Arc<World>) -> Page {
    let mut student = world.newcomer();
    let page = student.begins().await;
    student.types_university_password(&page).await
}

fn is_e_10(page: &Page) -> bool {
    page.status.as_u16() == 502 && page.error() == "E-10" && page.text().contains("テスト大学")
}

#[tokio::test]
async fn start_tls_is_as_good_as_tls_from_the_start() {
    let Some(slapd) = Slapd::with_start_tls(true).await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let world = world_of(slapd.upstream()).await;
    assert_eq!(signs_in(&world).await.id(), "register-email");
}

#[tokio::test]
async fn a_server_that_refuses_start_tls_is_told_nothing() {
    let Some(slapd) = Slapd::with_start_tls(false).await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let world = world_of(slapd.upstream()).await;
    let page = signs_in(&world).await;
    assert!(is_e_10(&page), "{} {}", page.id(), page.error());
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["upstream.failed"]);
}

/// What comes in before the connection is encrypted is one question: for StartTLS.
#[tokio::test]
async fn nothing_but_start_tls_is_said_in_the_clear() {
    let Some(slapd) = Slapd::start().await else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldap://localhost:{}", listener.local_addr().unwrap().port());
    let overheard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).await.unwrap();
        heard
    });
    let world = world_of(Upstream { url, ..slapd.upstream() }).await;
    assert!(is_e_10(&signs_in(&world).await), "the server is silent, and is not waited for");
    let heard = overheard.await.unwrap();
    let text = String::from_utf8_lossy(&heard);
    assert!(text.contains("1.3.6.1.4.1.1466.20037"), "{text}");
    for secret in ["s2025001", "university-1", "monban", "may search"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_or_name_is_not_believed() {
    let Some(slapd) = Slapd::start().await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let good = slapd.upstream();
    let foreign = Upstream { ca: another_authority(), ..good.clone() };
    let by_number = Upstream { url: good.url.replace("localhost", "127.0.0.1"), ..good.clone() };
    for (upstream, word) in [(foreign, "UnknownIssuer"), (by_number, "not valid for name")] {
        let world = world_of(upstream).await;
        let page = signs_in(&world).await;
        assert!(is_e_10(&page), "{word}: {} {}", page.id(), page.error());
        let detail = world.trail(&page.support_code()).await[0].entry.detail.clone();
        assert!(detail.contains(word), "{detail}");
    }
    assert_eq!(signs_in(&world_of(good).await).await.id(), "register-email");
}

#[tokio::test]
async fn a_service_account_that_is_refused_is_e_10_and_nobody_s_fault() {
    let Some(slapd) = Slapd::start().await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let world = world_of(Upstream { password: "changed meanwhile".into(), ..slapd.upstream() }).await;
    for _ in 0..6 {
        assert!(is_e_10(&signs_in(&world).await), "no try is counted, so this never becomes E-07");
    }
}

#[tokio::test]
async fn a_directory_that_comes_back_is_asked_again() {
    let Some(mut slapd) = Slapd::start().await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let world = world_of(slapd.upstream()).await;
    assert_eq!(signs_in(&world).await.id(), "register-email");
    slapd.stop();
    slapd.go_on();
    assert_eq!(signs_in(&world).await.id(), "register-email", "the connection that was kept is dead, and replaced");
    slapd.stop();
    for _ in 0..6 {
        assert!(is_e_10(&signs_in(&world).await), "and never E-07");
    }
    slapd.go_on();
    assert!(is_e_10(&signs_in(&world).await), "left alone for a moment");
    world.clock.pass(11 * SECOND);
    assert_eq!(signs_in(&world).await.id(), "register-email");
}

#[tokio::test]
async fn a_directory_that_hangs_stops_nobody_for_long_and_no_other_upstream() {
    let Some(slapd) = Slapd::start().await else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ldaps://localhost:{}", listener.local_addr().unwrap().port());
    let held = tokio::spawn(async move {
        let mut held: Vec<TcpStream> = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    });
    let other = "[[upstream]]\nid = \"graduates\"\nkind = \"directory\"\nname = { ja = \"卒業生\" }\n";
    let setup = Setup::with_directory(Upstream { url, ..slapd.upstream() }).tenant(other);
    let world = World::with(setup).await;
    world.import(&world.tenant(), "graduates").await;
    let waiting =
        tokio::time::timeout(Duration::from_secs(9), futures_util::future::join_all((0..3).map(|_| signs_in(&world))));
    let graduate = async {
        let mut browser = world.browser();
        let page = browser.open(&world.service().url(&[])).await;
        let typed = [("upstream", "graduates"), ("username", "s2025001"), ("password", "university-1")];
        browser.enter(&page, &typed).await
    };
    let (pages, graduate) = tokio::join!(waiting, graduate);
    assert_eq!(graduate.id(), "register-email");
    assert!(pages.expect("answered in time").iter().all(is_e_10));
    held.abort();
}
