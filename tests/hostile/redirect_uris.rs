//! A redirect URI is the registered one, byte for byte, or nothing (RFC 9700 §2.1, SR-49).

use std::{collections::BTreeMap, sync::Arc};

use crate::support::{Page, Student, World, browser::Call, setup::Setup};

use super::Corpus;

const GOOD: &str = "https://rp.example/callback";
const NATIVE: &str = "http://127.0.0.1/native";
const SIGNED_OUT: &str = "https://rp.example/signed-out";

/// Mutants by their names.
type Mutants = BTreeMap<String, String>;

/// Changes of one character, each of which some comparison somewhere has taken for the same.
fn at_each_character(good: &str) -> Mutants {
    let mut mutants = Mutants::new();
    let mut add = |name: String, uri: String| {
        if uri != good {
            mutants.insert(name, uri);
        }
    };
    for (index, character) in good.char_indices() {
        let (before, rest) = good.split_at(index);
        let after = &rest[character.len_utf8()..];
        let code = u32::from(character);
        add(format!("{index}: left out"), format!("{before}{after}"));
        add(format!("{index}: twice"), format!("{before}{character}{character}{after}"));
        add(format!("{index}: percent-encoded"), format!("{before}%{code:02X}{after}"));
        add(format!("{index}: percent-encoded twice"), format!("{before}%25{code:02x}{after}"));
        add(format!("{index}: in the other case"), format!("{before}{}{after}", other_case(character)));
        let wide = char::from_u32(code + 0xfee0).unwrap();
        add(format!("{index}: full-width"), format!("{before}{wide}{after}"));
        if let Some(next) = after.chars().next() {
            let tail = &after[next.len_utf8()..];
            add(format!("{index}: changed places"), format!("{before}{next}{character}{tail}"));
        }
        for (name, inserted) in INSERTED {
            add(format!("{index}: {name} before it"), format!("{before}{inserted}{rest}"));
        }
    }
    mutants
}

const INSERTED: [(&str, &str); 12] = [
    ("a tab", "\t"),
    ("a line feed", "\n"),
    ("a carriage return", "\r"),
    ("a blank", " "),
    ("an encoded NUL", "%00"),
    ("a zero-width space", "\u{200b}"),
    ("a soft hyphen", "\u{ad}"),
    ("a backslash", "\\"),
    ("an at sign", "@"),
    ("a dot", "."),
    ("a hash", "#"),
    ("a star", "*"),
];

fn other_case(character: char) -> char {
    if character.is_ascii_uppercase() { character.to_ascii_lowercase() } else { character.to_ascii_uppercase() }
}

const APPENDED: [(&str, &str); 42] = [
    ("a slash", "/"),
    ("two slashes", "//"),
    ("an empty query", "?"),
    ("an empty fragment", "#"),
    ("a query", "?x=y"),
    ("a fragment", "#x"),
    ("a segment", "/extra"),
    ("this folder", "/."),
    ("the folder above", "/.."),
    ("up and back", "/../callback"),
    ("encoded up and back", "/%2e%2e/callback"),
    ("path parameters", ";x"),
    ("an encoded blank", "%20"),
    ("a blank", " "),
    ("a tab", "\t"),
    ("a line feed", "\n"),
    ("a line and a header", "\r\nlocation: https://evil.example/"),
    ("encoded line and header", "%0d%0alocation:%20https://evil.example/"),
    ("an encoded NUL", "%00"),
    ("NUL and more", "%00.evil.example"),
    ("the registered query changed", "?kept=no"),
    ("the registered query and more", "?kept=yes&x=y"),
    ("the registered query twice", "?kept=yes&kept=yes"),
    ("the registered query and a fragment", "?kept=yes#"),
    ("the registered query in capitals", "?KEPT=yes"),
    ("the registered value in capitals", "?kept=YES"),
    ("the registered query encoded", "?kept%3Dyes"),
    ("the registered query with a blank", "?kept=yes "),
    ("the registered query with a plus", "?kept=yes+"),
    ("the registered query cut", "?kept"),
    ("an ampersand", "&x"),
    ("an encoded slash", "%2f"),
    ("a backslash", "\\"),
    ("a host behind an at sign", "@evil.example"),
    ("a host behind a dot", ".evil.example"),
    ("a host behind a colon", ":evil.example"),
    ("a star", "*"),
    ("another alphabet", "日本"),
    ("a second address", " https://evil.example/"),
    ("a second address behind a comma", ",https://evil.example/"),
    ("a second address in the query", "?next=https://evil.example/"),
    ("a right-to-left mark", "\u{202e}"),
];

