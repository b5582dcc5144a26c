//! Samples of the pages that connect a device.

use super::{Pages, Words, add};
use crate::theme::page::{ConfirmDevice, Device, DeviceAnswered, Page, Problem};

pub fn all(words: &Words, pages: &mut Pages) {
    let form = Device {
        action: words.say("/uni/device"),
        form_token: words.token(),
        user_code: String::new(),
        errors: Vec::new(),
    };
    add(pages, "device", Page::Device(form.clone()));
    let brought = Device { user_code: words.say("BCDF-GHJK"), ..form };
    add(pages, "device-brought", Page::Device(brought.clone()));
    for (name, error) in [("wrong", Problem::field("user_code", "E-72")), ("throttled", Problem::page("E-04"))] {
        let page = Device { errors: vec![error], ..brought.clone() };
        add(pages, &format!("device-{name}"), Page::Device(page));
    }
    let ask = ConfirmDevice {
        action: words.path("/device"),
        form_token: words.token(),
        client: words.say("Library Terminal"),
        scopes: ["profile", "email", "address", "phone", "student", "account", "offline_access"].to_vec(),
        resources: vec![words.say("https://api.example.ac.jp/grades")],
        user_id_masked: words.say("12••••78"),
    };
    add(pages, "confirm-device", Page::ConfirmDevice(ask.clone()));
    add(
        pages,
        "confirm-device-nothing-else",
        Page::ConfirmDevice(ConfirmDevice { scopes: Vec::new(), resources: Vec::new(), ..ask }),
    );
    for (name, allowed) in [("connected", true), ("refused", false)] {
        let page = DeviceAnswered { allowed, another: words.say("/uni/device") };
        add(pages, &format!("device-answered-{name}"), Page::DeviceAnswered(page));
    }
}
