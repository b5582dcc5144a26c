//! idp account show, unlock, suspend, erase, export: finding one account, and what each act leaves.

use std::os::unix::fs::PermissionsExt;

use idp::domain::account::Account;
use sea_orm::{ConnectionTrait, Statement};

use super::idp;
use crate::support::{
    Student, World,
    clock::{HOUR, MINUTE},
    setup::Setup,
    student::{SECOND_PASSWORD, wrong},
    world::events,
};

pub async fn account_of(world: &World, student: &Student) -> Account {
    let found = world.flows().store.accounts_by_user_id(&world.tenant().id, &student.user_id).await.unwrap();
    found.into_iter().next().expect("an account")
}

#[tokio::test]
async fn an_account_is_found_by_user_id_support_code_and_subject() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    let subject = account_of(&world, &student).await.subject.to_string();
    for name in [student.user_id.as_str(), &page.support_code(), &page.support_code().to_lowercase(), &subject] {
        let shown = idp(&world, &["account", "show", name, "--json"]).await.json();
        assert_eq!(shown["subject"], subject, "{name}");
    }
    for (name, kind) in [(student.user_id.as_str(), "subject"), (&subject, "user-id"), ("s2025009", "user-id")] {
        let error = idp(&world, &["account", "show", name, "--as", kind]).await.error();
        assert_eq!(error, format!("no account goes by {name}"));
    }
    let error = idp(&world, &["account", "show", &student.user_id, "--tenant", "nowhere"]).await.error();
    assert_eq!(error, "there is no tenant nowhere");
}

#[tokio::test]
async fn an_old_support_code_leads_to_the_account_by_its_trail() {
    let world = World::start().await;
    let mut student = world.student().await;
    let code = student.reaches_second_password().await.support_code();
    world.clock.pass(HOUR * 30);
    world.flows().purge(HOUR * 24).await.unwrap();
    let shown = idp(&world, &["account", "show", &code, "--json"]).await.json();
    assert_eq!(shown["user_id"], student.user_id);
}

#[tokio::test]
async fn a_name_of_two_tenants_accounts_is_an_error_that_lists_them() {
    let world = World::start().await;
    let mut here = world.student().await;
    here.browser.forget_cookies();
    let mut service = world.service();
    service.issuer = "https://other.example.jp".into();
    let mut there = world.newcomer();
    let page = there.browser.open(&service.url(&[])).await;
    there.types_university_password(&page).await;
    let error = idp(&world, &["account", "show", "s2025001"]).await.error();
    assert!(error.starts_with("2 accounts go by s2025001; name one by its subject:"), "{error}");
    assert!(error.contains("tenant demo") && error.contains("tenant other"), "{error}");
    let shown = idp(&world, &["account", "show", "s2025001", "--tenant", "other", "--json"]).await.json();
    assert_eq!((&shown["tenant"], &shown["email"]), (&"other".into(), &serde_json::Value::Null));
}

#[tokio::test]
async fn show_tells_what_the_help_desk_needs_and_no_secret() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    let page = student.reaches_auth_key().await;
    let key = student.key().await;
    let text = idp(&world, &["account", "show", "s2025001"]).await.fine();
    for told in ["s2•••@mail.example", "auth-key", "sent", "250 kept", "auth_key.sent", &page.support_code()] {
        assert!(text.contains(told), "{told} in {text}");
    }
    for hidden in [key.as_str(), &student.email, "argon2"] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let json = idp(&world, &["account", "show", "s2025001", "--json", "--limit", "1"]).await.json();
    assert_eq!(json["mails"].as_array().unwrap().len(), 1);
    assert_eq!((json["mails"][0]["state"].as_str(), json["keys_stopped"].as_bool()), (Some("sent"), Some(false)));
    assert!(!json.to_string().contains(&key) && !json.to_string().contains(&student.email));
}

#[tokio::test]
async fn unlock_ends_the_lock_at_once() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut page = student.reaches_second_password().await;
    for _ in 0..5 {
        page = student.enters_second_password(&page, "Wrong1Password").await;
        world.clock.pass(MINUTE / 2);
    }
    assert_eq!(page.id(), "locked");
    assert!(idp(&world, &["account", "show", "s2025001"]).await.fine().contains("LOCKED until"));
    let said = idp(&world, &["account", "unlock", "s2025001", "--reason", "ID card seen"]).await.fine();
    assert!(said.contains("wrong tries forgotten: second-password"), "{said}");
    let page = student.browser.reload(&page).await;
    assert_eq!(page.id(), "second-password");
    assert!(student.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
}

