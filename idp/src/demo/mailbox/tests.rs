//! The mailbox, driven by a real mail client and by hand.

use std::net::SocketAddr;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message as Letter, Tokio1Executor,
    message::{MultiPart, SinglePart, header::ContentType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tower::ServiceExt;

use super::*;
use crate::domain::clock::Timestamp;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000)
    }
}

fn mailbox() -> Arc<Mailbox> {
    Mailbox::open(None, Arc::new(Noon)).unwrap()
}

async fn served(mailbox: &Arc<Mailbox>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(Arc::clone(mailbox).serve_smtp(listener, std::future::pending()));
    address
}

fn letter(to: &str, subject: &str, text: &str) -> Letter {
    Letter::builder()
        .from("証明書発行サービス <no-reply@idp.example>".parse().unwrap())
        .to(to.parse().unwrap())
        .subject(subject)
        .header(ContentType::TEXT_PLAIN)
        .body(text.to_owned())
        .unwrap()
}

async fn send(server: SocketAddr, letter: Letter) -> Result<(), lettre::transport::smtp::Error> {
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.ip().to_string()).port(server.port()).build();
    transport.send(letter).await.map(drop)
}

/// Says everything at once, as a pipelining client may, and returns all that is answered.
async fn says(server: SocketAddr, words: &[u8]) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(words).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn codes(answer: &str) -> Vec<&str> {
    answer.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(|line| &line[..3]).collect()
}

async fn get(mailbox: &Arc<Mailbox>, uri: &str) -> (http::response::Parts, String) {
    let request = Request::get(uri).body(Body::empty()).unwrap();
    let (parts, body) = Arc::clone(mailbox).router().oneshot(request).await.unwrap().into_parts();
    (parts, String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn a_japanese_mail_with_dot_lines_arrives_as_it_was_written() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    let text = ".\n..\n.認証キー：123456\nhttps://idp.example/link/abc";
    send(
        server,
        letter("taro@example.com", "【証明書発行サービス】認証キーのお知らせ（再発行・とても長い件名）", text),
    )
    .await
    .unwrap();

    let [message] = mailbox.wait_for("taro@example.com", 1).await.try_into().unwrap();
    assert_eq!(message.subject, "【証明書発行サービス】認証キーのお知らせ（再発行・とても長い件名）");
    assert_eq!(message.text.trim_end(), text);
    assert_eq!(message.from, "証明書発行サービス <no-reply@idp.example>");
    assert_eq!((message.html, message.received_at.as_str()), (None, "2027-01-15T08:00:00.000Z"));
}

#[tokio::test]
async fn both_parts_of_a_mail_are_kept_apart() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    let parts = MultiPart::alternative()
        .singlepart(SinglePart::plain("文字だけ".to_owned()))
        .singlepart(SinglePart::html("<head></head><p onclick=evil()>飾り</p>".to_owned()));
    let letter = Letter::builder().from("a@idp.example".parse().unwrap()).to("b@example.com".parse().unwrap());
    send(server, letter.multipart(parts).unwrap()).await.unwrap();

    let [message] = mailbox.wait_for("b@example.com", 1).await.try_into().unwrap();
    assert_eq!(message.text.trim_end(), "文字だけ");
    assert!(message.html.unwrap().contains("飾り"));
    let (_, page) = get(&mailbox, "/messages/1").await;
    assert!(page.contains("<iframe") && page.contains("sandbox=") && !page.contains("onclick"));
    let (parts, html) = get(&mailbox, "/messages/1/html").await;
    assert!(html.contains("飾り"));
    assert!(parts.headers["content-security-policy"].to_str().unwrap().starts_with("sandbox "));
}

#[tokio::test]
async fn the_api_answers_newest_first_and_only_the_asked_recipient() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    for (to, subject) in
        [("a@example.com", "1"), ("b@example.com", "2"), ("a@EXAMPLE.com", "3"), ("A@example.com", "4")]
    {
        send(server, letter(to, subject, "text")).await.unwrap();
    }
    let (_, all) = get(&mailbox, "/api/messages").await;
    let all: serde_json::Value = serde_json::from_str(&all).unwrap();
    let subjects: Vec<&str> = all.as_array().unwrap().iter().map(|m| m["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["4", "3", "2", "1"]);
    let keys: HashSet<&str> = all[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, HashSet::from(["id", "to", "from", "subject", "text", "html", "received_at"]));
    assert!(all[0]["html"].is_null());

    let (_, some) = get(&mailbox, "/api/messages?to=a%40Example.Com").await;
    let some: serde_json::Value = serde_json::from_str(&some).unwrap();
    let subjects: Vec<&str> = some.as_array().unwrap().iter().map(|m| m["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["3", "1"]);
}

#[tokio::test]
async fn addresses_of_old_carriers_are_taken_as_they_are() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    let words =
        b"EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a..b.@docomo.ne.jp>\r\nRCPT TO:<\"c..d.\"@docomo.ne.jp>\r\nDATA\r\n\
        Subject: x\r\n\r\ny\r\n.\r\nQUIT\r\n";
    assert_eq!(codes(&says(server, words).await), ["220", "250", "250", "250", "250", "354", "250", "221"]);
    assert_eq!(mailbox.messages(Some("a..b.@docomo.ne.jp")).len(), 1);
    assert_eq!(mailbox.messages(Some("c..d.@docomo.ne.jp")).len(), 1);
}

#[tokio::test]
async fn a_second_mail_cannot_be_smuggled_in() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    let words = b"EHLO me\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\nSubject: x\r\n\r\n\
        one\n.\nMAIL FROM:<evil@b.example>\n.\r\ntwo\r\n.\r\nQUIT\r\n";
    assert_eq!(codes(&says(server, words).await), ["220", "250", "250", "250", "354", "250", "221"]);
    assert!(mailbox.messages(None)[0].text.contains("two"));
}

#[tokio::test]
async fn commands_out_of_order_and_nonsense_are_refused() {
    let server = served(&mailbox()).await;
    let words = b"MAIL FROM:<a@b.c>\r\nHELO me\r\nRCPT TO:<a@b.c>\r\nDATA\r\nMAIL FROM:a@b.c\r\nMAIL FROM:<a@b.c> SIZE=9999999\r\n\
        MAIL FROM:<a@b.c> X=1\r\nMAIL FROM:<a@b.c>\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<nobody>\r\nRCPT TO:<\xe3\x81>\r\nR\r\nAUTH PLAIN x\r\nRSET\r\nRCPT TO:<a@b.c>\r\nNOOP\r\nQUIT\r\n";
    let expected = [
        "220", "503", "250", "503", "503", "501", "552", "555", "250", "503", "501", "501", "502", "502", "250", "503",
        "250", "221",
    ];
    assert_eq!(codes(&says(server, words).await), expected);
    let long = says(server, &[b'x'; 5_000]).await;
    assert_eq!(codes(&long), ["220", "500"]);
}

#[tokio::test]
async fn a_mail_above_a_mebibyte_is_refused_and_the_conversation_goes_on() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    let mut words = b"EHLO me\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<a@b.c>\r\nDATA\r\n".to_vec();
    words.extend_from_slice("0123456789abcdef".repeat(70_000).as_bytes());
    words.extend_from_slice(b"\r\n.\r\nNOOP\r\nQUIT\r\n");
    assert_eq!(codes(&says(server, &words).await), ["220", "250", "250", "250", "354", "552", "250", "221"]);
    assert!(mailbox.messages(None).is_empty());
}

