//! idp account end and end-roster: whose enrolment has ended is served no longer (journeys J-17).

use std::io::Write;

use tempfile::NamedTempFile;

use super::idp;
use crate::support::{World, world::events};

const REASON: [&str; 2] = ["--reason", "graduated in March"];

fn roster(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

async fn end_all(world: &World, text: &str, more: &[&str]) -> super::Said {
    let file = roster(text);
    let words = [&["account", "end-roster", file.path().to_str().unwrap(), "--tenant", "demo"], &REASON[..], more];
    idp(world, &words.concat()).await
}

#[tokio::test]
async fn an_ended_enrolment_shuts_everything_at_once_and_unlock_opens_it_again() {
    let world = World::start().await;
    let mut student = world.student().await;
    let code = student.signs_in_for(&[("scope", "openid offline_access")]).await.code();
    let tokens = world.service().redeem(&code).await;
    let said = idp(&world, &[&["account", "end", "s2025001"], &REASON[..]].concat()).await.fine();
    assert!(said.contains("enrolment ended; sessions ended"), "{said}");

    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in", "no session is left");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert!(page.text().contains("卒業・修了・退学された方は"), "{}", page.text());
    let trail = world.whole_trail().await;
    let row = trail.iter().find(|row| row.event == "account.ended").unwrap();
    assert!(row.entry.detail.contains("graduated in March"), "{}", row.entry.detail);
    assert!(events(&trail).contains(&"session.ended"));
    let again = idp(&world, &[&["account", "end", "s2025001"], &REASON[..]].concat()).await.fine();
    assert!(again.contains("nothing to do"), "{again}");

    let said = idp(&world, &["account", "unlock", "s2025001", "--reason", "goes on in the master's course"]).await;
    assert!(said.fine().contains("enrolled again"));
    student.browser.forget_cookies();
    assert!(student.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn a_roster_ends_whom_it_names_and_nobody_else() {
    let world = World::start().await;
    let mut one = world.student().await;
    let mut other = world.another_student().await;
    assert!(other.signs_in().await.is_at_the_client());
    let text = "user_id,name\ns2025001,Taro\ns1999001,Never Came\ns2025001,Taro\n";
    let said = end_all(&world, text, &["--dry-run"]).await.fine();
    assert_eq!(said, "1 would be ended, 0 ended before, 1 never signed in.\n");
    assert!(one.signs_in().await.is_at_the_client(), "a dry run ends nothing");

    assert_eq!(end_all(&world, text, &[]).await.fine(), "1 ended, 0 ended before, 1 never signed in.\n");
    assert_eq!(end_all(&world, text, &[]).await.fine(), "0 ended, 1 ended before, 1 never signed in.\n");
    one.browser.forget_cookies();
    assert_eq!(one.passes_the_university().await.id(), "not-eligible");
    assert!(other.begins().await.is_at_the_client(), "a session of somebody else goes on");
}

#[tokio::test]
async fn a_roster_with_a_wrong_line_ends_nobody() {
    let world = World::start().await;
    let mut student = world.student().await;
    for (text, told) in [
        ("name\nTaro\n", "the file has no column user_id; its first line must name the columns"),
        ("user_id,name\ns2025001,Taro\n,Hanako\n", "line 3: user_id is empty"),
    ] {
        let error = end_all(&world, text, &[]).await.error();
        assert!(error.ends_with(&format!("was not taken: {told}")), "{error}");
    }
    let error = idp(&world, &[&["account", "end-roster", "nowhere.csv", "--tenant", "demo"], &REASON[..]].concat())
        .await
        .error();
    assert!(error.starts_with("cannot read nowhere.csv"), "{error}");
    assert!(student.signs_in().await.is_at_the_client());
}
