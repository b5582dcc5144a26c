//! Addresses as people in Japan have and type them: what is registered, and what the mail server hears (J-02, SR-35).

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use crate::support::{World, setup::Setup};

const PATIENCE: Duration = Duration::from_secs(30);

/// Every line that a client says; all of it is taken.
async fn listening_server() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let ears = Arc::clone(&ears);
            tokio::spawn(async move {
                let (reader, mut writer) = stream.into_split();
                let mut lines = BufReader::new(reader).lines();
                let mut in_data = false;
                writer.write_all(b"220 ears\r\n").await.unwrap();
                while let Ok(Some(line)) = lines.next_line().await {
                    let answer = match line.split(' ').next().unwrap_or_default() {
                        "." if in_data => {
                            in_data = false;
                            "250 2.0.0 taken\r\n"
                        }
                        _ if in_data => "",
                        "EHLO" => "250-ears\r\n250 8BITMIME\r\n",
                        "DATA" => {
                            in_data = true;
                            "354 go\r\n"
                        }
                        _ => "250 ok\r\n",
                    };
                    ears.lock().unwrap().push(line);
                    if writer.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, heard)
}

/// What the server hears of `RCPT TO` and `To` when this is typed at P-02.
async fn heard_of(typed: &str) -> (Option<String>, Option<String>) {
    let (port, heard) = listening_server().await;
    let mut setup = Setup::default();
    setup.smtp = Some((port, PATIENCE));
    let world = World::with(setup).await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    student.registers(&page, typed).await;
    world.deliver_mail().await;
    let heard = heard.lock().unwrap();
    let rest = |start: &str| heard.iter().find_map(|line| line.strip_prefix(start)).map(str::to_owned);
    (rest("RCPT TO:"), rest("To: "))
}

#[tokio::test]
async fn old_carrier_addresses_are_quoted_on_the_wire_and_in_the_head() {
    for (typed, wire) in [
        ("taro@docomo.ne.jp", "taro@docomo.ne.jp"),
        ("a..b@docomo.ne.jp", "\"a..b\"@docomo.ne.jp"),
        ("taro.@ezweb.ne.jp", "\"taro.\"@ezweb.ne.jp"),
        ("a..b.@softbank.ne.jp", "\"a..b.\"@softbank.ne.jp"),
        ("x..y@t.vodafone.ne.jp", "\"x..y\"@t.vodafone.ne.jp"),
    ] {
        let (recipient, to) = heard_of(typed).await;
        assert_eq!(recipient.as_deref(), Some(format!("<{wire}>").as_str()), "{typed}");
        assert_eq!(to.as_deref(), Some(wire), "{typed}");
    }
}

#[tokio::test]
async fn full_width_letters_and_blanks_are_read_as_meant() {
    for typed in
        ["Ｔａｒｏ．Ｙ＠Ｅｘａｍｐｌｅ．ＣＯＭ", " Taro.Y@example.com　", "Taro.Y@EXAMPLE.com", "Taro. Y@ example.com"]
    {
        assert_eq!(heard_of(typed).await.0.as_deref(), Some("<Taro.Y@example.com>"), "{typed}");
    }
}

/// What P-02 says of an address, in a tenant with this policy.
async fn refused(policy: &str, typed: &str) -> (String, String) {
    let world = World::with(Setup::default().tenant(&format!("[policy.email]\n{policy}"))).await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let page = student.registers(&page, typed).await;
    world.deliver_mail().await;
    assert!(world.post.mails().is_empty() || page.id() == "email-sent", "no mail to what is refused: {typed}");
    let code = if page.id() == "email-sent" { "sent".to_owned() } else { page.field_error("email") };
    (code, page.text())
}

#[tokio::test]
async fn sr_35_more_or_less_than_one_address_is_e_21() {
    for typed in [
        "a@b.jp,c@d.jp",
        "a@b.jp;c@d.jp",
        "Taro <taro@example.com>",
        "<taro@example.com>",
        "\"a b\"@example.com",
        "\"a..b\"@docomo.ne.jp",
        "taro(comment)@example.com",
        "@relay.example:taro@example.com",
        "taro%other@example.com",
        "taro@[192.0.2.1]",
        "tarō@example.com",
        "太郎@example.com",
        "taro@例え.jp",
        ".taro@example.com",
        "taro@example..com",
        "taro@example.com\r\nBcc: x@y.jp",
        "taro",
    ] {
        assert_eq!(refused("", typed).await.0, "E-21", "{typed:?}");
    }
    assert_eq!(refused("", " 　 ").await.0, "E-20");
}

#[tokio::test]
async fn dots_that_break_the_standard_are_e_23_elsewhere_and_where_they_are_refused() {
    assert_eq!(refused("", "a..b@docomo.ne.jp").await.0, "sent");
    assert_eq!(refused("", "a..b@example.com").await.0, "E-23");
    assert_eq!(refused("", "a.@example.com").await.0, "E-23");
    assert_eq!(refused("", "a..b@docomo.ne.jp.example.com").await.0, "E-23");
    assert_eq!(refused("legacy_carrier_addresses = \"refuse\"", "a..b@docomo.ne.jp").await.0, "E-23");
    assert_eq!(refused("legacy_carrier_domains = [\"carrier.example\"]", "a..b@docomo.ne.jp").await.0, "E-23");
    assert_eq!(refused("legacy_carrier_domains = [\"carrier.example\"]", "a..b@carrier.example").await.0, "sent");
}

#[tokio::test]
async fn domain_lists_have_messages_of_their_own_that_name_the_domains() {
    let denied = "deny_domains = [\"example.ac.jp\", \"*.example.ac.jp\"]";
    for typed in ["taro@example.ac.jp", "taro@g.Example.AC.jp", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ａｃ．ｊｐ"]
    {
        let (code, text) = refused(denied, typed).await;
        assert_eq!(code, "E-24", "{typed}");
        assert!(text.contains("example.ac.jp のメールアドレスは登録できません"), "{text}");
    }
    assert_eq!(refused(denied, "taro@example.com").await.0, "sent");
    let allowed = "allow_domains = [\"example.com\", \"*.example.org\"]";
    let (code, text) = refused(allowed, "taro@example.net").await;
    assert_eq!(code, "E-25");
    assert!(text.contains("example.com, *.example.org のメールアドレスを入力してください"), "{text}");
    assert_eq!(refused(allowed, "taro@mail.example.org").await.0, "sent");
}

#[tokio::test]
async fn one_address_typed_in_two_ways_is_no_mismatch() {
    let world = World::start().await;
    let mut student = world.newcomer();
    let page = student.passes_the_university().await;
    let typed = [("email", "taro@example.com"), ("email_confirmation", "ｔａｒｏ@Example.com ")];
    assert_eq!(student.browser.enter(&page, &typed).await.id(), "email-sent");
}