#[tokio::test]
async fn a_greylisted_recipient_is_taken_at_the_second_try() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    mailbox.set_behaviour(Behaviour::Greylist);
    let error = send(server, letter("a@example.com", "x", "y")).await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    send(server, letter("a@example.com", "x", "y")).await.unwrap();
    assert_eq!(mailbox.messages(None).len(), 1);
}

#[tokio::test]
async fn a_refused_recipient_learns_why() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    mailbox.set_behaviour(Behaviour::Refuse("5.1.1 User unknown".to_owned()));
    let error = send(server, letter("a@example.com", "x", "y")).await.unwrap_err();
    assert!(error.is_permanent() && error.to_string().contains("550") && mailbox.messages(None).is_empty(), "{error}");
}

#[tokio::test]
async fn a_server_that_hangs_up_or_hangs_keeps_nothing() {
    let mailbox = mailbox();
    let server = served(&mailbox).await;
    mailbox.set_behaviour(Behaviour::Drop);
    assert!(send(server, letter("a@example.com", "x", "y")).await.is_err());

    mailbox.set_behaviour(Behaviour::Hang);
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(b"EHLO me\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty() && mailbox.messages(None).is_empty());
}

#[tokio::test]
async fn mails_outlive_a_restart_and_a_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Mailbox::open(Some(folder.path()), Arc::new(Noon)).unwrap();
    let first = open();
    first.deliver("s@b.c", &["a@b.c".to_owned()], "Subject: =?utf-8?B?5Lu2?=\r\n\r\n本文".as_bytes()).unwrap();
    drop(first);
    let file = folder.path().join("mailbox.jsonl");
    let mut written = std::fs::read(&file).unwrap();
    written.extend_from_slice(br#"{"id":2,"fr"#);
    std::fs::write(&file, written).unwrap();

    let second = open();
    second.deliver("s@b.c", &["a@b.c".to_owned()], b"Subject: two\r\n\r\n").unwrap();
    drop(second);
    let read: Vec<_> = open().messages(None).into_iter().map(|m| (m.id, m.from, m.subject)).collect();
    let expected = [("2", "s@b.c", "two"), ("1", "s@b.c", "件")];
    assert_eq!(read, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
}

#[tokio::test]
async fn only_the_newest_thousand_are_kept() {
    let mailbox = mailbox();
    for _ in 0..1_003 {
        mailbox.deliver("s@b.c", &["a@b.c".to_owned()], b"\r\n").unwrap();
    }
    let messages = mailbox.messages(None);
    assert_eq!((messages.len(), messages[0].id.as_str(), messages[999].id.as_str()), (1_000, "1003", "4"));
}

#[tokio::test]
async fn a_mail_cannot_put_markup_into_the_pages() {
    let mailbox = mailbox();
    let content = b"From: <script>x</script> <a@b.c>\r\nSubject: <script>s</script>\r\n\r\n<script>t</script> https://ok.example/?a=1&b=\"><script>";
    mailbox.deliver("s@b.c", &["<script>@b.c".to_owned()], content).unwrap();
    for uri in ["/", "/?to=%22%3E%3Cscript%3E", "/messages/1"] {
        let (parts, page) = get(&mailbox, uri).await;
        assert!(!page.replace("<script src=\"/reload.js\"", "").contains("<script"), "{uri}: {page}");
        assert!(parts.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    }
    let (_, page) = get(&mailbox, "/messages/1").await;
    assert!(page.contains("href=\"https:&#x2f;&#x2f;ok.example&#x2f;?a=1&amp;b=\""), "{page}");
    assert_eq!(get(&mailbox, "/messages/2").await.0.status, 404);
    assert_eq!(get(&mailbox, "/messages/1/html").await.0.status, 404);
}
