//! The first factor is proven at the university's own directory, a real slapd (J-01; E-05 to E-07; SR-14, SR-45, SR-71, SR-77).

use std::sync::Arc;

use idp::{
    domain::secret::Secret,
    upstream::{Kind, UpstreamError},
};

use crate::support::{
    Page, Student, World,
    clock::MINUTE,
    setup::Setup,
    slapd::{BASE, LOCK_AFTER, Slapd, Upstream},
    student::SECOND_PASSWORD,
    world::events,
};

const WRONG: u32 = 49;

async fn world_of(upstream: Upstream) -> Arc<World> {
    World::with(Setup::with_directory(upstream)).await
}

/// A directory with `s2025001` in it, and a world that asks it.
async fn university() -> Option<(Slapd, Arc<World>)> {
    let slapd = Slapd::start().await?;
    slapd.enters("s2025001", "university-1", &[]).await;
    let world = world_of(slapd.upstream()).await;
    Some((slapd, world))
}

/// Types something on P-01; the page is what follows.
async fn types(world: &Arc<World>, user_id: &str, password: &str) -> Page {
    let mut person = world.person(user_id, password);
    let page = person.begins().await;
    person.types_university_password(&page).await
}

fn is_refused(page: &Page, error: &str) -> bool {
    page.id() == "sign-in" && page.errors() == [error]
}

