//! HTTP: parse, call one flow, answer. The router is one line a route, grouped by who calls it.

pub mod access;
mod account;
pub mod admin;
mod assets;
pub mod client_address;
pub mod client_certificate;
mod cookies;
mod cors;
mod csrf;
pub mod deeds;
mod failure;
pub mod headers;
pub mod limits;
mod login;
mod maintenance;
mod oidc;
pub mod ops;
mod paths;
mod pulse;
pub mod server;
pub mod site;
mod visit;

use std::sync::Arc;

use crate::domain::entropy::Entropy;
use arc_swap::ArcSwap;
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};

use client_certificate::Proxies;
use deeds::Deeds;
use limits::{BodyLimit, Guard, RequestLimits};
use login::front;
use oidc::{
    authorize, check_session, device_authorization, discovery, end_session, introspection, jwks, pushed_authorization,
    registration, revocation, token, userinfo,
};
use site::House;

/// The public router: every tenant's routes behind the choice of the tenant.
pub fn router(house: Arc<ArcSwap<House>>, entropy: Arc<dyn Entropy>, deeds: &Deeds, proxies: Proxies) -> Router {
    let routes = documents()
        .merge(endpoints(deeds))
        .merge(front_channel(deeds))
        .merge(sign_in_pages(deeds))
        .merge(account_pages(deeds));
    let routes = routes.fallback(front::not_found).layer(from_fn(access::name_route));
    Router::new()
        .fallback(site::dispatch)
        .with_state((house, routes))
        .layer(from_fn_with_state(Guard::new(RequestLimits::default(), proxies), limits::guard))
        .layer(from_fn(headers::secure))
        .layer(from_fn_with_state(entropy, access::record))
}

/// Read by anyone, the same for all.
fn documents() -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::get))
        .route("/.well-known/oauth-authorization-server", get(discovery::get))
        .route("/jwks", get(jwks::get))
        .route("/check-session", get(check_session::get))
        .route("/assets/{theme}/{file}", get(assets::get))
        .method_not_allowed_fallback(front::other_endpoint_method)
}

/// Called by clients. Their writes go through the group-committing writer, which outlives a hung-up caller.
fn endpoints(deeds: &Deeds) -> Router {
    let shared = Router::new()
        .route("/token", post(token::post))
        .route("/userinfo", get(userinfo::get).post(userinfo::post))
        .method_not_allowed_fallback(front::other_endpoint_method)
        // Around the fallback too: a preflight is no method of these routes.
        .layer(from_fn(cors::clients_origins));
    let pushed = Router::new()
        .route("/par", post(pushed_authorization::post))
        .layer(from_fn_with_state(BodyLimit::PUSHED, limits::body));
    let registration = Router::new()
        .route("/register", post(registration::post))
        .route("/register/{client_id}", get(registration::get).put(registration::put).delete(registration::delete))
        .method_not_allowed_fallback(front::other_endpoint_method)
        // A registration is no hot write: it has a transaction of its own.
        .layer(from_fn_with_state(deeds.clone(), deeds::finish_posts));
    Router::new()
        .route("/device_authorization", post(device_authorization::post))
        .route("/introspect", post(introspection::post))
        .route("/revoke", post(revocation::post))
        .merge(shared)
        .merge(pushed)
        .merge(registration)
        .method_not_allowed_fallback(front::other_endpoint_method)
        .layer(from_fn_with_state(BodyLimit::FORM, limits::body))
}

/// Clients send a browser here.
fn front_channel(deeds: &Deeds) -> Router {
    Router::new()
        .route("/authorize", get(authorize::get).post(authorize::post).head(front::untouched))
        .route("/logout", get(end_session::get).post(end_session::post).head(front::untouched))
        .method_not_allowed_fallback(front::other_method)
        .layer(from_fn(maintenance::close))
        .layer(from_fn_with_state(deeds.clone(), deeds::finish_all))
        .layer(from_fn_with_state(BodyLimit::FORM, limits::page_body))
}

