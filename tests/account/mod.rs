//! The account pages (journeys J-07, J-10, J-12, J-13, J-19; P-18, P-19, P-29, P-33).

mod authenticator;
mod email;
mod entry;
mod extend;
mod leaving;
mod second_password;
mod sessions;
mod step_up;
mod two_factor;

use url::Url;

use crate::support::{Page, Student, setup::ISSUER};

pub const SERVICE: &str = "certificate-service";
pub const RETURN_TO: &str = "https://rp.example/";

/// The address of an account page, called by the service as the manual's menu does.
pub fn address(page: &str, parameters: &[(&str, &str)]) -> String {
    let usual = [("client_id", SERVICE), ("return_to", RETURN_TO)];
    let mut all = usual.to_vec();
    for (name, value) in parameters {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name, value));
        }
    }
    let path = if page.is_empty() { "/account".to_owned() } else { format!("/account/{page}") };
    Url::parse_with_params(&format!("{ISSUER}{path}"), all).unwrap().to_string()
}

/// Opens an account page from the service's menu.
pub async fn opens(student: &mut Student, page: &str) -> Page {
    student.browser.open(&address(page, &[])).await
}