#[tokio::test]
async fn a_student_of_a_directory_gets_all_the_way_through() {
    let Some((_slapd, world)) = university().await else { return };
    let mut student = world.newcomer();
    let page = student.begins().await;
    assert!(page.body.contains("name=\"username\"") && page.body.contains("name=\"password\""));
    student.sets_everything_up().await;
    let page = student.signs_in_for(&[("scope", "openid profile")]).await;
    assert!(page.is_at_the_client(), "{}", page.id());
    let tokens = world.service().redeem(&page.code()).await;
    let claims = world.service().userinfo(&tokens.text("access_token")).await.json();
    assert_eq!((claims["preferred_username"].as_str(), claims["name"].as_str()), (Some("s2025001"), Some("佐藤 春香")));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_refused_with_the_same_words() {
    let Some((_slapd, world)) = university().await else { return };
    let wrong = types(&world, "s2025001", "university-2").await;
    let unknown = types(&world, "s2025999", "university-2").await;
    assert!(is_refused(&wrong, "E-06") && is_refused(&unknown, "E-06"), "{:?} {:?}", wrong.errors(), unknown.errors());
    let trail = world.trail(&wrong.support_code()).await;
    assert_eq!(events(&trail), ["upstream.failed"]);
    let reasons = |page: &Page| {
        let world = Arc::clone(&world);
        let code = page.support_code();
        async move { world.trail(&code).await[0].entry.detail.clone() }
    };
    assert_eq!(reasons(&wrong).await, reasons(&unknown).await);
    assert_eq!(types(&world, " Ｓ2025001　", "university-1").await.id(), "register-email", "as a directory reads it");
}

#[tokio::test]
async fn an_empty_field_is_e_05_and_no_try() {
    let Some((_slapd, world)) = university().await else { return };
    for _ in 0..6 {
        for (user_id, password) in [("s2025001", ""), ("", "university-1"), (" ", "x")] {
            assert!(is_refused(&types(&world, user_id, password).await, "E-05"));
        }
    }
    assert_eq!(types(&world, "s2025001", "university-1").await.id(), "register-email");
}

/// RFC 4513 §5.1.2: to an empty password this server says yes, and some stop reading at NUL.
#[tokio::test]
async fn a_password_that_a_server_could_read_as_empty_is_refused() {
    let Some((slapd, world)) = university().await else { return };
    assert_eq!(slapd.says_to(&format!("uid=s2025001,ou=people,{BASE}"), "").await, 0);
    let tenant = world.tenant();
    let flows = world.flows();
    let upstream = flows.upstreams.get(&tenant.id, &tenant.upstreams[0].id).unwrap();
    let Kind::Asking(directory) = upstream.kind() else { panic!("a directory asks") };
    for password in ["", "\0", "\0university-1", "university-1\0"] {
        let answer = directory.check_password("s2025001", Secret::new(password)).await;
        assert_eq!(answer.unwrap_err(), UpstreamError::Refused, "{password:?}");
        let page = types(&world, "s2025001", password).await;
        assert!(
            matches!(page.errors().as_slice(), [one] if one == "E-02" || one == "E-05"),
            "{password:?}: {}",
            page.id()
        );
    }
    assert!(directory.check_password("s2025001", Secret::new("university-1")).await.is_ok());
}

#[tokio::test]
async fn signs_of_the_filter_language_find_nobody() {
    let Some((slapd, world)) = university().await else { return };
    slapd.enters("s2025002", "university-1", &[]).await;
    for name in [
        "*",
        "s2025001*",
        "s202500*",
        "s2025001)(objectClass=*",
        "*)(uid=*))(|(uid=*",
        "s2025001)(|(cn=*",
        "s2025001\\",
        "\\73\\32\\30\\32\\35\\30\\30\\31",
        "s2025001)(!(uid=x)",
        "{username}",
        "uid=s2025001,ou=people,dc=example,dc=ac,dc=jp",
        "admin",
    ] {
        let page = types(&world, name, "university-1").await;
        assert!(is_refused(&page, "E-06"), "{name}: {} {:?}", page.id(), page.errors());
    }
}

#[tokio::test]
async fn two_hits_let_nobody_in() {
    let Some(slapd) = Slapd::start().await else { return };
    slapd.enters("s2025001", "university-1", &[("cn", "Taro")]).await;
    slapd.enters("s2025002", "university-1", &[("cn", "Taro")]).await;
    slapd.enters("s2025003", "university-1", &[("cn", "Taro")]).await;
    slapd.enters("s2025004", "university-1", &[("cn", "Hanako")]).await;
    let upstream = Upstream { filter: "(cn={username})".into(), ..slapd.upstream() };
    let world = world_of(upstream).await;
    assert!(is_refused(&types(&world, "Taro", "university-1").await, "E-06"));
    assert_eq!(types(&world, "Hanako", "university-1").await.id(), "register-email");
}

/// Whoever may write into one server does not decide who is asked for passwords.
#[tokio::test]
async fn a_reference_to_another_server_is_not_followed() {
    let Some((slapd, world)) = university().await else { return };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let elsewhere = format!("ldap://{}/ou=people,dc=evil", listener.local_addr().unwrap());
    let reference =
        [("objectClass", "referral"), ("objectClass", "extensibleObject"), ("ou", "old"), ("ref", &elsewhere)];
    slapd.add(&format!("ou=old,ou=people,{BASE}"), &reference).await;
    assert_eq!(types(&world, "s2025001", "university-1").await.id(), "register-email", "the one hit counts");
    assert!(is_refused(&types(&world, "s2020001", "university-1").await, "E-06"));
    let called = tokio::time::timeout(std::time::Duration::from_millis(1), listener.accept()).await;
    assert!(called.is_err(), "somebody called there");
}

#[tokio::test]
async fn eligible_by_group_by_attribute_or_not_at_all() {
    let Some(slapd) = Slapd::start().await else { return };
    let student = slapd.enters("s2025001", "university-1", &[("employeeType", "regular")]).await;
    slapd.enters("guest", "university-1", &[("employeeType", "guest")]).await;
    let staff = slapd.enters("staff", "university-1", &[("employeeType", "regular")]).await;
    slapd.enters("new", "university-1", &[]).await;
    for (group, member) in [("students", &student), ("teachers", &staff), ("library", &student)] {
        let dn = format!("cn={group},ou=groups,{BASE}");
        slapd.add(&dn, &[("objectClass", "groupOfNames"), ("cn", group), ("member", member)]).await;
    }
    let rules = format!(
        "[[upstream.eligible]]\naffiliation = {{ contains = \"cn=students,ou=groups,{BASE}\" }}\n\
         [[upstream.eligible]]\nuser_kind = {{ equals = \"guest\" }}"
    );
    let world = world_of(Upstream { more: rules, ..slapd.upstream() }).await;
    assert_eq!(types(&world, "s2025001", "university-1").await.id(), "register-email", "by group");
    assert_eq!(types(&world, "guest", "university-1").await.id(), "register-email", "by attribute");
    let page = types(&world, "staff", "university-1").await;
    assert_eq!(page.id(), "not-eligible");
    let trail = world.trail(&page.support_code()).await;
    assert!(trail[0].entry.detail.contains("Graduate"), "{}", trail[0].entry.detail);
    let page = types(&world, "new", "university-1").await;
    assert_eq!(page.id(), "not-eligible");
    let trail = world.trail(&page.support_code()).await;
    assert!(trail[0].entry.detail.contains("Missing"), "{}", trail[0].entry.detail);
}

#[tokio::test]
async fn an_entry_that_does_not_tell_its_user_id_is_not_eligible() {
    let Some(slapd) = Slapd::start().await else { return };
    slapd.enters("s2025001", "university-1", &[]).await;
    let mut upstream = slapd.upstream();
    upstream.more = "stable_id = \"entryUUID\"".into();
    upstream.filter = "(uid={username})".into();
    let text = upstream
        .text()
        .replace("user_id = \"uid\"", "user_id = \"employeeNumber\"")
        .replace("student_number = \"employeeNumber\"\n", "");
    assert!(text.contains("user_id = \"employeeNumber\""));
    let world = World::with(Setup::with_directory(Upstream { whole: Some(text), ..upstream })).await;
    let page = types(&world, "s2025001", "university-1").await;
    assert_eq!(page.id(), "not-eligible");
}

/// SR-77: our tries end before the university's own lock begins.
#[tokio::test]
async fn nobody_can_lock_a_student_out_at_the_university_through_us() {
    let Some((slapd, world)) = university().await else { return };
    let entry = format!("uid=s2025001,ou=people,{BASE}");
    let mut answers = Vec::new();
    for name in
        ["s2025001", "S2025001", "ｓ2025001", " s2025001 ", "s2025001", "s2025001", "S2025001", "s2025001\u{ad}"]
    {
        answers.extend(types(&world, name, "guess").await.errors());
    }
    assert_eq!(
        answers,
        ["E-06", "E-06", "E-06", "E-06", "E-06", "E-07", "E-07", "E-06"],
        "however the name is written"
    );
    assert!(is_refused(&types(&world, "s2025001", "university-1").await, "E-07"), "the right one has to wait too");
    assert_eq!(slapd.says_to(&entry, "university-1").await, 0, "the directory was not asked any more");
    world.clock.pass(16 * MINUTE);
    assert_eq!(types(&world, "s2025001", "university-1").await.id(), "register-email");
    for _ in 0..LOCK_AFTER {
        assert_eq!(slapd.says_to(&entry, "guess").await, WRONG);
    }
    assert_eq!(slapd.says_to(&entry, "university-1").await, WRONG, "the lock is there, as this test wants it");
    assert!(
        is_refused(&types(&world, "s2025001", "university-1").await, "E-06"),
        "a locked account is a wrong password"
    );
}

/// SR-71: student numbers are given again.
#[tokio::test]
async fn a_user_id_that_is_given_again_is_another_account() {
    let Some((slapd, world)) = university().await else { return };
    let mut first = world.newcomer();
    first.sets_everything_up().await;
    slapd.removes(&format!("uid=s2025001,ou=people,{BASE}")).await;
    slapd.enters("s2025001", "another-1", &[]).await;
    let mut second = Student { password: "another-1".into(), email: "second@mail.example".into(), ..world.newcomer() };
    assert_eq!(second.passes_the_university().await.id(), "register-email", "nothing is known of this person");
    second.browser.forget_cookies();
    second.sets_everything_up().await;
    let accounts = world.flows().store.accounts_by_user_id(&world.tenant().id, "s2025001").await.unwrap();
    assert_eq!(accounts.len(), 2);
    assert!(accounts.iter().all(|account| account.second_password.is_some()));
    assert_ne!(accounts[0].subject, accounts[1].subject);
}

#[tokio::test]
async fn a_new_name_of_the_same_person_is_the_same_account() {
    let Some((slapd, world)) = university().await else { return };
    let mut student = world.newcomer();
    student.sets_everything_up().await;
    let entry = format!("uid=s2025001,ou=people,{BASE}");
    slapd.renames(&entry, "uid=g2029001").await;
    let mut student = world.person("g2029001", "university-1");
    assert_eq!(student.passes_the_university().await.id(), "second-password");
    student.browser.forget_cookies();
}

/// SR-14, and the directory is not asked: it would count a wrong try.
#[tokio::test]
async fn the_university_s_password_does_not_become_the_second_one() {
    let Some(slapd) = Slapd::start().await else { return };
    let entry = slapd.enters("s2025001", "Harbor7violet9", &[]).await;
    let world = world_of(slapd.upstream()).await;
    let mut student = world.person("s2025001", "Harbor7violet9");
    let page = student.asks_for_the_link().await;
    let code = student.mail().await.digits();
    student.browser.enter(&page, &[("code", &code)]).await;
    let page = student.passes_the_university().await;
    let page = student.sets_second_password(&page, "Harbor7violet9", "Harbor7violet9").await;
    assert_eq!((page.id().as_str(), page.field_error("second_password").as_str()), ("set-second-password", "E-48"));
    slapd.replaces(&entry, "userPassword", "changed meanwhile").await;
    let page = student.sets_second_password(&page, "Harbor7violet9", "Harbor7violet9").await;
    assert_eq!(page.field_error("second_password"), "E-48", "remembered here, not asked there");
    let page = student.sets_second_password(&page, SECOND_PASSWORD, SECOND_PASSWORD).await;
    assert_eq!(page.message(), "second-password-set");
}

#[tokio::test]
async fn several_universities_have_a_form_each() {
    let Some(slapd) = Slapd::start().await else { return };
    slapd.enters("s2025009", "university-9", &[]).await;
    let other = "[[upstream]]\nid = \"graduates\"\nkind = \"directory\"\nname = { ja = \"卒業生\" }\n";
    let world = World::with(Setup::with_directory(slapd.upstream()).tenant(other)).await;
    world.import(&world.tenant(), "graduates").await;
    let mut student = world.person("s2025009", "university-9");
    let page = student.begins().await;
    assert_eq!(page.body.matches("name=\"password\"").count(), 2);
    for (upstream, user_id, password, expected) in [
        ("university", "s2025009", "university-9", "register-email"),
        ("graduates", "s2025001", "university-1", "register-email"),
        ("graduates", "s2025009", "university-9", "sign-in"),
    ] {
        let mut browser = world.browser();
        let page = browser.open(&world.service().url(&[])).await;
        let typed = [("upstream", upstream), ("username", user_id), ("password", password)];
        assert_eq!(browser.enter(&page, &typed).await.id(), expected, "{upstream} {user_id}");
    }
}
