//! Where secrets may stand, who may read their files, and which are samples.

use super::{Files, IDP, client_file};
use crate::domain::{client::ClientAuthentication, secret::sha256_hex};

#[test]
fn the_demo_s_secret_is_a_sample() {
    let files = Files::good();
    let text = format!(
        "redirect_uris = [\"https://rp.example/cb\"]\nclient_secret_sha256 = \"{}\"\n",
        sha256_hex(b"demo-secret")
    );
    files.write("tenants/uni/clients/rp.toml", &text);
    let refused = files.load().unwrap().refuse_samples().unwrap_err().to_string();
    assert!(refused.contains("rp.toml:2: this secret is the demo's"), "{refused}");
}

#[test]
fn two_secrets_are_good_while_they_are_rotated_and_no_more() {
    let files = Files::good();
    let (a, b) = (sha256_hex(b"a"), sha256_hex(b"b"));
    let uris = "redirect_uris = [\"https://rp.example/cb\"]\n";
    files.write("tenants/uni/clients/rp.toml", &format!("{uris}client_secret_sha256 = [\"{a}\", \"{b}\"]\n"));
    let client = files.load().unwrap().tenants[0].client("rp").unwrap().clone();
    let ClientAuthentication::SecretBasic(secrets) = &client.authentication else { panic!() };
    assert!(secrets.admit("a") && secrets.admit("b") && !secrets.admit("c"));
    let three = format!("{uris}client_secret_sha256 = [\"{a}\", \"{b}\", \"{a}\"]\n");
    assert!(Files::client_says(&three)[0].contains("at most two"));
    let upper = format!("{uris}client_secret_sha256 = \"{}\"\n", a.to_uppercase());
    assert!(Files::client_says(&upper)[0].contains("64 lower-case"));
}

#[test]
fn secrets_are_where_the_method_wants_them() {
    let uris = "redirect_uris = [\"https://rp.example/cb\"]\n";
    for (text, finding) in [
        (uris.to_owned(), "client_secret_sha256 or client_secret_file is missing"),
        (format!("{uris}client_secret = \"x\"\n"), "client_secret: no secrets in here; put its SHA-256"),
        (format!("{}token_endpoint_auth_method = \"none\"\n", client_file()), "is for public clients"),
        (
            format!("{uris}token_endpoint_auth_method = \"none\"\nrequire_pkce = false\n"),
            "a public client cannot do without PKCE",
        ),
    ] {
        let findings = Files::client_says(&text);
        assert!(findings.len() == 1 && findings[0].contains(finding), "{findings:?}");
    }
}

#[test]
fn a_secret_file_is_its_owner_s_alone() {
    let files = Files::good();
    files.write(
        "tenants/uni/clients/rp.toml",
        "redirect_uris = [\"https://rp.example/cb\"]\nclient_secret_file = \"../secret\"\n",
    );
    assert!(files.findings()[0].contains("client_secret_file: "), "it is not there");
    files.secret("tenants/uni/secret", 0o600);
    assert!(files.load().is_ok());
    files.secret("tenants/uni/secret", 0o640);
    assert!(files.findings()[0].contains("others than its owner"), "{:?}", files.findings());
}

#[test]
fn a_password_in_an_address_is_no_place_for_it() {
    let files = Files::good();
    files.write("idp.toml", &format!("{IDP}smtp_url = \"smtp://me:secret@mail.example\"\nsmtp_password = \"x\"\n"));
    let findings = files.findings();
    assert!(findings[0].contains("smtp_url must not hold the password"), "{findings:?}");
    assert!(findings[1].contains("smtp_password: no secrets in here"), "{findings:?}");
}
