//! The mailbox's web pages: the list, one mail, and the JSON that tests read.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Deserialize;

use super::{
    super::{japan_time, links},
    Mail, Mailbox, Message,
};

/// Mails bring their own styles and images inline; whatever they do stays inside their frame.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
    frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const MAIL_POLICY: &str = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; \
    style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

impl Filter {
    fn address(&self) -> Option<&str> {
        self.to.as_deref().map(str::trim).filter(|to| !to.is_empty())
    }
}

pub fn router(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/messages/{id}", get(one))
        .route("/messages/{id}/html", get(html))
        .route("/messages/{id}/source", get(source))
        .route("/api/messages", get(api))
        .route("/newest", get(newest))
        .route("/style.css", get(|| async { asset("text/css; charset=utf-8", include_str!("style.css")) }))
        .route("/reload.js", get(|| async { asset("text/javascript; charset=utf-8", include_str!("reload.js")) }))
        .with_state(mailbox)
}

async fn api(State(mailbox): State<Arc<Mailbox>>, Query(filter): Query<Filter>) -> Json<Vec<Message>> {
    Json(mailbox.messages(filter.address()))
}

/// The id of the newest mail: what the script on the list compares.
async fn newest(State(mailbox): State<Arc<Mailbox>>) -> String {
    newest_id(&mailbox)
}

async fn list(State(mailbox): State<Arc<Mailbox>>, Query(filter): Query<Filter>) -> Response {
    let mails: Vec<Value> = mailbox.mails(filter.address()).iter().map(|mail| row(mail)).collect();
    page("list", &context! { mails, to => filter.address(), newest => newest_id(&mailbox) })
}

async fn one(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>) -> Response {
    let Some(mail) = mailbox.mail(&id) else { return missing() };
    let text: Vec<Value> = links::split(&mail.message.text)
        .into_iter()
        .map(|piece| context! { text => piece.text, link => piece.is_link })
        .collect();
    page("message", &context! { mail => row(&mail), text, html => mail.message.html.is_some() })
}

async fn html(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>) -> Response {
    let Some(html) = mailbox.mail(&id).and_then(|mail| mail.message.html.clone()) else { return missing() };
    let headers = [(header::CONTENT_SECURITY_POLICY, MAIL_POLICY), (header::CACHE_CONTROL, "no-store")];
    (headers, Html(opening_in_new_tabs(&html))).into_response()
}

async fn source(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>) -> Response {
    let Some(mail) = mailbox.mail(&id) else { return missing() };
    asset("text/plain; charset=utf-8", mail.source.clone())
}

fn newest_id(mailbox: &Mailbox) -> String {
    mailbox.mails(None).first().map_or_else(String::new, |mail| mail.message.id.clone())
}

fn row(mail: &Mail) -> Value {
    let Message { id, to, from, subject, text, .. } = &mail.message;
    let preview: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect();
    context! { id, to, from, subject, preview, at => japan_time(mail.received_at) }
}

/// A link in a framed mail would load inside the frame, where most sites refuse to appear.
fn opening_in_new_tabs(html: &str) -> String {
    const BASE: &str = r#"<base target="_blank">"#;
    match html.split_once("<head>") {
        Some((before, after)) => [before, "<head>", BASE, after].concat(),
        None => [BASE, html].concat(),
    }
}

fn page(name: &str, values: &Value) -> Response {
    match render(name, values) {
        Ok(html) => {
            let headers = [
                (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
                (header::CACHE_CONTROL, "no-store"),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
            ];
            (headers, Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(%error, name, "a page of the mailbox could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn render(name: &str, values: &Value) -> Result<String, minijinja::Error> {
    let mut pages = Environment::new();
    pages.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    pages.add_template("layout.html", include_str!("layout.html"))?;
    pages.add_template("list.html", include_str!("list.html"))?;
    pages.add_template("message.html", include_str!("message.html"))?;
    pages.get_template(&[name, ".html"].concat())?.render(values)
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "このメールはありません。 There is no such mail.").into_response()
}

fn asset(kind: &'static str, content: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, content).into_response()
}
