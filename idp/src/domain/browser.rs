//! What a browser calls itself, in the few words that a person recognises it by (P-33).

use std::fmt;

/// Product and system, out of fixed lists: nothing that a browser sends is kept or shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browser {
    product: &'static str,
    system: &'static str,
}

/// Mark in the `User-Agent`, name. The first that is found holds, since most claim to be Safari and Chrome too.
const PRODUCTS: [(&str, &str); 12] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("Vivaldi/", "Vivaldi"),
    ("Line/", "LINE"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("GSA/", "Google"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];
/// No browser's own name is longer; what is, is not read to its end.
const MOST: usize = 512;

impl Browser {
    /// None if it names nothing that is known.
    pub fn of_user_agent(text: &str) -> Option<Self> {
        let text: &str = text.get(..MOST).unwrap_or(text);
        let find = |list: &'static [(&str, &'static str)]| {
            list.iter().find(|(mark, _)| text.contains(mark)).map(|(_, name)| *name)
        };
        let (product, system) = (find(&PRODUCTS), find(&SYSTEMS));
        (product.is_some() || system.is_some())
            .then(|| Self { product: product.unwrap_or_default(), system: system.unwrap_or_default() })
    }

    /// As it is stored and shown: `Chrome (Windows)`. None if no browser is written so.
    pub fn from_text(text: &str) -> Option<Self> {
        let known = |list: &'static [(&str, &'static str)], wanted: &str| {
            if wanted.is_empty() { Some("") } else { list.iter().map(|(_, name)| *name).find(|name| *name == wanted) }
        };
        let (product, system) = match text.strip_suffix(')').and_then(|text| text.split_once(" (")) {
            Some((product, system)) => (product, system),
            None if SYSTEMS.iter().any(|(_, name)| *name == text) => ("", text),
            None => (text, ""),
        };
        Some(Self { product: known(&PRODUCTS, product)?, system: known(&SYSTEMS, system)? })
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.product, self.system) {
            (product, "") => f.write_str(product),
            ("", system) => f.write_str(system),
            (product, system) => write!(f, "{product} ({system})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        Browser::of_user_agent(text).map(|browser| browser.to_string()).unwrap_or_default()
    }

    #[test]
    fn browsers_are_recognised_behind_what_they_pretend_to_be() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
        assert_eq!(said(&format!("{windows} {webkit} Chrome/130.0.0.0 Safari/537.36")), "Chrome (Windows)");
        assert_eq!(said(&format!("{windows} {webkit} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0")), "Edge (Windows)");
        assert_eq!(said("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"), "Firefox (Linux)");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        assert_eq!(said(&format!("{iphone} Version/17.5 Mobile/15E148 Safari/604.1")), "Safari (iPhone)");
        assert_eq!(said(&format!("{iphone} CriOS/130.0 Mobile/15E148 Safari/604.1")), "Chrome (iPhone)");
        let android = "Mozilla/5.0 (Linux; Android 14; SM-S918B)";
        assert_eq!(
            said(&format!("{android} {webkit} SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36")),
            "Samsung Internet (Android)"
        );
    }

    #[test]
    fn nothing_that_was_sent_is_ever_shown() {
        assert_eq!(said("<script>alert(1)</script>"), "");
        assert_eq!(said(""), "");
        assert_eq!(said(&format!("<b>Chrome/{}", "日".repeat(5000))), "Chrome");
        assert_eq!(Browser::from_text("<script> (Windows)"), None);
        assert_eq!(Browser::from_text(""), Some(Browser { product: "", system: "" }));
    }

    #[test]
    fn what_is_stored_is_read_again() {
        for (_, product) in PRODUCTS.iter().chain(&[("", "")]) {
            for (_, system) in SYSTEMS.iter().chain(&[("", "")]) {
                let browser = Browser { product, system };
                assert_eq!(Browser::from_text(&browser.to_string()), Some(browser));
            }
        }
    }
}