const OTHERS: [&str; 62] = [
    "http://rp.example/callback",
    "https://rp.example:443/callback",
    "https://rp.example:8443/callback",
    "https://rp.example:/callback",
    "https://rp.example:0443/callback",
    "https://RP.example/callback",
    "HTTPS://rp.example/callback",
    "https://rp.example./callback",
    "https://user@rp.example/callback",
    "https://user:pw@rp.example/callback",
    "https://@rp.example/callback",
    "https://:@rp.example/callback",
    "https://evil.example/callback",
    "https://rp.example.evil.example/callback",
    "https://evilrp.example/callback",
    "https://evil-rp.example/callback",
    "https://sub.rp.example/callback",
    "https://evil.example/rp.example/callback",
    "https://evil.example/?https://rp.example/callback",
    "https://evil.example#https://rp.example/callback",
    "https://evil.example\\@rp.example/callback",
    "https://evil.example\\.rp.example/callback",
    "https://rp.example@evil.example/callback",
    "https://rp.example:pw@evil.example/callback",
    "https://rp.example%40evil.example/callback",
    "https://rp.example%2f@evil.example/callback",
    "https://rp.example\\evil.example/callback",
    "https://rp.example;evil.example/callback",
    "https://rp.example&evil.example/callback",
    "https://rp.example?@evil.example/callback",
    "https://rp.example#@evil.example/callback",
    "//rp.example/callback",
    "//evil.example/callback",
    "///rp.example/callback",
    "\\\\rp.example\\callback",
    "/callback",
    "callback",
    ".",
    "*",
    "null",
    "about:blank",
    "javascript:alert(1)//https://rp.example/callback",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///callback",
    "blob:https://rp.example/callback",
    "view-source:https://rp.example/callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "https:rp.example/callback",
    "https:/rp.example/callback",
    "https:///rp.example/callback",
    "https://rp.example/x/../callback",
    "https://rp.example/./callback",
    "https://rp.example//callback",
    "https://rp.example/c%61llback",
    "https://xn--rp-.example/callback",
    "https://[::1]/callback",
    "https://127.0.0.1/callback",
    "custom:/callback",
    "\u{feff}https://rp.example/callback",
    "https://rp。example/callback",
    "https://ｒp.example/callback",
];

/// Around the one liberty there is: a port added to a native client's loopback address (RFC 8252 §7.3).
const NATIVES: [&str; 32] = [
    "http://127.0.0.1:0/native",
    "http://127.0.0.1:65536/native",
    "http://127.0.0.1:99999999999999999999/native",
    "http://127.0.0.1:/native",
    "http://127.0.0.1:-1/native",
    "http://127.0.0.1:+80/native",
    "http://127.0.0.1: 80/native",
    "http://127.0.0.1:80 /native",
    "http://127.0.0.1:8o/native",
    "http://127.0.0.1:80:80/native",
    "http://127.0.0.1:80@evil.example/native",
    "http://127.0.0.1:80#@evil.example/native",
    "http://127.0.0.1:80\\@evil.example/native",
    "http://127.0.0.1:80.evil.example/native",
    "http://127.0.0.1.evil.example:80/native",
    "http://127.0.0.1:80/native/",
    "http://127.0.0.1:80/native?x",
    "http://127.0.0.1:80/native#x",
    "http://127.0.0.1:80/other",
    "http://127.0.0.1:80",
    "http://127.0.0.1:80//native",
    "http://127.0.0.1:80/x/../native",
    "https://127.0.0.1:80/native",
    "http://127.0.0.2:80/native",
    "http://127.1:80/native",
    "http://0x7f.0.0.1:80/native",
    "http://2130706433:80/native",
    "http://0.0.0.0:80/native",
    "http://localhost:80/native",
    "http://[::1]:80/native",
    "http://[::ffff:127.0.0.1]:80/native",
    "http://user@127.0.0.1:80/native",
];

