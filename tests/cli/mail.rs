//! idp mail queue, retry, test.

use idp::{cli::Outcome, mail::memory::Answer};

use super::idp;
use crate::support::{World, clock::SECOND};

#[tokio::test]
async fn a_waiting_mail_is_listed_without_address_and_tried_again_when_told() {
    let world = World::start().await;
    world.post.answer(Answer::Defer("451 4.7.1 <s2025001@mail.example> greylisted".into()));
    let mut student = world.newcomer();
    student.asks_for_the_link().await;
    world.deliver_mail().await;
    let queue = idp(&world, &["mail", "queue", "--json"]).await.json();
    assert_eq!(queue[0]["kind"], "confirm-email");
    assert_eq!(queue[0]["last_reply"], "451 4.7.1 <s2•••@mail.example> greylisted");
    world.post.answer(Answer::Accept);
    world.clock.pass(SECOND);
    assert!(student.mails().await.is_empty(), "not due yet");
    let id = queue[0]["id"].as_str().unwrap();
    assert!(idp(&world, &["mail", "retry", id]).await.fine().contains("1 due now"));
    assert_eq!(student.mails().await.len(), 1);

    let again = idp(&world, &["mail", "retry", id]).await;
    assert_eq!(again.outcome.unwrap(), Outcome::Found, "it has left: there is nothing to send");
    assert_eq!(idp(&world, &["mail", "queue", "--json"]).await.json(), serde_json::json!([]));
    assert!(idp(&world, &["mail", "retry", "--all"]).await.fine().contains("0 due now"));
    let nobody = "019ae1b2-0000-7000-8000-000000000000";
    assert_eq!(idp(&world, &["mail", "retry", nobody]).await.error(), format!("there is no mail {nobody}"));
}

#[tokio::test]
async fn a_test_mail_tells_the_server_s_answer() {
    let world = World::start().await;
    let said = idp(&world, &["mail", "test", "taro@example.com", "--tenant", "demo"]).await.fine();
    assert_eq!(said.trim(), "accepted: 250 kept");
    let mail = world.post.mails_to("taro@example.com").pop().unwrap();
    assert_eq!(mail.sender.address, "no-reply@id.example.jp");
    world.post.answer(Answer::Refuse("550 5.7.1 not you".into()));
    let refused = idp(&world, &["mail", "test", "taro@example.com", "--tenant", "demo", "--json"]).await;
    assert_eq!(*refused.outcome.as_ref().unwrap(), Outcome::Found);
    assert_eq!(refused.json(), serde_json::json!({ "outcome": "refused", "reply": "550 5.7.1 not you" }));
    let error = idp(&world, &["mail", "test", "nobody", "--tenant", "demo"]).await.error();
    assert_eq!(error, "nobody is no mail address");
    let error = idp(&world, &["mail", "test", "taro@example.com"]).await.error();
    assert_eq!(error, "name the tenant with --tenant");
}
