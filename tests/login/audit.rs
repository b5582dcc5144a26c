//! The trail: every event under its support code, nothing personal in it, and a chain that tells of tampering (SR-92).

use sea_orm::ConnectionTrait;

use crate::support::{
    World,
    clock::{HOUR, MINUTE},
    mailbox::Mail,
    setup::ISSUER,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

/// Everything a person or client can cause in the journeys of a login.
async fn a_full_day(world: &std::sync::Arc<World>) -> Vec<String> {
    let mut secrets = vec![
        SECOND_PASSWORD.to_owned(),
        "university-1".into(),
        "s2025001".into(),
        "mail.example".into(),
        "佐藤".into(),
    ];
    let mut student = world.student().await;
    let page = student.begins().await;
    student.password = "wrong".into();
    let page = student.types_university_password(&page).await;
    student.password = "university-1".into();
    let page = student.types_university_password(&page).await;
    let page = student.enters_second_password(&page, "Wrong7Harbor").await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    let key = student.key().await;
    let page = student.enters_key(&page, &wrong(&key)).await;
    world.clock.pass(MINUTE);
    let page = student.asks_for_a_new_key(&page).await;
    let page = student.browser.click(&page, "ok").await;
    let key = student.key().await;
    let page = student.enters_key(&page, &key).await;
    secrets.extend(student.mails().await.iter().map(Mail::digits));
    secrets.push(page.code());
    let tokens = world.service().redeem(&page.code()).await;
    secrets.push(tokens.text("access_token"));
    student.browser.open(&world.service().logout_url(&[("id_token_hint", &tokens.text("id_token"))])).await;
    world.service().redeem(&page.code()).await;
    let mut stranger = world.service();
    stranger.secret = Some("guessed-secret".into());
    stranger.redeem("x").await;
    secrets.push("guessed-secret".into());
    secrets.push("203.0.113.77".into());
    secrets
}

#[tokio::test]
async fn each_event_of_a_login_stands_under_its_support_code_in_order() {
    let world = World::with_auth_key().await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let first = world.trail(&page.support_code()).await;
    assert_eq!(events(&first), ["account.created", "login.university_proven", "email.requested", "email.registered"]);

    let page = student.passes_the_university().await;
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    let second = world.trail(&page.support_code()).await;
    assert_eq!(events(&second), ["login.university_proven", "second_password.set"]);
    for row in first.iter().chain(&second) {
        assert_eq!(row.entry.tenant, "demo");
        assert_eq!(row.entry.client.as_deref().unwrap_or("certificate-service"), "certificate-service");
        assert!(row.entry.account.is_some(), "{}", row.event);
    }
}

#[tokio::test]
async fn the_trail_holds_no_name_no_address_and_no_secret() {
    let world = World::with_auth_key().await;
    let secrets = a_full_day(&world).await;
    let trail = world.whole_trail().await;
    let expected = [
        "account.created",
        "login.university_proven",
        "upstream.failed",
        "email.requested",
        "email.registered",
        "second_password.set",
        "second_password.failed",
        "second_password.proven",
        "auth_key.sent",
        "auth_key.failed",
        "auth_key.reissued",
        "auth_key.proven",
        "login.completed",
        "logout",
        "client.authentication_failed",
    ];
    for event in expected {
        assert!(events(&trail).contains(&event), "{event} is missing");
    }
    for row in &trail {
        let text = format!("{row:?}");
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{secret} stands in {text}");
        }
        assert!(row.entry.address_prefix.as_deref().is_none_or(|prefix| prefix == "203.0.113.0/24"), "{text}");
    }
}

#[tokio::test]
async fn a_used_code_presented_again_stands_in_the_trail() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.signs_in().await;
    world.service().redeem(&page.code()).await;
    world.service().redeem(&page.code()).await;
    assert!(events(&world.whole_trail().await).contains(&"grant.code_reused"));
}

