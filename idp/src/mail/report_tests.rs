//! Reports as mail servers write them, and what only looks like one.

use proptest::prelude::*;

use super::*;

const TAG: &str = "abcdefghijklmnopqrstuvwxyz234567abcdefghij";

/// As Postfix writes it: `notify` is its middle part.
fn report(notify: &str) -> String {
    format!(
        "Return-Path: <>\r\nDelivered-To: bounces@id.example.jp\r\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\r\n\
         To: bounces@id.example.jp\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"B/relay\"\r\n\r\n\
         --B/relay\r\nContent-Description: Notification\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nSorry.\r\n\r\n\
         --B/relay\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n{notify}\r\n\
         --B/relay\r\nContent-Description: Undelivered Message Headers\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         From: no-reply@id.example.jp\r\nTo: taro@example.com\r\nMessage-ID: <{TAG}@id.example.jp>\r\n\r\n--B/relay--\r\n"
    )
}

const FAILED: &str = "Reporting-MTA: dns; relay.example\r\nX-Postfix-Queue-ID: 4F\r\n\r\n\
    Final-Recipient: rfc822; taro@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\nRemote-MTA: dns; mx.example.com\r\n\
    Diagnostic-Code: smtp; 550 5.1.1 <taro@example.com>: Recipient address\r\n    rejected: User unknown\r\n";

#[test]
fn a_failure_is_read_with_its_words_and_the_mail_it_is_about() {
    let report = read(report(FAILED).as_bytes()).unwrap();
    assert_eq!(report.fate, Fate::Refused { for_good: true });
    assert_eq!(report.words, "550 5.1.1 <taro@example.com>: Recipient address rejected: User unknown");
    assert_eq!(report.tags, [TAG]);
}

#[test]
fn giving_up_after_days_is_a_refusal_that_blames_nobody() {
    let expired = FAILED.replace("5.1.1\r\nRemote", "4.4.7\r\nRemote");
    assert_eq!(read(report(&expired).as_bytes()).unwrap().fate, Fate::Refused { for_good: false });
}

#[test]
fn delays_and_deliveries_are_told_apart_and_relaying_says_nothing() {
    let of = |action: &str| read(report(&FAILED.replace("failed", action)).as_bytes()).map(|report| report.fate);
    assert_eq!(of("delayed"), Some(Fate::Delayed));
    assert_eq!(of("Delivered"), Some(Fate::Delivered));
    for action in ["relayed", "expanded", "", "none of these"] {
        assert_eq!(of(action), None, "{action}");
    }
}

#[test]
fn the_whole_mail_may_come_back_instead_of_its_head() {
    let returned = report(FAILED)
        .replace("text/rfc822-headers", "message/rfc822")
        .replace("\r\n\r\n--B/relay--", "\r\n\r\nbody\r\n--B/relay--");
    assert_eq!(read(returned.as_bytes()).unwrap().tags, [TAG]);
}

#[test]
fn the_tag_may_stand_in_the_recipient_alone() {
    let verp = report(FAILED)
        .replace(&format!("Message-ID: <{TAG}@id.example.jp>\r\n"), "")
        .replace("Delivered-To: bounces@", &format!("Delivered-To: Bounces+{}@", TAG.to_uppercase()));
    assert_eq!(read(verp.as_bytes()).unwrap().tags, [TAG]);
}

#[test]
fn what_is_no_report_says_nothing() {
    let vacation = "From: a@b.jp\r\nTo: bounces@id.example.jp\r\nAuto-Submitted: auto-replied\r\nSubject: away\r\n\r\nI am away.\r\n";
    let receipt = report(FAILED).replace("report-type=delivery-status", "report-type=disposition-notification");
    let without = report(FAILED).replace("message/delivery-status", "text/plain");
    for text in [
        "",
        "\r\n\r\n",
        vacation,
        &receipt,
        &without,
        "Content-Type: multipart/report; report-type=delivery-status\r\n\r\n",
    ] {
        assert_eq!(read(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_report_cut_off_anywhere_is_survived() {
    let whole = report(FAILED);
    for end in 0..whole.len() {
        drop(read(&whole.as_bytes()[..end]));
    }
}

#[test]
fn a_report_full_of_tags_is_read_to_a_limit() {
    let many: Vec<String> =
        (0..1000).map(|number| format!("{}{}", &TAG[..40], ["aa", "bb", "cc", "dd"][number % 4])).collect();
    let flooded = report(FAILED).replace("Sorry.", &many.join(" "));
    assert!(read(flooded.as_bytes()).unwrap().tags.len() <= 20);
}

proptest! {
    #[test]
    fn nothing_makes_the_reader_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..2000), notify in "(?s).{0,300}") {
        drop(read(&bytes));
        drop(read(report(&notify).as_bytes()));
    }
}
