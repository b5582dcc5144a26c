//! Mails that came back: read from the maildir, told to the student, and never believed without our own mark (J-20).

use std::{fs, sync::Arc};

use idp::{domain::ids::AccountId, store::AuditFilter};

use super::{message_id, told, waiting_for_a_key};
use crate::{
    account,
    support::{
        Student, World,
        clock::{HOUR, MINUTE},
        setup::Setup,
        world::events,
    },
};

fn setup() -> Setup {
    Setup::default().set("policy.two_factor", "required").mail("bounce_maildir = \"bounces\"")
}

/// As Postfix writes a report.
fn report(action: &str, status: &str, message_id: &str) -> String {
    format!(
        "From: MAILER-DAEMON@relay.example\r\nTo: bounces@id.example.jp\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n\
         Final-Recipient: rfc822; s2025001@mail.example\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} <s2025001@mail.example> says \u{1b}[31mno\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    )
}

fn comes_back(world: &World, name: &str, mail: impl AsRef<[u8]>) {
    fs::write(world.folder().join("bounces/new").join(name), mail).unwrap();
}

async fn reads(world: &World) -> usize {
    world.flows().read_bounces(&world.folder().join("bounces")).await.unwrap()
}

fn names(world: &World, folder: &str) -> Vec<String> {
    let folder = fs::read_dir(world.folder().join("bounces").join(folder)).unwrap();
    let mut names: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

async fn account_of(world: &World, student: &Student) -> idp::domain::account::Account {
    let found = world.flows().store.accounts_by_user_id(&world.tenant().id, &student.user_id).await.unwrap();
    found.into_iter().next().unwrap()
}

async fn is_marked(world: &World, student: &Student) -> bool {
    account_of(world, student).await.email.unwrap().undeliverable
}

async fn events_of(world: &World, account: AccountId) -> Vec<String> {
    let filter = AuditFilter { account: Some(account), ..AuditFilter::default() };
    let rows = world.flows().store.audit_rows(&filter, 0, 1000).await.unwrap();
    events(&rows).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_returned_key_is_told_on_its_page_and_at_the_next_login() {
    let world = World::with(setup()).await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    assert_eq!(told(&mut student, &page).await.1, "sent");
    comes_back(&world, "1.host", report("failed", "5.1.1", &message_id(&world)));
    assert_eq!(reads(&world).await, 1);
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "refused");
    assert!(page.text().contains("お届けできませんでした"), "{}", page.text());
    assert_eq!((names(&world, "new"), names(&world, "cur")), (vec![], vec!["1.host:2,S".to_owned()]));
    let account = account_of(&world, &student).await;
    assert!(events_of(&world, account.id).await.contains(&"email.undeliverable".to_owned()));

    world.clock.pass(HOUR);
    let page = student.reaches_auth_key().await;
    assert!(page.text().contains("お届けできませんでした"));
}

#[tokio::test]
async fn the_server_s_words_are_kept_for_the_help_desk_without_the_address() {
    let world = World::with(setup()).await;
    let (student, _) = waiting_for_a_key(&world).await;
    comes_back(&world, "1", report("failed", "5.2.2", &message_id(&world)));
    reads(&world).await;
    let account = account_of(&world, &student).await;
    let letter = world.flows().store.letters_of_account(account.id, 1).await.unwrap().remove(0);
    assert_eq!(letter.last_reply.as_deref(), Some("550 5.2.2 <s2•••@mail.example> says  [31mno"));
    assert!(letter.body.is_none());
}

#[tokio::test]
async fn a_delay_is_told_and_then_the_delivery() {
    let world = World::with(setup()).await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    comes_back(&world, "1", report("delayed", "4.4.1", &message_id(&world)));
    reads(&world).await;
    assert_eq!(told(&mut student, &page).await.1, "delayed");
    assert!(!is_marked(&world, &student).await);
    let mails = world.post.mails().len();
    world.clock.pass(2 * MINUTE);
    world.deliver_mail().await;
    assert_eq!(world.post.mails().len(), mails, "the other server tries again, not we");

    comes_back(&world, "2", report("delivered", "2.0.0", &message_id(&world)));
    reads(&world).await;
    let (page, state) = told(&mut student, &page).await;
    assert_eq!(state, "delivered");
    assert!(page.text().contains("受け付けました"), "{}", page.text());
}

#[tokio::test]
async fn a_delivery_clears_the_mark_and_giving_up_sets_none() {
    let world = World::with(setup()).await;
    let (mut student, _) = waiting_for_a_key(&world).await;
    comes_back(&world, "1", report("failed", "5.1.1", &message_id(&world)));
    reads(&world).await;
    assert!(is_marked(&world, &student).await);
    world.clock.pass(HOUR);
    student.reaches_auth_key().await;
    world.deliver_mail().await;
    comes_back(&world, "2", report("delivered", "2.0.0", &message_id(&world)));
    reads(&world).await;
    assert!(!is_marked(&world, &student).await);
    world.clock.pass(HOUR);
    student.reaches_auth_key().await;
    world.deliver_mail().await;
    comes_back(&world, "3", report("failed", "4.4.7", &message_id(&world)));
    reads(&world).await;
    assert!(!is_marked(&world, &student).await, "time ran out; the address may be good");
}

#[tokio::test]
async fn a_returned_registration_mail_advises_another_address_at_the_next_login() {
    let world = World::with(setup()).await;
    let mut student = world.newcomer();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    comes_back(&world, "1", report("failed", "5.1.1", &message_id(&world)));
    reads(&world).await;
    assert_eq!(told(&mut student, &page).await.1, "refused");
    world.clock.pass(HOUR);
    let page = student.passes_the_university().await;
    assert_eq!(page.id(), "register-email");
    assert!(page.text().contains("別のメールアドレスの登録をお勧めします"), "{}", page.text());
}

#[tokio::test]
async fn a_returned_mail_advises_another_address_where_it_is_changed() {
    let world = World::with(setup()).await;
    let mut student = world.student().await;
    assert!(student.signs_in().await.is_at_the_client());
    comes_back(&world, "1", report("failed", "5.1.1", &message_id(&world)));
    reads(&world).await;
    let page = account::opens(&mut student, "email").await;
    assert_eq!(page.id(), "change-email");
    assert!(page.text().contains("別のメールアドレスの登録をお勧めします"), "{}", page.text());
}

#[tokio::test]
async fn a_forged_report_changes_nothing() {
    let world = World::with(setup()).await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let real = message_id(&world);
    let (tag, domain) = real.split_once('@').unwrap();
    let mut last = tag.to_owned();
    let changed = if last.pop() == Some('a') { 'e' } else { 'a' };
    last.push(changed);
    let first = format!("{}{}", if tag.starts_with('a') { 'b' } else { 'a' }, &tag[1..]);
    for (number, forged) in
        [format!("{last}@{domain}"), format!("{first}@{domain}"), "nothing@x".into()].iter().enumerate()
    {
        comes_back(&world, &format!("{number}"), report("failed", "5.1.1", forged));
    }
    assert_eq!(reads(&world).await, 3);
    assert_eq!(told(&mut student, &page).await.1, "sent");
    assert!(!is_marked(&world, &student).await);
    assert_eq!(names(&world, "cur"), ["0:2,", "1:2,", "2:2,"], "for whoever looks after the mailbox");
}

#[tokio::test]
async fn a_report_on_a_former_address_does_not_mark_the_new_one() {
    let world = World::with(setup()).await;
    let mut student = world.newcomer();
    student.email = "old@mail.example".into();
    let page = student.asks_for_the_link().await;
    world.deliver_mail().await;
    let old = message_id(&world);
    let page = student.browser.press(&page, &[], "correct").await;
    student.email = "new@mail.example".into();
    let page = student.registers(&page, "new@mail.example").await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    comes_back(&world, "1", report("failed", "5.1.1", &old));
    reads(&world).await;
    assert!(!is_marked(&world, &student).await);
}

#[tokio::test]
async fn what_cannot_be_read_is_put_aside_and_keeps_nobody_waiting() {
    let world = World::with(setup()).await;
    let (student, _) = waiting_for_a_key(&world).await;
    comes_back(&world, "1.empty", "");
    comes_back(&world, "2.noise", [0, 159, 146, 150, 13, 10, 255].repeat(1000));
    comes_back(&world, "3.cut", &report("failed", "5.1.1", &message_id(&world))[..300]);
    comes_back(&world, "4.vacation", "From: x@y.jp\r\nSubject: away\r\n\r\nAway.\r\n");
    fs::File::create(world.folder().join("bounces/new/5.huge")).unwrap().set_len(5 << 30).unwrap();
    comes_back(&world, "6.real", report("failed", "5.1.1", &message_id(&world)));
    assert_eq!(reads(&world).await, 6);
    assert!(is_marked(&world, &student).await);
    assert_eq!(names(&world, "cur").len(), 6);
    assert_eq!(names(&world, "cur").iter().filter(|name| name.ends_with(":2,S")).count(), 1);
    assert_eq!(reads(&world).await, 0);
}

#[tokio::test]
async fn a_report_read_twice_is_taken_once() {
    let world = World::with(setup()).await;
    let (student, _) = waiting_for_a_key(&world).await;
    for name in ["1", "2"] {
        comes_back(&world, name, report("failed", "5.1.1", &message_id(&world)));
    }
    let reading = (0..4).map(|_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { reads(&world).await })
    });
    for read in reading.collect::<Vec<_>>() {
        read.await.unwrap();
    }
    let account = account_of(&world, &student).await;
    let marks = events_of(&world, account.id).await.into_iter().filter(|event| event == "email.undeliverable").count();
    assert_eq!(marks, 1);
    assert_eq!(names(&world, "new"), Vec::<String>::new());
}

#[tokio::test]
async fn each_mail_may_have_an_address_of_its_own_to_come_back_to() {
    let setup = setup().mail("bounce_address = \"bounces+@id.example.jp\"");
    let world = World::with(setup).await;
    let (mut student, page) = waiting_for_a_key(&world).await;
    let mail = world.post.mails().pop().unwrap();
    let envelope = mail.sender.envelope.clone();
    assert!(envelope.starts_with("bounces+") && envelope.ends_with("@id.example.jp"), "{envelope}");
    assert!(envelope.split('@').next().unwrap().len() <= 64, "{envelope}");
    let verp = report("failed", "5.1.1", "lost@elsewhere")
        .replace("To: bounces@id.example.jp", &format!("To: {}", envelope.to_uppercase()));
    comes_back(&world, "1", verp);
    reads(&world).await;
    assert_eq!(told(&mut student, &page).await.1, "refused");
}
