//! A new student, from the service and back to it (J-01 to J-05, acceptance check 1).

use crate::support::{World, student::SECOND_PASSWORD};

#[tokio::test]
async fn a_new_student_registers_an_address_sets_a_second_password_and_gets_through() {
    let world = World::start().await;
    let mut student = world.newcomer();

    let page = student.begins().await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "register-email");
    let page = student.registers(&page, "taro@mail.example").await;
    assert_eq!(page.id(), "email-sent");
    student.email = "taro@mail.example".into();

    let mut phone = student.at_another_device();
    let landing = phone.opens_the_link().await;
    assert_eq!(landing.id(), "confirm-link");
    let done = phone.confirms(&landing).await;
    assert_eq!(done.id(), "email-registered");

    let page = student.browser.click(&page, "check").await;
    assert_eq!(page.id(), "email-registered", "the waiting tab moves on");
    let page = student.browser.click(&page, "sign-in").await;
    assert_eq!(page.id(), "sign-in", "back to the login page, as the manual prints");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "set-second-password");
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "second-password-set");
    let page = student.browser.click(&page, "ok").await;
    assert_eq!(page.id(), "sign-in");
    let page = student.types_university_password(&page).await;
    assert_eq!(page.id(), "second-password");
    let page = student.enters_second_password(&page, SECOND_PASSWORD).await;
    assert!(page.is_at_the_client(), "{}", page.id());
    assert_eq!(page.parameter("state").as_deref(), Some("state-1"));
    assert_eq!(page.parameter("iss").as_deref(), Some("https://id.example.jp"));

    let answer = world.service().redeem(&page.code()).await;
    assert_eq!(answer.status(), 200, "{}", answer.page.body);
    assert_eq!(student.mails().await.len(), 1, "one registration mail, nothing else");
}
