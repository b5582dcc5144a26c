//! Subjects that differ from sector to sector, and are the same in all that one client is told (OpenID Connect Core §8).

use std::sync::Arc;

use crate::support::{
    World,
    client::{RelyingParty, claims},
    dpop::confidential,
    setup::Setup,
};

const PAIRWISE: &str = "subject_type = \"pairwise\"\n";

async fn world() -> Arc<World> {
    let elsewhere = confidential("elsewhere", PAIRWISE).replace("rp.example", "other-rp.example");
    World::with(
        Setup::default()
            .further_client("one", &confidential("one", PAIRWISE))
            .further_client("two", &confidential("two", &format!("{PAIRWISE}access_token_format = \"jwt\"")))
            .further_client("elsewhere", &elsewhere),
    )
    .await
}

/// What a client hears of a student, each from another source: ID token, UserInfo, introspection, refreshed ID token.
async fn heard(world: &Arc<World>, party: &RelyingParty, callback: &str) -> Vec<String> {
    let mut student = world.student_again().await;
    let page = student.signs_in_at(&party.url(&[("scope", "openid offline_access"), ("redirect_uri", callback)])).await;
    let code = page.code();
    let form = RelyingParty::redemption(&code);
    let form = form.map(|(name, value)| (name, if name == "redirect_uri" { callback } else { value }));
    let tokens = party.token(&form).await;
    let access = tokens.text("access_token");
    let refreshed = party.refresh(&tokens.text("refresh_token")).await;
    let text = |value: &serde_json::Value| value["sub"].as_str().unwrap().to_owned();
    let mut subjects = vec![
        text(&tokens.claims()),
        text(&party.userinfo(&access).await.json()),
        text(&party.introspect(&access).await.json()),
        text(&refreshed.claims()),
    ];
    if access.contains('.') {
        subjects.push(text(&claims(&access)));
    }
    subjects
}

#[tokio::test]
async fn a_client_hears_one_subject_wherever_it_asks_and_its_sector_the_same() {
    let world = world().await;
    let callback = crate::support::client::CALLBACK;
    let one = heard(&world, &world.client("one"), callback).await;
    assert!(one.iter().all(|subject| *subject == one[0]), "{one:?}");
    assert_eq!(heard(&world, &world.client("two"), callback).await, vec![one[0].clone(); 5], "the same sector");
    let elsewhere = heard(&world, &world.client("elsewhere"), "https://other-rp.example/callback").await;
    assert!(elsewhere.iter().all(|subject| *subject == elsewhere[0] && *subject != one[0]));
    let public = heard(&world, &world.service(), callback).await;
    assert!(public[0] != one[0] && public[0] != elsewhere[0]);
    world.restart().await;
    assert_eq!(heard(&world, &world.client("one"), callback).await[0], one[0], "it is for good");
}

#[tokio::test]
async fn a_hint_and_a_claimed_subject_are_read_as_the_client_knows_them() {
    let world = world().await;
    let party = world.client("one");
    let mut student = world.student().await;
    let page = student.signs_in_at(&party.url(&[])).await;
    let tokens = party.redeem(&page.code()).await;
    let public =
        world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap().remove(0).subject;
    let id_token = tokens.text("id_token");
    let page = student.browser.open(&party.url(&[("prompt", "none"), ("id_token_hint", &id_token)])).await;
    assert!(!page.code().is_empty());
    let claimed = |subject: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{subject}"}}}}}}"#);
    let own = claimed(tokens.claims()["sub"].as_str().unwrap());
    let page = student.browser.open(&party.url(&[("prompt", "none"), ("claims", &own)])).await;
    assert!(!page.code().is_empty());
    let other = claimed(&public.0);
    let page = student.browser.open(&party.url(&[("prompt", "none"), ("claims", &other)])).await;
    assert_eq!(page.parameter("error").as_deref(), Some("login_required"), "that name is not this client's to know");
}