#[tokio::test]
async fn unlock_ends_a_lock_that_no_time_ends() {
    let world = World::with(Setup::default().set("limits.second_password.max_wrong_in_a_row", "20")).await;
    let mut student = world.student().await;
    for _ in 0..4 {
        let mut page = student.reaches_second_password().await;
        for _ in 0..5 {
            page = student.enters_second_password(&page, "Wrong1Password").await;
            world.clock.pass(MINUTE / 2);
        }
        world.clock.pass(HOUR);
    }
    assert_eq!(student.passes_the_university().await.id(), "locked");
    idp(&world, &["account", "unlock", "s2025001", "--reason", "ID card seen"]).await.fine();
    assert!(student.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn unlock_ends_e_70() {
    let setup = Setup::default().set("policy.two_factor", "required").set("limits.auth_key.max_wrong_in_a_row", "20");
    let world = World::with(setup).await;
    let mut student = world.student().await;
    for _ in 0..4 {
        let mut page = student.reaches_auth_key().await;
        let key = student.key().await;
        for _ in 0..5 {
            page = student.enters_key(&page, &wrong(&key)).await;
            if page.id() == "message" {
                break;
            }
        }
        world.clock.pass(10 * MINUTE);
    }
    assert_eq!(student.reaches_auth_key().await.errors(), ["E-70"]);
    idp(&world, &["account", "unlock", "s2025001", "--reason", "asked at the counter"]).await.fine();
    world.clock.pass(HOUR);
    assert!(student.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn each_act_stands_in_the_trail_with_who_and_why() {
    let world = World::start().await;
    world.student().await;
    for (by, told) in [(None, None), (Some("desk 3"), Some("desk 3"))] {
        let mut words = vec!["account", "unlock", "s2025001", "--reason", "ID card seen"];
        words.extend(by.map(|by| ["--by", by]).into_iter().flatten());
        idp(&world, &words).await.fine();
        let trail = world.whole_trail().await;
        let row = trail.iter().rfind(|row| row.event == "account.unlocked").unwrap();
        let detail: serde_json::Value = serde_json::from_str(&row.entry.detail).unwrap();
        assert_eq!(detail["reason"], "ID card seen");
        let system_user = detail["system_user"].as_str().unwrap();
        assert!(!system_user.is_empty());
        assert_eq!(detail["by"], told.unwrap_or(system_user));
    }
    let long = "x".repeat(201);
    for reason in ["", "  ", "two\nlines", &long] {
        let error = idp(&world, &["account", "unlock", "s2025001", "--reason", reason]).await.error();
        assert!(error.starts_with("--reason must be one line"), "{error}");
    }
}

#[tokio::test]
async fn a_suspended_account_is_out_at_once_and_unlock_lets_it_in_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    let code = student.signs_in_for(&[("scope", "openid offline_access")]).await.code();
    let tokens = world.service().redeem(&code).await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    assert_eq!(world.service().userinfo(&access).await.status(), 200);
    let said = idp(&world, &["account", "suspend", "s2025001", "--reason", "reported stolen"]).await.fine();
    assert!(said.contains("suspended"), "{said}");

    // When the command has ended, no cache of the serving process knows better.
    assert_eq!(world.service().userinfo(&access).await.status(), 401);
    assert_eq!(world.service().refresh(&refresh).await.error(), "invalid_grant");
    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in", "the session has ended");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    let trail = world.whole_trail().await;
    assert!(events(&trail).contains(&"account.suspended") && events(&trail).contains(&"session.ended"));
    assert!(
        idp(&world, &["account", "suspend", "s2025001", "--reason", "again"]).await.fine().contains("nothing to do")
    );

    let said = idp(&world, &["account", "unlock", "s2025001", "--reason", "found again"]).await.fine();
    assert!(said.contains("suspension ended"), "{said}");
    student.browser.forget_cookies();
    assert!(student.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn an_account_that_is_suspended_meanwhile_gets_p_24_with_the_way_back() {
    let world = World::start().await;
    let mut student = world.student().await;
    let page = student.reaches_second_password().await;
    idp(&world, &["account", "suspend", "s2025001", "--reason", "reported stolen"]).await.fine();
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "not-eligible");
    assert!(page.text().contains("このユーザIDは現在ご利用いただけません"), "{}", page.text());
    let page = student.browser.click(&page, "back-to-service").await;
    assert_eq!(page.parameter("error").as_deref(), Some("access_denied"), "{}", page.url);
}

#[tokio::test]
async fn an_erased_account_leaves_its_trail_and_a_mark_only() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let account = account_of(&world, &student).await;
    let error = idp(&world, &["account", "erase", "s2025001", "--reason", "asked by letter"]).await.error();
    assert!(error.contains("--yes"), "{error}");
    assert!(world.flows().store.account(account.id).await.unwrap().is_some());

    idp(&world, &["account", "erase", "s2025001", "--reason", "asked by letter", "--yes"]).await.fine();
    let raw = world.raw_database().await;
    for table in idp::store::ERASED {
        let text = format!("SELECT COUNT(*) FROM {table} WHERE account = '{}'", account.id);
        let row = raw.query_one_raw(Statement::from_string(raw.get_database_backend(), text)).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0, "{table}");
    }
    assert!(world.flows().store.account(account.id).await.unwrap().is_none());
    assert!(world.flows().store.is_erased(&account.tenant, &account.subject).await.unwrap());
    let trail = world.whole_trail().await;
    let mut of_account = trail.iter().filter(|row| row.entry.account == Some(account.id.to_string()));
    assert!(of_account.clone().count() > 5, "the trail stays");
    assert_eq!(of_account.next_back().unwrap().event, "account.erased");
    assert_eq!(student.begins().await.id(), "sign-in", "no session is left");
    assert_eq!(idp(&world, &["account", "show", "s2025001"]).await.error(), "no account goes by s2025001");
    let page = student.passes_the_university().await;
    assert_eq!(page.errors(), ["E-06"], "the directory knows nobody of this name any more");
}

#[tokio::test]
async fn an_erased_subject_is_never_given_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let account = &account_of(&world, &student).await;
    idp(&world, &["account", "erase", "s2025001", "--reason", "asked by letter", "--yes"]).await.fine();
    let store = world.flows().store.clone();
    let again = store.write(|tx| async move { tx.insert_account(account).await }).await;
    assert!(again.is_err());
}

/// A new table with an account's data must be named in `store/erase.rs`, one way or the other.
#[tokio::test]
async fn every_table_that_names_an_account_is_known_to_the_erasing() {
    let world = World::start().await;
    let raw = world.raw_database().await;
    let text = match raw.get_database_backend() {
        sea_orm::DbBackend::Sqlite => {
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'account'"
        }
        _ => {
            "SELECT table_name::text FROM information_schema.columns WHERE column_name = 'account' AND table_schema = current_schema()"
        }
    };
    let rows = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), text)).await.unwrap();
    let mut tables: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    tables.sort_unstable();
    let mut known: Vec<&str> = idp::store::ERASED.into_iter().chain(idp::store::KEPT).collect();
    known.sort_unstable();
    assert_eq!(tables, known);
}

#[tokio::test]
async fn an_export_holds_all_of_one_person_and_nothing_that_opens_a_door() {
    let world = World::with_auth_key().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let exported = idp(&world, &["account", "export", "s2025001"]).await.json();
    assert_eq!(exported["email"]["address"], student.email);
    assert_eq!(exported["attributes"]["student_number"], "2025001");
    assert_eq!(exported["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(exported["grants"][0]["client"], "certificate-service");
    assert_eq!(exported["mails"][0]["to"], student.email);
    assert!(exported["trail"].as_array().unwrap().iter().any(|event| event["event"] == "login.completed"));
    let text = exported.to_string();
    for hidden in ["argon2", "university-1", SECOND_PASSWORD, &student.key().await] {
        assert!(!text.contains(hidden), "{hidden}");
    }

    let file = world.folder().join("s2025001.json");
    let path = file.to_str().unwrap();
    idp(&world, &["account", "export", "s2025001", "--out", path]).await.fine();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(idp(&world, &["account", "export", "s2025001", "--out", path]).await.error().contains("cannot write"));
}
