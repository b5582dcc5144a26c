//! What a device is told when a person refuses it, or is refused (RFC 8628 §3.5; journeys J-17).

use idp::{domain::account::AccountStatus, store::StoreError};

use crate::support::{World, device::pressed_again, setup::Setup, student::SECOND_PASSWORD, world::events};

use super::{refusal, refused};

async fn suspend(world: &World) {
    let flows = world.flows();
    let mut account = flows.store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0);
    account.status = AccountStatus::Suspended;
    flows.store.write(async |tx| Ok::<_, StoreError>(tx.save_account(&account).await?)).await.unwrap();
}

#[tokio::test]
async fn whoever_refuses_has_the_device_told_so() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    let page = student.reaches_the_device(&pair).await;
    let done = student.browser.press(&page, &[], "deny").await;
    assert_eq!(done.message(), "device-refused");
    for _ in 0..2 {
        assert_eq!(refusal(&television.polls(&pair).await), refused(400, "access_denied"));
    }
    let changed = pressed_again(&student.browser, &page, "allow").await;
    assert_eq!(changed.message(), "device-refused", "what was refused stays refused");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "access_denied"));
    assert_eq!(student.types_user_code(&pair.user_code).await.field_error("user_code"), "E-72");
    let trail = world.trail(&done.support_code()).await;
    assert_eq!(trail.last().unwrap().event, "request.rejected");
}

#[tokio::test]
async fn whoever_may_not_use_the_service_connects_nothing() {
    let world = World::with_devices().await;
    let mut staff = world.person("s2024001", "university");
    let television = world.television();
    let pair = television.pair().await;
    let page = staff.types_user_code(&pair.user_code).await;
    let page = staff.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert!(!page.has_link("back"));
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "access_denied"), "the device need not wait");
    assert_eq!(events(&world.trail(&page.support_code()).await), ["login.not_eligible", "request.rejected"]);
    let mut student = world.student().await;
    let late = student.types_user_code(&pair.user_code).await;
    assert_eq!(late.field_error("user_code"), "E-72", "it is over for everybody");
    let fresh = television.pair().await;
    student.connects(&fresh).await;
    assert_eq!(television.polls(&fresh).await.status(), 200, "and the device begins anew");
}

#[tokio::test]
async fn what_the_university_did_not_send_ends_no_code() {
    let world = World::with_devices().await;
    let mut nobody = world.person("nobody", "university");
    let television = world.television();
    let pair = television.pair().await;
    let page = nobody.types_user_code(&pair.user_code).await;
    let page = nobody.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert!(page.has_link("sign-in"), "another try is offered");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "authorization_pending"));
    let mut student = world.student().await;
    student.connects(&pair).await;
    assert_eq!(television.polls(&pair).await.status(), 200);
}

#[tokio::test]
async fn whoever_is_let_in_first_keeps_the_device_from_being_refused() {
    let world = World::with_devices().await;
    let (mut student, mut staff) = (world.student().await, world.person("s2024001", "university"));
    let television = world.television();
    let pair = television.pair().await;
    let page = staff.types_user_code(&pair.user_code).await;
    student.connects(&pair).await;
    assert_eq!(staff.types_university_password(&page).await.id(), "not-eligible");
    assert_eq!(television.polls(&pair).await.status(), 200);
}

#[tokio::test]
async fn a_device_is_told_when_a_suspended_account_was_to_connect_it() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let (before, amid) = (television.pair().await, television.pair().await);
    let page = student.types_user_code(&amid.user_code).await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    suspend(&world).await;
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert_eq!(page.id(), "not-eligible");
    assert_eq!(refusal(&television.polls(&amid).await), refused(400, "access_denied"));
    let page = student.types_user_code(&before.user_code).await;
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "not-eligible");
    assert_eq!(refusal(&television.polls(&before).await), refused(400, "access_denied"));
}

#[tokio::test]
async fn a_device_is_told_when_more_is_demanded_than_an_account_can_prove() {
    let setup = Setup::default().set("policy.authenticator", "allowed");
    let world = World::with(setup.with_television("minimum_acr = \"urn:idp:acr:authenticator\"\n")).await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    let page = student.types_user_code(&pair.user_code).await;
    let page = student.passes_the_gates(page).await;
    assert_eq!(page.error(), "E-01");
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "access_denied"));
}

#[tokio::test]
async fn a_suspended_account_gets_no_tokens_for_what_it_allowed() {
    let world = World::with_devices().await;
    let mut student = world.student().await;
    let television = world.television();
    let pair = television.pair().await;
    student.connects(&pair).await;
    suspend(&world).await;
    assert_eq!(refusal(&television.polls(&pair).await), refused(400, "invalid_grant"));
}
