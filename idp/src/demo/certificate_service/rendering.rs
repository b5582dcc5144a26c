//! Templates, texts in four languages and assets, all of them inside the binary.

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use minijinja::{Environment, UndefinedBehavior, Value, context, value::Serde};

use super::{Service, language, session::Session};
use crate::domain::language::Language;

/// What an identity provider said went wrong (RFC 6749 §4.1.2.1).
pub struct ProtocolError {
    pub error: Option<String>,
    pub description: Option<String>,
}

pub struct Pages {
    templates: Environment<'static>,
    texts: [(Language, Value); 4],
}

impl Pages {
    pub fn new() -> anyhow::Result<Self> {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        for (name, source) in [
            ("layout.html", include_str!("pages/layout.html")),
            ("welcome.html", include_str!("pages/welcome.html")),
            ("top.html", include_str!("pages/top.html")),
            ("manual.html", include_str!("pages/manual.html")),
            ("signed-out.html", include_str!("pages/signed-out.html")),
            ("problem.html", include_str!("pages/problem.html")),
        ] {
            templates.add_template(name, source)?;
        }
        let texts = |source: &str| toml::from_str::<toml::Table>(source).map(|table| Value::from(Serde(table)));
        let texts = [
            (Language::Ja, texts(include_str!("pages/ja.toml"))?),
            (Language::En, texts(include_str!("pages/en.toml"))?),
            (Language::ZhCn, texts(include_str!("pages/zh-CN.toml"))?),
            (Language::Ko, texts(include_str!("pages/ko.toml"))?),
        ];
        Ok(Self { templates, texts })
    }

    fn texts(&self, language: Language) -> Option<&Value> {
        self.texts.iter().find_map(|(one, texts)| (*one == language).then_some(texts))
    }

    pub fn page(&self, status: StatusCode, name: &str, values: &Value) -> Response {
        let rendered = self.templates.get_template(&[name, ".html"].concat()).and_then(|page| page.render(values));
        match rendered {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(?error, name, "a page of the certificate service could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

impl Service {
    /// What every page shows around its own content.
    pub fn frame(&self, headers: &HeaderMap, session: Option<&Session>) -> Value {
        let shown = language::shown(headers, session.and_then(Session::locale));
        context! {
            t => self.pages.texts(shown),
            lang => shown.tag(),
            menu => session.map(|session| self.menu(headers, session)),
        }
    }

    /// A page that says what happened and how to go on.
    pub fn problem(
        &self,
        headers: &HeaderMap,
        status: StatusCode,
        kind: &str,
        said: Option<ProtocolError>,
    ) -> Response {
        let session = self.session(headers).map(|(_, session)| session);
        let frame = self.frame(headers, session.as_deref());
        let said = said.map(|said| context! { error => said.error, description => said.description });
        self.pages.page(status, "problem", &context! { kind, said, ..frame })
    }
}

pub async fn asset(Path(name): Path<String>) -> Response {
    let (kind, content) = match name.as_str() {
        "service.css" => ("text/css; charset=utf-8", include_str!("pages/service.css")),
        "service.js" => ("text/javascript; charset=utf-8", include_str!("pages/service.js")),
        "mark.svg" => ("image/svg+xml", include_str!("pages/mark.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content).into_response()
}
