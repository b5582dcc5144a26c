//! Who may use the service: students, today, whatever number they have (J-01 1.4, J-17; P-24).

use idp::domain::account::{Account, AccountStatus};
use serde_json::{Value, json};

use crate::support::{Page, Student, World, setup::ISSUER, university::University, world::events};

#[tokio::test]
async fn staff_are_not_eligible_and_no_account_is_made() {
    let world = World::start().await;
    let mut staff = world.person("s2024001", "university");
    let page = staff.passes_the_university().await;
    assert_eq!(page.id(), "not-eligible");
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["login.not_eligible"]);
    assert!(world.flows().store.accounts_by_user_id(&world.tenant().id, "s2024001").await.unwrap().is_empty());
    assert_eq!(staff.browser.reload(&page).await.id(), "not-eligible");
    let back = staff.browser.click(&page, "back-to-service").await;
    assert!(back.is_at_the_client());
    assert_eq!(back.parameter("error").as_deref(), Some("access_denied"));
    assert_eq!(back.parameter("state").as_deref(), Some("state-1"));
    assert_eq!(back.parameter("iss").as_deref(), Some(ISSUER));
    assert!(back.parameter("code").is_none());
}

#[tokio::test]
async fn whoever_is_staff_and_student_goes_on() {
    let world = World::start().await;
    let mut both = world.person("both", "university-4");
    assert_eq!(both.passes_the_university().await.id(), "register-email");
}

#[tokio::test]
async fn a_missing_affiliation_is_named_in_words() {
    let world = World::start().await;
    let mut nobody = world.person("nobody", "university");
    let page = nobody.passes_the_university().await;
    assert_eq!(page.id(), "not-eligible");
    assert!(!page.text().contains("affiliation"), "words, not attribute names: {}", page.text());
    assert_ne!(page.text(), {
        let mut staff = world.person("s2024001", "university");
        staff.passes_the_university().await.text()
    });
}

/// Back from the university, which says this of the person.
async fn comes_as(university: &University, student: &mut Student, said: &[(&str, Value)]) -> Page {
    let world = student.world.clone();
    let token = |nonce: &str| {
        let mut claims = university.claims(&world, nonce);
        for (name, value) in said {
            claims[*name] = value.clone();
        }
        university.key.sign(&university.key.header("JWT"), &claims)
    };
    university.answers(student, token).await
}

async fn accounts_of(world: &World, user_id: &str) -> Vec<Account> {
    world.flows().store.accounts_by_user_id(&world.tenant().id, user_id).await.unwrap()
}

#[tokio::test]
async fn eligibility_is_asked_at_every_login() {
    let (university, world) = University::open().await;
    let mut student = world.newcomer();
    assert_eq!(comes_as(&university, &mut student, &[]).await.id(), "register-email");
    let page = comes_as(&university, &mut student, &[("affiliation", json!("alum@example.ac.jp"))]).await;
    assert_eq!(page.id(), "not-eligible", "a student of yesterday");
}

#[tokio::test]
async fn a_new_number_of_the_same_person_is_taken_over_and_the_subject_stays() {
    let (university, world) = University::open().await;
    let mut student = world.newcomer();
    comes_as(&university, &mut student, &[("student_number", json!("2025001"))]).await;
    let before = accounts_of(&world, "s2025001").await.remove(0);
    let affiliation = ["student@example.ac.jp", "staff@example.ac.jp"];
    let said = [
        ("preferred_username", json!("g2029001")),
        ("student_number", json!("2029001")),
        ("affiliation", json!(affiliation)),
    ];
    assert_eq!(comes_as(&university, &mut student, &said).await.id(), "register-email");
    assert!(accounts_of(&world, "s2025001").await.is_empty());
    let after = accounts_of(&world, "g2029001").await.remove(0);
    assert_eq!((after.id, &after.subject), (before.id, &before.subject));
    assert_eq!(after.attributes.text("student_number"), Some("2029001"));
    assert_eq!(after.attributes.texts("affiliation"), affiliation);
}

#[tokio::test]
async fn a_new_account_at_the_university_is_a_new_account_here() {
    let (university, world) = University::open().await;
    let mut student = world.newcomer();
    comes_as(&university, &mut student, &[]).await;
    let page = comes_as(&university, &mut student, &[("sub", json!("student-2"))]).await;
    assert_eq!(page.id(), "register-email", "nothing is known of it, whatever its user ID was");
    let accounts = accounts_of(&world, "s2025001").await;
    assert_eq!(accounts.len(), 2);
    assert_ne!(accounts[0].subject, accounts[1].subject);
}

#[tokio::test]
async fn a_suspended_account_is_not_served_and_its_session_ends() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    let mut account = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.status = AccountStatus::Suspended;
    world
        .flows()
        .store
        .write(async |tx| Ok::<_, idp::store::StoreError>(tx.save_account(&account).await?))
        .await
        .unwrap();
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "not-eligible", "no single sign-on for a suspended account");
    let trail = world.trail(&page.support_code()).await;
    assert_eq!(events(&trail), ["login.not_eligible"]);
}