fn mutants() -> Mutants {
    let mut mutants = at_each_character(GOOD);
    mutants.extend(APPENDED.map(|(name, text)| (format!("{name} behind it"), format!("{GOOD}{text}"))));
    mutants.extend(OTHERS.map(|uri| (uri.to_owned(), uri.to_owned())));
    mutants
}

/// Somebody whose session would be answered at once.
async fn signed_in(setup: Setup) -> (Arc<World>, Student) {
    let world = World::with(setup).await;
    let mut student = world.student().await;
    student.signs_in().await.code();
    (world, student)
}

/// Only the error page, which leads nowhere and repeats nothing.
fn refused(page: &Page, uri: &str) -> bool {
    page.status == 400
        && page.error() == "E-01"
        && page.headers.get("location").is_none()
        && !page.body.contains("evil.example")
        && (uri.len() < 12 || !page.body.contains(uri))
}

#[tokio::test]
async fn no_mutant_of_a_registered_redirect_uri_is_taken() {
    let (world, mut student) = signed_in(Setup::default()).await;
    let mut corpus = Corpus::of("mutants of a redirect URI at /authorize");
    for (name, uri) in mutants() {
        let page = student.browser.send(Call::get(&world.service().url(&[("redirect_uri", &uri)]))).await;
        corpus.tells(&name, !refused(&page, &uri));
    }
    assert!(student.begins().await.parameter("code").is_some(), "the good one still is");
    corpus.ends(500);
}

#[tokio::test]
async fn no_mutant_of_a_registered_redirect_uri_can_be_pushed() {
    let world = World::start().await;
    let mut corpus = Corpus::of("mutants of a redirect URI at /par");
    for (name, uri) in mutants() {
        let answer = world.service().push(&[("redirect_uri", &uri)]).await;
        corpus.tells(&name, answer.status() != 400);
    }
    assert_eq!(world.service().push(&[]).await.status(), 201);
    corpus.ends(500);
}

#[tokio::test]
async fn no_mutant_of_a_native_client_s_address_is_taken() {
    let text = "redirect_uris = [\"http://127.0.0.1/native\"]\ntoken_endpoint_auth_method = \"none\"\n";
    let (world, mut student) = signed_in(Setup::default().further_client("native", text)).await;
    let native = world.client("native");
    let mut corpus = Corpus::of("mutants of a native client's address");
    let mutants = at_each_character(NATIVE);
    let whole = NATIVES.map(|uri| (uri.to_owned(), uri.to_owned()));
    for (name, uri) in mutants.into_iter().chain(whole) {
        let page = student.browser.send(Call::get(&native.url(&[("redirect_uri", &uri)]))).await;
        corpus.tells(&name, !refused(&page, &uri));
    }
    for good in [NATIVE, "http://127.0.0.1:49152/native"] {
        let page = student.browser.open(&native.url(&[("redirect_uri", good)])).await;
        assert!(page.parameter("code").is_some(), "{good}");
    }
    corpus.ends(300);
}

#[tokio::test]
async fn no_mutant_of_a_registered_post_logout_redirect_uri_is_gone_to() {
    let (world, mut student) = signed_in(Setup::default()).await;
    let hint = world.service().redeem(&student.begins().await.code()).await.text("id_token");
    let mut corpus = Corpus::of("mutants of a post-logout redirect URI");
    let appended = APPENDED.map(|(name, text)| (format!("{name} behind it"), format!("{SIGNED_OUT}{text}")));
    let others = OTHERS.map(|uri| (uri.to_owned(), uri.replace("callback", "signed-out")));
    for (name, uri) in at_each_character(SIGNED_OUT).into_iter().chain(appended).chain(others) {
        let mut leaving = student.clone();
        let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", &uri)];
        let page = leaving.browser.open(&world.service().logout_url(&parameters)).await;
        corpus.tells(&name, page.id() != "signed-out" || page.body.contains("evil.example"));
    }
    let parameters = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", SIGNED_OUT)];
    assert_eq!(student.browser.open(&world.service().logout_url(&parameters)).await.url.as_str(), SIGNED_OUT);
    corpus.ends(500);
}
