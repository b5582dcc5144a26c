//! A redirect URI is the registered one, byte for byte, or nothing (RFC 9700 §2.1, SR-49).

use std::collections::BTreeSet;

use crate::support::{World, browser::Call};

const GOOD: &str = "https://rp.example/callback";

/// Small changes of a good address, each of which some comparison somewhere has taken for the same.
fn mutants() -> BTreeSet<String> {
    let mut mutants = BTreeSet::new();
    for (index, character) in GOOD.char_indices() {
        let (before, rest) = GOOD.split_at(index);
        let after = &rest[character.len_utf8()..];
        mutants.insert(format!("{before}{after}"));
        mutants.insert(format!("{before}{character}{character}{after}"));
        mutants.insert(format!("{before}%{:02x}{after}", u32::from(character)));
        mutants.insert(format!("{before}{}{after}", character.to_ascii_uppercase()));
    }
    for suffix in [
        "/",
        "?",
        "#",
        "?x=y",
        "#x",
        "/extra",
        "//",
        "/.",
        "/..",
        "/../callback",
        ";x",
        "%20",
        " ",
        "\t",
        "\n",
        "%00",
        "\u{0}",
        "?kept=no",
        "?kept=yes&x=y",
        "?kept=yes#",
        "?kept=YES",
        "?Kept=yes",
        "&x",
        "%2f",
        "\\",
        "@evil.example",
        "*",
        ".",
        "日本",
    ] {
        mutants.insert(format!("{GOOD}{suffix}"));
    }
    for whole in [
        "http://rp.example/callback",
        "https://rp.example:443/callback",
        "https://rp.example:8443/callback",
        "https://RP.example/callback",
        "https://rp.example./callback",
        "https://user@rp.example/callback",
        "https://user:pw@rp.example/callback",
        "https://evil.example/callback",
        "https://rp.example.evil.example/callback",
        "https://evil.example/?https://rp.example/callback",
        "https://evil.example#https://rp.example/callback",
        "https://evil.example\\@rp.example/callback",
        "https://rp.example@evil.example/callback",
        "//rp.example/callback",
        "/callback",
        "callback",
        "javascript:alert(1)//https://rp.example/callback",
        "data:text/html,x",
        "https:rp.example/callback",
        "https:/rp.example/callback",
        "https:///rp.example/callback",
        "https://rp.example/x/../callback",
        "https://rp.example/./callback",
        "https://rp.example//callback",
        "https://rp.example/Callback",
        "https://rp.example/c%61llback",
        "https://xn--rp-.example/callback",
        "https://[::1]/callback",
        "https://127.0.0.1/callback",
        "custom:/callback",
        " https://rp.example/callback",
        "\u{feff}https://rp.example/callback",
        "https://rp.example/callback https://evil.example",
        "https://rp.example/callback,https://evil.example",
        "https://rp。example/callback",
        "https://ｒp.example/callback",
    ] {
        mutants.insert(whole.to_owned());
    }
    mutants.remove(GOOD);
    mutants.remove("");
    mutants
}

#[tokio::test]
async fn no_mutant_of_a_registered_redirect_uri_is_taken() {
    let world = World::start().await;
    let mutants = mutants();
    assert!(mutants.len() >= 100, "{}", mutants.len());
    for mutant in mutants {
        let page = world.browser().send(Call::get(&world.service().url(&[("redirect_uri", &mutant)]))).await;
        assert_eq!((page.status.as_u16(), page.error().as_str()), (400, "E-01"), "{mutant:?}");
        assert!(page.headers.get("location").is_none(), "{mutant:?}");
        assert!(!page.body.contains("evil.example"), "{mutant:?} is not shown");
    }
}

#[tokio::test]
async fn a_signed_in_browser_is_not_sent_to_a_mutant_either() {
    let world = World::start().await;
    let mut student = world.student().await;
    student.signs_in().await;
    for mutant in ["https://rp.example/callback/extra", "https://rp.example/callback?x=y", "https://evil.example/"] {
        let page = student.begins_with(&[("redirect_uri", mutant), ("prompt", "none")]).await;
        assert_eq!(page.error(), "E-01", "{mutant}");
    }
}

#[tokio::test]
async fn the_token_request_must_name_the_very_same_uri() {
    let world = World::start().await;
    let mut student = world.student().await;
    let service = world.service();
    for named in ["https://rp.example/callback?kept=yes", "https://rp.example/callback/", "https://rp.example/Callback"]
    {
        let page = student.signs_in().await;
        let answer = service
            .token(&[
                ("grant_type", "authorization_code"),
                ("code", &page.code()),
                ("redirect_uri", named),
                ("code_verifier", crate::support::client::VERIFIER),
            ])
            .await;
        assert_eq!((answer.status(), answer.error()), (400, "invalid_grant".to_owned()), "{named}");
    }
}