#[tokio::test]
async fn an_untouched_chain_holds_and_tells_how_much_is_sealed() {
    let world = World::with_auth_key().await;
    a_full_day(&world).await;
    let rows = world.flows().verify_audit().await.unwrap().unsealed;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let verdict = world.flows().verify_audit().await.unwrap();
    assert_eq!((verdict.sealed, verdict.unsealed), (rows, 0));
    assert!(verdict.broken.is_empty());
    world.restart().await;
    world.browser().open(&format!("{ISSUER}/authorize?client_id=nobody")).await;
    let verdict = world.flows().verify_audit().await.unwrap();
    assert_eq!((verdict.sealed, verdict.unsealed), (rows, 1), "unsealed is not broken");
}

/// Whoever owns the database can take its guards away.
async fn without_guards(database: &impl ConnectionTrait) {
    if database.get_database_backend() == sea_orm::DbBackend::Postgres {
        for table in ["audit_event", "audit_seal", "audit_checkpoint"] {
            database.execute_unprepared(&format!("ALTER TABLE {table} DISABLE TRIGGER USER")).await.unwrap();
        }
        return;
    }
    let listed = sea_orm::Statement::from_string(
        sea_orm::DbBackend::Sqlite,
        "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    );
    for row in database.query_all_raw(listed).await.unwrap() {
        let name: String = row.try_get("", "name").unwrap();
        database.execute_unprepared(&format!("DROP TRIGGER {name}")).await.unwrap();
    }
}

#[tokio::test]
async fn the_database_itself_keeps_the_trail_from_being_changed() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let database = world.raw_database().await;
    for statement in [
        "UPDATE audit_event SET event = 'logout'",
        "DELETE FROM audit_event",
        "UPDATE audit_seal SET mac = ''",
        "DELETE FROM audit_seal",
    ] {
        assert!(database.execute_unprepared(statement).await.is_err(), "{statement}");
    }
    assert!(world.flows().verify_audit().await.unwrap().broken.is_empty());
}

async fn tampered(statement: &str) -> idp::flows::TrailVerdict {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let database = world.raw_database().await;
    without_guards(&database).await;
    database.execute_unprepared(statement).await.unwrap();
    world.flows().verify_audit().await.unwrap()
}

#[tokio::test]
async fn a_changed_row_breaks_the_chain() {
    let event = "UPDATE audit_event SET event = 'logout' WHERE event = 'login.completed'";
    assert_eq!(tampered(event).await.broken.len(), 1);
    let account = "UPDATE audit_event SET login = 'AAAAAAAA' WHERE event = 'login.completed'";
    assert_eq!(tampered(account).await.broken.len(), 1);
}

#[tokio::test]
async fn a_row_taken_out_is_missed() {
    let gone = "DELETE FROM audit_event WHERE event = 'second_password.proven'";
    assert_eq!(tampered(gone).await.missing, 1);
}

#[tokio::test]
async fn a_row_taken_out_with_its_seal_is_missed_too() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let database = world.raw_database().await;
    without_guards(&database).await;
    let row = "(SELECT id FROM audit_event WHERE event = 'second_password.proven')";
    database.execute_unprepared(&format!("DELETE FROM audit_seal WHERE row_id IN {row}")).await.unwrap();
    database.execute_unprepared("DELETE FROM audit_event WHERE event = 'second_password.proven'").await.unwrap();
    assert_eq!(world.flows().verify_audit().await.unwrap().missing, 1);
}

#[tokio::test]
async fn rows_kept_long_enough_go_behind_a_signed_checkpoint_and_the_rest_still_holds() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let old = world.flows().verify_audit().await.unwrap().sealed;
    world.clock.pass(2 * HOUR);
    student.signs_in().await;
    while world.flows().seal_audit().await.unwrap() > 0 {}
    let all = world.flows().verify_audit().await.unwrap().sealed;

    assert_eq!(world.flows().drop_old_audit(3 * HOUR).await.unwrap(), 0, "nothing is that old");
    assert_eq!(world.flows().drop_old_audit(HOUR).await.unwrap(), old);
    let verdict = world.flows().verify_audit().await.unwrap();
    assert_eq!((verdict.sealed, verdict.missing, verdict.forged_checkpoint), (all - old, 0, false));
    assert!(verdict.broken.is_empty());

    let database = world.raw_database().await;
    without_guards(&database).await;
    database.execute_unprepared("UPDATE audit_checkpoint SET at = at + 1").await.unwrap();
    assert!(world.flows().verify_audit().await.unwrap().forged_checkpoint);
}
