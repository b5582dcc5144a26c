//! idp account move: a student who came back under another account of the university keeps the registration (journeys J-17).

use std::sync::Arc;

use super::{Said, account::account_of, idp};
use crate::support::{Student, World, clock::MINUTE, student::SECOND_PASSWORD, world::events};

/// The student of [`World::student`] with the account that the university has given them now.
fn under_the_new_account(world: &Arc<World>) -> Student {
    Student { email: world.newcomer().email, ..world.person("s2025002", "university-2") }
}

async fn moves(world: &World, from: &str, to: &str, more: &[&str]) -> Said {
    let words = ["account", "move", from, "--to", to, "--reason", "master's course, both ID cards seen"];
    idp(world, &[&words[..], more].concat()).await
}

#[tokio::test]
async fn the_new_account_signs_in_to_what_was_registered_and_the_address_is_told() {
    let world = World::start().await;
    let student = world.student().await;
    let before = account_of(&world, &student).await;
    let mut now = under_the_new_account(&world);
    assert_eq!(now.passes_the_university().await.id(), "register-email", "nothing is known of this account");

    let said = moves(&world, "s2025001", "s2025002", &[]).await.fine();
    assert!(said.contains("signs in as s2025002 now; the address was told (M-12)"), "{said}");
    let mail = student.mail().await;
    assert_eq!(mail.subject, "【証明書発行サービス】登録情報引き継ぎのお知らせ");
    assert!(!mail.text.contains("http") && !mail.text.contains("s2025"), "no link, no number: {}", mail.text);

    world.clock.pass(MINUTE);
    let page = now.passes_the_university().await;
    assert_eq!(page.id(), "second-password");
    assert!(now.enters_second_password(&page, SECOND_PASSWORD).await.is_at_the_client());
    let after = account_of(&world, &now).await;
    assert_eq!((after.id, &after.subject), (before.id, &before.subject), "clients know them by the same subject");
    assert_eq!(after.attributes.text("student_number"), Some("2025002"), "and the university's word is the new one");

    let mut former = world.newcomer();
    assert_eq!(former.passes_the_university().await.id(), "register-email", "the former account leads to nothing");
    let trail = world.whole_trail().await;
    let moved = trail.iter().find(|row| row.event == "account.moved").unwrap();
    assert!(moved.entry.detail.contains("both ID cards seen"), "{}", moved.entry.detail);
    assert!(events(&trail).contains(&"account.erased"));
}

#[tokio::test]
async fn what_is_open_at_either_account_ends() {
    let world = World::start().await;
    let mut student = world.student().await;
    let code = student.signs_in_for(&[("scope", "openid offline_access")]).await.code();
    let tokens = world.service().redeem(&code).await;
    world.clock.pass(MINUTE);
    let mut halfway = student.at_another_device();
    let before = halfway.reaches_second_password().await;
    let mut now = under_the_new_account(&world);
    let registering = now.passes_the_university().await;
    moves(&world, "s2025001", "s2025002", &[]).await.fine();

    assert_eq!(world.service().userinfo(&tokens.text("access_token")).await.status(), 401);
    assert_eq!(world.service().refresh(&tokens.text("refresh_token")).await.error(), "invalid_grant");
    assert_eq!(student.begins().await.id(), "sign-in");
    let page = halfway.enters_second_password(&before, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "timed-out", "who has only the former account gets no further");
    assert_eq!(now.registers(&registering, "new@mail.example").await.id(), "timed-out");
}

#[tokio::test]
async fn an_enrolment_that_has_ended_goes_on_under_the_new_account() {
    let world = World::start().await;
    world.student().await;
    idp(&world, &["account", "end", "s2025001", "--reason", "graduated"]).await.fine();
    let mut now = under_the_new_account(&world);
    now.passes_the_university().await;
    moves(&world, "s2025001", "s2025002", &[]).await.fine();
    world.clock.pass(MINUTE);
    assert!(now.signs_in().await.is_at_the_client());
}

#[tokio::test]
async fn what_the_new_account_has_registered_itself_is_dropped_by_yes_only() {
    let world = World::start().await;
    let one = world.student().await;
    let mut other = world.another_student().await;
    let error = moves(&world, "s2025001", "s2025002", &[]).await.error();
    assert_eq!(error, "what s2025002 has registered itself would be dropped; add --yes, if that is right");
    assert!(other.signs_in().await.is_at_the_client(), "nothing was dropped");
    let before = account_of(&world, &one).await.subject;
    moves(&world, "s2025001", "s2025002", &["--yes"]).await.fine();
    assert_eq!(account_of(&world, &other).await.subject, before);
    assert_eq!(other.begins().await.id(), "sign-in", "its session has ended with it");
}

#[tokio::test]
async fn a_move_that_cannot_be_right_changes_nothing() {
    let world = World::start().await;
    let mut student = world.student().await;
    let mut now = under_the_new_account(&world);
    now.passes_the_university().await;
    let because = ["--reason", "reported stolen"];
    for (from, to, told) in [
        ("s2025001", "s2025001", "both names are of the same account"),
        ("s2025001", "s2025009", "--to: no account goes by s2025009"),
        ("s2025009", "s2025002", "no account goes by s2025009"),
    ] {
        assert_eq!(moves(&world, from, to, &[]).await.error(), told);
    }
    let error = moves(&world, "s2025002", "s2025001", &["--yes"]).await.error();
    assert_eq!(error, "s2025002 has registered neither an address nor a second password: there is nothing to move");
    idp(&world, &[&["account", "suspend", "s2025002"], &because[..]].concat()).await.fine();
    let error = moves(&world, "s2025001", "s2025002", &[]).await.error();
    assert_eq!(error, "s2025002 may not sign in itself: nothing is moved to it; idp simulate says why");
    idp(&world, &[&["account", "unlock", "s2025002"], &because[..]].concat()).await.fine();
    idp(&world, &[&["account", "suspend", "s2025001"], &because[..]].concat()).await.fine();
    let error = moves(&world, "s2025001", "s2025002", &[]).await.error();
    assert_eq!(error, "s2025001 is suspended; unlock it first, if that is right");
    idp(&world, &[&["account", "unlock", "s2025001"], &because[..]].concat()).await.fine();
    assert!(student.signs_in().await.is_at_the_client());
}

/// Two of the office, each with another student who claims the same registration.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_moves_at_once_one_counts() {
    let world = World::start().await;
    let student = world.student().await;
    under_the_new_account(&world).passes_the_university().await;
    world.person("s2025003", "university-3").passes_the_university().await;
    let (one, other) =
        tokio::join!(moves(&world, "s2025001", "s2025002", &[]), moves(&world, "s2025001", "s2025003", &[]));
    let told = [one, other].map(|said| said.outcome.is_ok());
    assert!(told[0] ^ told[1], "{told:?}");
    let winner = if told[0] { "s2025002" } else { "s2025003" };
    let moved = Student { user_id: winner.to_owned(), ..student };
    assert!(account_of(&world, &moved).await.email.is_some());
    let trail = world.whole_trail().await;
    assert_eq!(events(&trail).iter().filter(|event| **event == "account.moved").count(), 1);
}
