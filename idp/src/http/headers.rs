//! The fixed security headers of every answer, by one middleware (SR-8).

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// What a document may load, who may frame it and where its forms may go. A handler puts it into the answer's
/// extensions; without it an answer gets the strictest, [`ContentPolicy::Api`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ContentPolicy {
    /// Data, redirects, refusals: nothing is a document.
    #[default]
    Api,
    /// A page that leaves this origin by links only.
    Page,
    /// A page whose POST may leave: `/authorize`, `/login/…`, `/logout`, `/device`. Chromium applies `form-action`
    /// to every redirect that follows a POST, also to those of others, so it is left out.
    PageThatLeaves,
    /// `/account` and `/admin`: a page of its own browsing context group.
    IsolatedPage,
    /// The same, with a button whose press leads to the service (いいえ on P-18).
    IsolatedPageThatLeaves,
    /// The front-channel logout page, made by [`ContentPolicy::framing`].
    PageThatFrames(HeaderValue),
    /// The consent page with a client's logo, made by [`ContentPolicy::picturing`].
    PageThatPictures(HeaderValue),
    /// The session-management iframe: any relying party may frame it.
    SessionFrame,
    /// A file of a theme; an SVG opened on its own runs nothing.
    Asset,
}

/// Put into the answer's extensions when the tenant's issuer is https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrictTransport {
    Host,
    HostAndSubdomains,
}

macro_rules! page_policy {
    ($rest:literal) => {
        HeaderValue::from_static(concat!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; ",
            "connect-src 'self'; base-uri 'none'",
            $rest
        ))
    };
}

static API: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
static PAGE: HeaderValue = page_policy!("; frame-ancestors 'none'; form-action 'self'");
static PAGE_THAT_LEAVES: HeaderValue = page_policy!("; frame-ancestors 'none'");
static SESSION_FRAME: HeaderValue =
    HeaderValue::from_static("default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'");
static ASSET: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");

static NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
// `no-referrer` would make browsers send `Origin: null` from our own forms.
static REFERRER: HeaderValue = HeaderValue::from_static("strict-origin");
static PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
static PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), \
     gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
     publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()",
);
static RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
static OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
static SAME_ORIGIN: HeaderValue = HeaderValue::from_static("same-origin");
static CROSS_ORIGIN: HeaderValue = HeaderValue::from_static("cross-origin");
static NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
static HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
static HSTS_SUBDOMAINS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

impl ContentPolicy {
    /// The page that loads the clients' front-channel logout URIs in frames; `origins` are serialized origins of
    /// registered URIs. One that cannot stand in a header or a policy is left out, so its frame stays empty.
    pub fn framing<'a>(origins: impl IntoIterator<Item = &'a str>) -> Self {
        let mut policy = String::from(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src",
        );
        let bare = policy.len();
        for origin in origins {
            if stands_in_a_policy(origin) {
                policy.push(' ');
                policy.push_str(origin);
            }
        }
        if policy.len() == bare {
            policy.push_str(" 'none'");
        }
        HeaderValue::try_from(policy).map_or(Self::PageThatLeaves, Self::PageThatFrames)
    }

    /// The page that shows a picture of one other origin; one that cannot stand in a policy is left out, and the picture too.
    pub fn picturing(origin: &str) -> Self {
        if !stands_in_a_policy(origin) {
            return Self::PageThatLeaves;
        }
        let policy = format!(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: {origin}; font-src 'self'; \
             connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        HeaderValue::try_from(policy).map_or(Self::PageThatLeaves, Self::PageThatPictures)
    }

    fn value(&self) -> &HeaderValue {
        match self {
            Self::Api => &API,
            Self::Page | Self::IsolatedPage => &PAGE,
            Self::PageThatLeaves | Self::IsolatedPageThatLeaves => &PAGE_THAT_LEAVES,
            Self::PageThatFrames(value) | Self::PageThatPictures(value) => value,
            Self::SessionFrame => &SESSION_FRAME,
            Self::Asset => &ASSET,
        }
    }
}

fn stands_in_a_policy(origin: &str) -> bool {
    origin.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'\'' | b'*'))
}

/// Sets the headers on what comes out of the layers inside of it. `Cache-Control` is `no-store` unless the handler said otherwise.
pub async fn secure(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = response.extensions_mut().remove::<ContentPolicy>().unwrap_or_default();
    let transport = response.extensions_mut().remove::<StrictTransport>();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy.value().clone());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF.clone());
    headers.insert(header::REFERRER_POLICY, REFERRER.clone());
    headers.insert(PERMISSIONS_POLICY.clone(), PERMISSIONS.clone());
    let readers = if policy == ContentPolicy::SessionFrame { &CROSS_ORIGIN } else { &SAME_ORIGIN };
    headers.insert(RESOURCE_POLICY.clone(), readers.clone());
    if matches!(policy, ContentPolicy::IsolatedPage | ContentPolicy::IsolatedPageThatLeaves) {
        headers.insert(OPENER_POLICY.clone(), SAME_ORIGIN.clone());
    }
    match transport {
        Some(StrictTransport::Host) => drop(headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS.clone())),
        Some(StrictTransport::HostAndSubdomains) => {
            drop(headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS_SUBDOMAINS.clone()));
        }
        None => {}
    }
    headers.entry(header::CACHE_CONTROL).or_insert_with(|| NO_STORE.clone());
    response
}
