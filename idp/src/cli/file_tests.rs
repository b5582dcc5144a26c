//! The commands that read and write configuration files.

use std::{fs, path::PathBuf};

use tempfile::TempDir;

use super::{Outcome, check, client, config, tenant};
use crate::{
    config::{Configuration, demo},
    domain::{client::ClientAuthentication, entropy::tests::Seeded},
};

struct World {
    folder: TempDir,
    config: PathBuf,
}

impl World {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("idp.toml");
        fs::write(&config, "[mail]\nfrom = \"no-reply@id.example.jp\"\n").unwrap();
        fs::create_dir(folder.path().join("tenants")).unwrap();
        Self { folder, config }
    }

    fn check(&self, json: bool) -> (Outcome, String) {
        let mut out = Vec::new();
        let outcome = check::run(&check::Arguments { json }, &self.config, [], &mut out).unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    fn new_tenant(&self, id: &str) -> anyhow::Result<Outcome> {
        let command = tenant::Command::New { id: id.into(), issuer: None, name: Some("A \"good\" one".into()) };
        tenant::run(&command, &self.config, [], &mut Vec::new())
    }

    fn client(&self, command: &client::Command) -> anyhow::Result<String> {
        self.client_by_chance(command, 7)
    }

    fn client_by_chance(&self, command: &client::Command, seed: u64) -> anyhow::Result<String> {
        let mut out = Vec::new();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(client::run(command, &self.config, &[], &Seeded::new(seed), &mut out))?;
        Ok(String::from_utf8(out)?)
    }

    fn new_client(&self, id: &str) -> anyhow::Result<String> {
        self.client(&client::Command::New(client::New {
            id: id.into(),
            tenant: None,
            name: None,
            redirect_uris: vec!["https://rp.example/cb".into()],
            public: false,
        }))
    }

    fn admits(&self, secret: &str) -> bool {
        let configuration = Configuration::load(&self.config, []).unwrap_or_else(|findings| panic!("{findings}"));
        let client = configuration.tenants[0].client("rp").unwrap().clone();
        let ClientAuthentication::SecretBasic(secrets) = &client.authentication else { panic!() };
        secrets.admit(secret)
    }
}

fn which(id: &str) -> client::Which {
    client::Which { id: id.into(), tenant: None }
}

fn secret(text: &str) -> String {
    text.lines().find_map(|line| line.strip_prefix("client_secret: ")).unwrap().to_owned()
}

#[test]
fn a_new_tenant_and_client_are_good_as_they_are_written() {
    let world = World::empty();
    world.new_tenant("uni").unwrap();
    let secret = secret(&world.new_client("rp").unwrap());
    assert!(world.admits(&secret));
    let (outcome, text) = world.check(false);
    assert_eq!(outcome, Outcome::Fine, "{text}");
    assert!(text.contains("no upstream is enabled"), "{text}");
    assert!(world.new_tenant("uni").is_err(), "nothing is overwritten");
    assert!(world.new_client("rp").is_err(), "nothing is overwritten");
    assert!(world.new_tenant("../x").is_err() && world.new_client("../x").is_err());
}

#[test]
fn a_rotated_secret_works_beside_the_old_one_until_the_rotation_is_finished() {
    let world = World::empty();
    world.new_tenant("uni").unwrap();
    let old = secret(&world.new_client("rp").unwrap());
    let path = world.folder.path().join("tenants/uni/clients/rp.toml");
    let before = fs::read_to_string(&path).unwrap();
    let rotate = client::Command::RotateSecret { which: which("rp"), finish: false };
    let new = secret(&world.client_by_chance(&rotate, 8).unwrap());
    assert!(new != old && world.admits(&old) && world.admits(&new));
    world.client(&client::Command::RotateSecret { which: which("rp"), finish: true }).unwrap();
    assert!(!world.admits(&old) && world.admits(&new));
    assert_eq!(fs::read_to_string(&path).unwrap().len(), before.len(), "only the hash is another one");
    assert!(world.client(&client::Command::RotateSecret { which: which("other"), finish: false }).is_err());
}

#[test]
fn check_tells_findings_and_cannot_run_without_its_file() {
    let world = World::empty();
    fs::write(&world.config, "[mail]\nfrm = \"a@example.jp\"\n").unwrap();
    let (outcome, text) = world.check(false);
    assert_eq!(outcome, Outcome::Found);
    assert!(text.contains("idp.toml:2: unknown key \"frm\"; did you mean \"from\"?"), "{text}");
    let (_, json) = world.check(true);
    let findings: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(findings[0]["level"], "error");
    assert_eq!(findings[0]["place"]["at"]["line"], 2);
    fs::remove_file(&world.config).unwrap();
    assert!(check::run(&check::Arguments { json: false }, &world.config, [], &mut Vec::new()).is_err());
}

#[test]
fn check_refuses_the_demo_s_secret() {
    let data = tempfile::tempdir().unwrap();
    let values = demo::DemoValues { port: 9000, issuer: None, clients: None };
    let path = demo::write(data.path(), &values, &Seeded::new(1)).unwrap();
    let mut out = Vec::new();
    let outcome = check::run(&check::Arguments { json: false }, &path, [], &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(outcome, Outcome::Found);
    assert_eq!(text.lines().filter(|line| !line.contains(": warning: ")).count(), 1, "{text}");
}

#[test]
fn an_exported_client_holds_its_metadata_and_no_secret() {
    let world = World::empty();
    world.new_tenant("uni").unwrap();
    world.new_client("rp").unwrap();
    let text = world.client(&client::Command::Export(which("rp"))).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(metadata["redirect_uris"][0], "https://rp.example/cb");
    assert_eq!(metadata["token_endpoint_auth_method"], "client_secret_basic");
    assert!(!text.contains("secret_sha256"));
    assert!(world.client(&client::Command::Show(which("rp"))).unwrap().contains("\nclient_id: rp\n"));
    assert!(world.client(&client::Command::List { json: false }).unwrap().starts_with("uni "));
}

#[test]
fn the_schemas_are_written_one_file_each() {
    let folder = tempfile::tempdir().unwrap();
    let command = config::Command::Schema { out: Some(folder.path().join("schemas")) };
    config::run(&command, &mut Vec::new()).unwrap();
    for name in ["idp", "tenant", "client"] {
        let text = fs::read_to_string(folder.path().join(format!("schemas/{name}.schema.json"))).unwrap();
        assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["properties"].is_object());
    }
}
