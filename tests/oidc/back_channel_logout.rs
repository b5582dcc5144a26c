//! OpenID Connect Back-Channel Logout 1.0 (protocol.md §6, SR-12).

use std::{sync::Arc, time::Duration};

use idp::domain::{
    ids::{ClientId, LogoutNoticeId, SessionId, Subject},
    logout_notice::LogoutNotice,
};
use uuid::Uuid;

use crate::support::{
    Student, World,
    backchannel::Backchannel,
    client::{Answer, claims},
    setup::{ISSUER, Setup},
};

struct Told {
    world: Arc<World>,
    student: Student,
    tokens: Answer,
    service: Backchannel,
}

impl Told {
    async fn signed_in() -> Self {
        let service = Backchannel::listen().await;
        let setup = Setup::default().client(&format!("backchannel_logout_uri = \"{}\"", service.address()));
        let world = World::with(setup).await;
        let mut student = world.student().await;
        let page = student.signs_in_for(&[]).await;
        let tokens = world.service().redeem(&page.code()).await;
        Self { world, student, tokens, service }
    }

    async fn signs_out(&mut self) {
        let hint = self.tokens.text("id_token");
        let page = self.student.browser.open(&self.world.service().logout_url(&[("id_token_hint", &hint)])).await;
        assert_eq!(page.id(), "signed-out");
    }

    /// One round of the worker.
    async fn works(&self) {
        self.world.flows().tell_clients_of_logout(&self.world.configuration().tenants).await.unwrap();
    }

    fn logout_token(&self, index: usize) -> String {
        let heard = self.service.heard();
        heard[index].strip_prefix("logout_token=").expect("a form with only the logout token").to_owned()
    }
}

#[tokio::test]
async fn nobody_is_told_twice() {
    let mut told = Told::signed_in().await;
    told.signs_out().await;
    told.works().await;
    told.world.clock.pass(Duration::from_hours(1));
    told.works().await;
    assert_eq!(told.service.heard().len(), 1);
}

#[tokio::test]
async fn a_client_that_is_away_is_told_later_by_a_token_of_its_own_even_after_a_restart() {
    let mut told = Told::signed_in().await;
    told.service.answers([503, 200]);
    told.signs_out().await;
    told.works().await;
    told.works().await;
    assert_eq!(told.service.heard().len(), 1, "not before its time");
    told.world.restart().await;
    told.world.clock.pass(Duration::from_secs(10));
    told.works().await;
    assert_eq!(told.service.heard().len(), 2);
    let [first, second] = [0, 1].map(|index| claims(&told.logout_token(index)));
    assert_ne!(first["jti"], second["jti"]);
    assert!(second["iat"].as_i64() > first["iat"].as_i64());
}

#[tokio::test]
async fn a_client_that_refuses_is_left_alone_and_one_that_never_answers_for_a_day_too() {
    let mut told = Told::signed_in().await;
    told.service.answers([400]);
    told.signs_out().await;
    told.works().await;
    told.world.clock.pass(Duration::from_hours(1));
    told.works().await;
    assert_eq!(told.service.heard().len(), 1);

    let mut told = Told::signed_in().await;
    told.service.answers([500; 8]);
    told.signs_out().await;
    told.works().await;
    told.world.clock.pass(Duration::from_hours(24));
    told.works().await;
    told.world.clock.pass(Duration::from_hours(1));
    told.works().await;
    assert_eq!(told.service.heard().len(), 2);
}

#[tokio::test]
async fn two_workers_send_one_token() {
    let mut told = Told::signed_in().await;
    told.signs_out().await;
    tokio::join!(told.works(), told.works(), told.works());
    assert_eq!(told.service.heard().len(), 1);
}

/// A notice for a client of that name, as a session's end would leave it.
async fn owes(world: &Arc<World>, client: &str, session: u128) {
    let now = world.now();
    let notice = LogoutNotice {
        id: LogoutNoticeId(Uuid::from_u128(session)),
        tenant: world.tenant().id.clone(),
        client: ClientId::new(client),
        subject: Subject("somebody".into()),
        session: SessionId(Uuid::from_u128(session)),
        attempts: 0,
        next_attempt_at: now,
        created_at: now,
    };
    let notice = &notice;
    let written = world.flows().store.write(|tx| async move { tx.insert_logout_notice(notice).await }).await;
    written.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_answer_holds_up_nobody_else() {
    let (slow, quick) = (Backchannel::listen().await, Backchannel::listen().await);
    slow.holds();
    let listens = |id: &str, at: &Backchannel| {
        let file = crate::support::setup::client(id);
        format!("{file}token_endpoint_auth_method = \"none\"\nbackchannel_logout_uri = \"{}\"\n", at.address())
    };
    let setup = Setup::default();
    let setup =
        setup.further_client("slow", &listens("slow", &slow)).further_client("quick", &listens("quick", &quick));
    let world = World::with(setup).await;
    for session in 1..=100 {
        owes(&world, "slow", session).await;
    }
    owes(&world, "quick", 101).await;
    let (flows, tenants) = (world.flows(), world.configuration().tenants);
    let worker = tokio::spawn(async move { flows.tell_clients_of_logout(&tenants).await });
    quick.hears(1).await;
    slow.hears(4).await;
    // What comes while they all wait is told at once, too.
    owes(&world, "quick", 102).await;
    world.flows().logout_bell().notify_one();
    quick.hears(2).await;
    assert!(slow.heard().len() < 50, "it is not stormed either");
    worker.abort();
}

#[tokio::test]
async fn a_client_that_was_given_nothing_in_this_session_hears_nothing() {
    let service = Backchannel::listen().await;
    let other = format!(
        "{}token_endpoint_auth_method = \"none\"\nbackchannel_logout_uri = \"{}\"\n",
        crate::support::setup::client("other"),
        service.address()
    );
    let world = World::with(Setup::default().further_client("other", &other)).await;
    let mut student = world.student().await;
    let tokens = world.service().redeem(&student.signs_in_for(&[]).await.code()).await;
    let url = world.service().logout_url(&[("id_token_hint", &tokens.text("id_token"))]);
    student.browser.open(&url).await;
    world.flows().tell_clients_of_logout(&world.configuration().tenants).await.unwrap();
    assert!(service.heard().is_empty());
}

#[tokio::test]
async fn discovery_says_so() {
    let world = World::start().await;
    let answer = world
        .service()
        .send(crate::support::browser::Call::get(&format!("{ISSUER}/.well-known/openid-configuration")))
        .await;
    assert_eq!(answer.json()["backchannel_logout_supported"], true);
    assert_eq!(answer.json()["backchannel_logout_session_supported"], true);
}
