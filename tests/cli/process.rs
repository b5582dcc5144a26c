//! The commands as processes: exit codes, and help with an example each.

use std::process::{Command, Output};

use crate::support::World;

fn idp(world: Option<&World>, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_idp"));
    if let Some(world) = world {
        command.arg("--config").arg(world.folder().join("idp.toml"));
    }
    command.args(words).env_remove("RUST_BACKTRACE").output().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_codes_are_0_1_and_2() {
    let world = World::start().await;
    world.student().await;
    let code = |words: &[&str]| idp(Some(&world), words).status.code();
    assert_eq!(code(&["account", "show", "s2025001", "--json"]), Some(0));
    assert_eq!(code(&["simulate", "--account", "s2025001", "--client", "certificate-service"]), Some(0));
    assert_eq!(code(&["account", "show", "nobody"]), Some(2));
    assert_eq!(code(&["account", "clear-email", "s2025001"]), Some(2), "without a reason");
    assert_eq!(code(&["account", "erase", "s2025001", "--reason", "x"]), Some(2), "without --yes");
    assert_eq!(code(&["mail", "test", "taro@example.com", "--tenant", "demo"]), Some(1), "no mail server there");
    let told = idp(Some(&world), &["account", "show", "nobody"]);
    assert_eq!(String::from_utf8_lossy(&told.stderr), "idp: no account goes by nobody\n");
}

#[test]
fn every_command_helps_with_an_example() {
    for words in [
        ["account", "show"].as_slice(),
        &["account", "unlock"],
        &["account", "suspend"],
        &["account", "end"],
        &["account", "end-roster"],
        &["account", "clear-email"],
        &["account", "reset-second-password"],
        &["account", "erase"],
        &["account", "export"],
        &["account", "import"],
        &["client", "list"],
        &["client", "show"],
        &["client", "registration-token"],
        &["client", "registration-token", "list"],
        &["client", "registration-token", "revoke"],
        &["client", "remove"],
        &["mail", "queue"],
        &["mail", "retry"],
        &["mail", "test"],
        &["simulate"],
    ] {
        let help = idp(None, &[words, &["--help"]].concat());
        let text = String::from_utf8(help.stdout).unwrap();
        assert!(
            help.status.success() && text.contains(&format!("Example: idp {}", words.join(" "))),
            "{words:?}: {text}"
        );
    }
}