/// Used by people.
fn sign_in_pages(deeds: &Deeds) -> Router {
    // These two write although they are GETs: the university's answer, and the end of a login.
    let writing = Router::new()
        .route("/upstream/{upstream}/callback", get(login::callback::get).head(front::untouched))
        .route("/login/{login}/finish", get(login::finish::get).head(front::untouched))
        .layer(from_fn_with_state(deeds.clone(), deeds::finish_all));
    Router::new()
        .route("/", get(front::get))
        .route("/link/{token}", get(login::confirm_link::get).post(login::confirm_link::post))
        .route("/link/{token}/done", get(login::reset_second_password::done))
        .route(paths::FORGOT, get(login::forgot_second_password::get).post(login::forgot_second_password::post))
        .route(paths::RESET_SENT, get(login::reset_email_sent::get).post(login::reset_email_sent::post))
        .route("/forgot-second-password/lost-mailbox", get(login::reset_email_sent::lost_mailbox))
        .route(paths::DEVICE, get(login::device::get).post(login::device::post))
        .route("/login/{login}/device", get(login::device::ask).post(login::device::answer))
        .route("/login/{login}", get(login::sign_in::get).post(login::sign_in::post))
        .route("/login/{login}/restart", get(login::restart::get))
        .route("/login/{login}/next", get(login::restart::next))
        .route("/login/{login}/status", get(login::status::get))
        .route("/login/{login}/extend", post(login::extend::post))
        .route("/login/{login}/not-eligible", get(login::not_eligible::get))
        .route("/login/{login}/decline", get(login::not_eligible::decline))
        .route(
            "/login/{login}/already-signed-in",
            get(login::already_signed_in::get).post(login::already_signed_in::post),
        )
        .route("/login/{login}/register-email", get(login::register_email::get).post(login::register_email::post))
        .route("/login/{login}/email-sent", get(login::email_sent::get).post(login::email_sent::post))
        .route("/login/{login}/email-registered", get(login::email_registered::get))
        .route(
            "/login/{login}/set-second-password",
            get(login::set_second_password::get).post(login::set_second_password::post),
        )
        .route("/login/{login}/second-password-set", get(login::set_second_password::done))
        .route("/login/{login}/second-password", get(login::second_password::get).post(login::second_password::post))
        .route("/login/{login}/locked", get(login::locked::get))
        .route("/login/{login}/send-auth-key", get(login::send_auth_key::get).post(login::send_auth_key::post))
        .route("/login/{login}/auth-key", get(login::auth_key::get).post(login::auth_key::post))
        .route("/login/{login}/auth-key-invalid", get(login::auth_key::invalid))
        .route("/login/{login}/auth-key-reissued", get(login::auth_key::reissued))
        .route("/login/{login}/authenticator", get(login::authenticator::get).post(login::authenticator::post))
        .route(
            "/login/{login}/recovery-code",
            get(login::authenticator::get_recovery).post(login::authenticator::post_recovery),
        )
        .route("/login/{login}/consent", get(login::consent::get).post(login::consent::post))
        .route("/login/{login}/unmet", get(login::unmet::get))
        .route("/login/{login}/lost-mailbox", get(login::lost_mailbox::get))
        .layer(from_fn_with_state(deeds.clone(), deeds::finish_posts))
        .merge(writing)
        .method_not_allowed_fallback(front::other_method)
        .layer(from_fn(maintenance::close))
        .layer(from_fn_with_state(BodyLimit::FORM, limits::page_body))
}

/// Used by people who are signed in.
fn account_pages(deeds: &Deeds) -> Router {
    Router::new()
        .route("/account", get(account::menu::get).head(front::untouched))
        .route("/account/locked", get(account::locked::get).head(front::untouched))
        .route("/account/email", get(account::email::get).post(account::email::post).head(front::untouched))
        .route(
            "/account/email/sent",
            get(account::email_sent::get).post(account::email_sent::post).head(front::untouched),
        )
        .route("/account/email/changed", get(account::email_sent::changed).head(front::untouched))
        .route("/account/email/status", get(account::email_sent::status).head(front::untouched))
        .route(
            "/account/second-password",
            get(account::second_password::get).post(account::second_password::post).head(front::untouched),
        )
        .route("/account/second-password/changed", get(account::second_password::changed).head(front::untouched))
        .route(
            "/account/authenticator",
            get(account::authenticator::get).post(account::authenticator::post).head(front::untouched),
        )
        .route(
            "/account/authenticator/recovery-codes",
            get(account::authenticator::recovery_codes).post(account::authenticator::stored).head(front::untouched),
        )
        .route(
            "/account/authenticator/remove",
            get(account::authenticator::ask_removal).post(account::authenticator::remove).head(front::untouched),
        )
        .route(
            "/account/two-factor",
            get(account::two_factor::get).post(account::two_factor::post).head(front::untouched),
        )
        .route("/account/two-factor/enabled", get(account::two_factor::enabled).head(front::untouched))
        .route("/account/two-factor/disabled", get(account::two_factor::disabled).head(front::untouched))
        .route("/account/sessions", get(account::sessions::get).post(account::sessions::post).head(front::untouched))
        .route(
            "/account/{page}/confirm",
            get(account::confirm::get).post(account::confirm::post).head(front::untouched),
        )
        .route("/account/extend", post(account::extend::post))
        .route("/account/{page}/extend", post(account::extend::post))
        .route("/account/{page}/{below}/extend", post(account::extend::post))
        .layer(from_fn_with_state(deeds.clone(), deeds::finish_posts))
        .method_not_allowed_fallback(front::other_method)
        .layer(from_fn(maintenance::close))
        .layer(from_fn_with_state(BodyLimit::FORM, limits::page_body))
}
