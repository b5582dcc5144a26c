//! What a browser was shown: read by what contract.md promises, not by its looks.

use axum::http::{HeaderMap, StatusCode};
use scraper::{ElementRef, Html, Selector};
use url::Url;

#[derive(Clone, Debug)]
pub struct Page {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// A form as the browser would send it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: Url,
    pub fields: Vec<(String, String)>,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

fn attribute(element: &ElementRef<'_>, name: &str) -> Option<String> {
    element.value().attr(name).map(str::to_owned)
}

impl Page {
    fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// An attribute of the first element that is wanted.
    pub fn one(&self, wanted: &str, name: &str) -> Option<String> {
        self.html().select(&selector(wanted)).next().and_then(|element| attribute(&element, name))
    }

    /// An attribute of every element that is wanted.
    pub fn all(&self, wanted: &str, name: &str) -> Vec<String> {
        self.html().select(&selector(wanted)).filter_map(|element| attribute(&element, name)).collect()
    }

    /// `data-page`; of what is no page, its address and status.
    pub fn id(&self) -> String {
        let id = self.one("main", "data-page");
        id.unwrap_or_else(|| {
            format!("{} {} {}", self.status.as_u16(), self.url, self.body.chars().take(200).collect::<String>())
        })
    }

    /// The page's own `data-error` (P-22, P-23).
    pub fn error(&self) -> String {
        self.one("main[data-error]", "data-error").unwrap_or_else(|| format!("no error on {}", self.id()))
    }

    /// `data-message` of a dialog page.
    pub fn message(&self) -> String {
        self.one("main[data-message]", "data-message").unwrap_or_else(|| format!("no message on {}", self.id()))
    }

    /// Every error told on the page, in its order.
    pub fn errors(&self) -> Vec<String> {
        let html = self.html();
        html.select(&selector("[data-error]")).filter_map(|element| attribute(&element, "data-error")).collect()
    }

    /// The errors tied to one field as screen readers find them: by `aria-describedby`.
    pub fn field_errors(&self, name: &str) -> Vec<String> {
        let html = self.html();
        let Some(field) = html.select(&selector(&format!("[name={name}]"))).next() else { return Vec::new() };
        if attribute(&field, "aria-invalid").as_deref() != Some("true") {
            return Vec::new();
        }
        let described = attribute(&field, "aria-describedby").unwrap_or_default();
        described
            .split_whitespace()
            .flat_map(|id| {
                let inside = selector(&format!("#{id} [data-error]"));
                html.select(&inside).filter_map(|element| attribute(&element, "data-error")).collect::<Vec<_>>()
            })
            .collect()
    }

    pub fn field_error(&self, name: &str) -> String {
        self.field_errors(name).join(" ")
    }

    /// What stands in a field.
    pub fn value(&self, name: &str) -> Option<String> {
        self.one(&format!("[name={name}]"), "value")
    }

    pub fn link(&self, name: &str) -> Url {
        let href = self.one(&format!("[data-link={name}]"), "href");
        let href = href.unwrap_or_else(|| panic!("no link {name} on {}", self.id()));
        self.url.join(&href).unwrap()
    }

    pub fn has_link(&self, name: &str) -> bool {
        self.one(&format!("[data-link={name}]"), "href").is_some()
    }

    pub fn support_code(&self) -> String {
        let html = self.html();
        let shown = html.select(&selector("output[data-support-code]")).next();
        shown.unwrap_or_else(|| panic!("no support code on {}", self.id())).text().collect()
    }

    /// 照合番号 on P-08.
    pub fn reference(&self) -> String {
        let html = self.html();
        html.select(&selector("[data-reference]")).next().expect("a reference").text().collect()
    }

    /// What a waiting page says of its mail.
    pub fn mail(&self) -> String {
        self.one("[data-mail]", "data-mail").unwrap_or_else(|| format!("no mail on {}", self.id()))
    }

    pub fn language(&self) -> String {
        self.one("html", "lang").unwrap_or_default()
    }

    pub fn text(&self) -> String {
        let html = self.html();
        html.select(&selector("main")).flat_map(|main| main.text().collect::<Vec<_>>()).collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// A parameter of the address.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// The client's code, if this is where the client took over.
    pub fn code(&self) -> String {
        self.parameter("code").unwrap_or_else(|| panic!("no code: {} {}", self.id(), self.url))
    }

    pub fn is_at_the_client(&self) -> bool {
        self.url.host_str() == Some("rp.example")
    }

    /// The seconds that are left without a press, and in any case; none: the page lasts.
    pub fn time_left(&self) -> Option<(u64, u64)> {
        let seconds = |name: &str| self.one("form.limit", name).map(|text| text.parse().unwrap());
        Some((seconds("data-idle")?, seconds("data-absolute")?))
    }

    /// 有効時間を延ばす.
    pub fn extension(&self) -> Form {
        let action = self.one("form.limit", "action").unwrap_or_else(|| panic!("{} lasts", self.id()));
        let token = self.one("form.limit [name=form_token]", "value").unwrap();
        Form { action: self.url.join(&action).unwrap(), fields: vec![("form_token".to_owned(), token)] }
    }

    pub fn offers_more_time(&self) -> bool {
        self.one("form.limit button", "class").is_some()
    }

    /// The form that holds these fields and this button, filled in; without a button, Enter presses the first one.
    pub fn form(&self, typed: &[(&str, &str)], action: Option<&str>) -> Form {
        let html = self.html();
        let found = html.select(&selector("form")).find(|form| {
            let holds = |wanted: &str| form.select(&selector(wanted)).next().is_some();
            typed.iter().all(|(name, _)| holds(&format!("[name={name}]")))
                && action.is_none_or(|value| holds(&format!("button[name=action][value={value}]")))
                && (action.is_some() || !typed.is_empty() || form.value().attr("class") != Some("language"))
        });
        let form = found.unwrap_or_else(|| panic!("no form with {typed:?} {action:?} on {}", self.id()));
        let mut fields = Vec::new();
        for element in form.select(&selector("input, select, textarea")) {
            let Some(name) = attribute(&element, "name") else { continue };
            let standing = match element.value().name() {
                "select" => {
                    let chosen = element.select(&selector("option[selected]")).next();
                    let chosen = chosen.or_else(|| element.select(&selector("option")).next());
                    chosen.and_then(|option| attribute(&option, "value")).unwrap_or_default()
                }
                _ => attribute(&element, "value").unwrap_or_default(),
            };
            let value =
                typed.iter().find(|(typed, _)| *typed == name).map_or(standing, |(_, value)| (*value).to_owned());
            fields.push((name, value));
        }
        let button = match action {
            Some(value) => form.select(&selector(&format!("button[name=action][value={value}]"))).next(),
            None => form.select(&selector("button")).next(),
        };
        if let Some(button) = button
            && let Some(name) = attribute(&button, "name")
        {
            fields.push((name, attribute(&button, "value").unwrap_or_default()));
        }
        let action = self.url.join(form.value().attr("action").unwrap_or_default()).unwrap();
        Form { action, fields }
    }
}
