//! POST /admin/api/v1/mail/reports: what a relay may say, who may say it, and what it changes.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

use super::{message_id, told, waiting_for_a_key};
use crate::support::{
    World,
    browser::Call,
    setup::{ISSUER, REPORT_KEY, Setup},
};

const PATH: &str = "/admin/api/v1/mail/reports";

async fn world() -> Arc<World> {
    World::with(Setup::default().set("policy.two_factor", "required").mail("report_key_file = \"reports.key\"")).await
}

fn call(body: impl Into<Body>) -> Request<Body> {
    Request::post(PATH)
        .header("authorization", format!("Bearer {REPORT_KEY}"))
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

fn event(message_id: &str, status: &str) -> Value {
    json!({ "message_id": message_id, "status": status, "detail": "", "at": "2027-01-15T08:00:30Z" })
}

async fn reports(world: &World, events: &[Value]) -> (u16, Value) {
    world.ask_admin(call(json!({ "events": events }).to_string())).await
}

#[tokio::test]
async fn delivered_is_told_with_the_relay_s_time() {
    let world = world().await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let at = chrono_text(&world);
    let delivered = json!({ "message_id": format!("<{}>", message_id(&world)), "status": "delivered",
        "recipient": student.email, "detail": "250 2.0.0 ok", "at": at });
    assert_eq!(
        reports(&world, std::slice::from_ref(&delivered)).await,
        (200, json!({ "taken": 1, "unchanged": 0, "unknown": 0 }))
    );
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "delivered");
    assert!(page.text().contains("受信側のメールサーバーがメールを受け付けました"), "{}", page.text());
    assert_eq!(reports(&world, &[delivered]).await.1["unchanged"], 1);
}

fn chrono_text(world: &World) -> String {
    let now = idp::domain::clock::Clock::now(&*world.clock).as_seconds();
    format!("2027-01-15T{:02}:{:02}:{:02}+09:00", (now / 3600 + 9) % 24, now / 60 % 60, now % 60)
}

#[tokio::test]
async fn a_batch_is_counted_and_unknown_mails_are_no_error() {
    let world = world().await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let id = message_id(&world);
    let mut somebody_else = event(&id, "refused");
    somebody_else["recipient"] = json!("other@mail.example");
    let events = [
        event("nobody@x", "refused"),
        event("", "delivered"),
        somebody_else,
        event(&id, "delayed"),
        event(&id, "refused"),
    ];
    assert_eq!(reports(&world, &events).await, (200, json!({ "taken": 2, "unchanged": 0, "unknown": 3 })));
    assert_eq!(told(&mut student, &page).await.1, "refused");
    assert_eq!(reports(&world, &[event(&id, "delivered")]).await.1["unchanged"], 1, "a refusal is the last word");
    assert_eq!(reports(&world, &[]).await.0, 200);
}

#[tokio::test]
async fn without_the_key_nothing_is_taken() {
    let world = world().await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let body = json!({ "events": [event(&message_id(&world), "refused")] }).to_string();
    let long = format!("Bearer {REPORT_KEY}x");
    for authorization in ["", "Bearer ", "Bearer wrong", &long, &format!("Basic {REPORT_KEY}"), REPORT_KEY] {
        let mut request = call(body.clone());
        request.headers_mut().insert("authorization", authorization.parse().unwrap());
        let (status, problem) = world.ask_admin(request).await;
        assert_eq!((status, problem["status"].as_u64()), (401, Some(401)), "{authorization}");
    }
    let mut twice = call(body.clone());
    twice.headers_mut().append("authorization", format!("Bearer {REPORT_KEY}").parse().unwrap());
    assert_eq!(world.ask_admin(twice).await.0, 401);
    assert_eq!(told(&mut student, &page).await.1, "sent");
}

#[tokio::test]
async fn only_json_of_the_right_form_is_taken_and_all_or_nothing() {
    let world = world().await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let good = event(&message_id(&world), "refused");
    let changed = |name: &str, value: Value| {
        let mut event = good.clone();
        event[name] = value;
        json!({ "events": [good, event] }).to_string()
    };
    for body in [
        String::new(),
        "[]".into(),
        "{}".into(),
        good.to_string(),
        json!({ "events": [good], "more": 1 }).to_string(),
        changed("status", json!("bounced")),
        changed("status", json!(5)),
        changed("at", json!("yesterday")),
        changed("at", json!(1_800_000_000)),
        changed("message_id", Value::Null),
        changed("colour", json!("red")),
        format!("{{\"events\":{}", "[".repeat(10_000)),
    ] {
        let (status, problem) = world.ask_admin(call(body.clone())).await;
        assert_eq!(status, 400, "{}", &body[..body.len().min(200)]);
        assert_eq!(problem["title"], "Bad Request");
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let mut request = call(json!({ "events": [good] }).to_string());
        request.headers_mut().insert("content-type", kind.parse().unwrap());
        assert_eq!(world.ask_admin(request).await.0, 415, "{kind}");
    }
    assert_eq!(told(&mut student, &page).await.1, "sent");
}

#[tokio::test]
async fn what_is_too_much_is_refused_and_other_methods_are_not_spoken() {
    let world = world().await;
    let many: Vec<Value> = (0..501).map(|_| event("nobody@x", "refused")).collect();
    assert_eq!(reports(&world, &many).await.0, 413);
    assert_eq!(world.ask_admin(call(vec![b' '; (1 << 20) + 1])).await.0, 413);
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let mut request = call("");
        *request.method_mut() = method;
        assert_eq!(world.ask_admin(request).await.0, 405);
    }
}

#[tokio::test]
async fn the_address_is_on_the_admin_listener_only_and_only_with_a_key() {
    let world = world().await;
    let page = world.browser().send(Call::form(&format!("{ISSUER}{PATH}"), &[])).await;
    assert_eq!(page.status, 404);
    let keyless = World::start().await;
    assert_eq!(reports(&keyless, &[]).await.0, 404);
}
