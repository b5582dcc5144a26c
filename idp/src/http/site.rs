//! The tenants this process serves, and how Host and path pick one (SR-40).

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use tower::ServiceExt;

use crate::{
    domain::{clock::Clock, language::Language, tenant::Tenant},
    flows::Flows,
    theme::Themes,
};

pub use super::oidc::discovery::Certificates;

use super::{
    failure::{self, PageFailure},
    headers::StrictTransport,
    limits::Oversize,
    oidc::discovery,
    visit::Visit,
};

const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// What every handler can reach; replaced as a whole at a reload.
#[derive(Clone)]
pub struct House {
    pub sites: Arc<Sites>,
    pub flows: Flows,
    pub themes: Arc<Themes>,
    pub clock: Arc<dyn Clock>,
}

/// One tenant with what is made of it once.
pub struct Site {
    pub tenant: Arc<Tenant>,
    /// The tenant's languages that its theme speaks.
    pub languages: Vec<Language>,
    /// The discovery document.
    pub metadata: Bytes,
}

impl Site {
    pub fn new(tenant: Arc<Tenant>, themes: &Themes, certificates: Certificates) -> Self {
        let spoken = themes.languages(&tenant.theme);
        let languages: Vec<Language> =
            tenant.languages.iter().copied().filter(|language| spoken.contains(language)).collect();
        let metadata = discovery::document(&tenant, &languages, certificates);
        Self { tenant, languages, metadata }
    }

    /// A complete path below the issuer, as pages and redirects to ourselves use it.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.tenant.issuer.path())
    }
}

/// All sites, by the authority that browsers send.
#[derive(Default)]
pub struct Sites(HashMap<String, Vec<Arc<Site>>>);

impl Sites {
    pub fn new(sites: impl IntoIterator<Item = Site>) -> Self {
        let mut by_authority: HashMap<String, Vec<Arc<Site>>> = HashMap::new();
        for site in sites {
            by_authority.entry(site.tenant.issuer.authority().to_owned()).or_default().push(Arc::new(site));
        }
        for sites in by_authority.values_mut() {
            // The longest path first, so that `/uni/law` is found before `/uni`.
            sites.sort_by_key(|site| std::cmp::Reverse(site.tenant.issuer.path().len()));
        }
        Self(by_authority)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<Site>> {
        self.0.values().flatten()
    }

    fn knows(&self, authority: &str) -> bool {
        self.0.contains_key(authority)
    }

    /// The site of a path, and the path below its issuer.
    fn find(&self, authority: &str, path: &str) -> Option<(Arc<Site>, String)> {
        let sites = self.0.get(authority)?;
        // RFC 8414 §3.1: for an issuer with a path the document lies before the path.
        if let Some(issuer_path) = path.strip_prefix(OAUTH_METADATA).filter(|rest| !rest.is_empty()) {
            let site = sites.iter().find(|site| site.tenant.issuer.path() == issuer_path)?;
            return Some((Arc::clone(site), OAUTH_METADATA.to_owned()));
        }
        sites.iter().find_map(|site| {
            let rest = path.strip_prefix(site.tenant.issuer.path())?;
            match rest {
                "" => Some((Arc::clone(site), "/".to_owned())),
                rest if rest.starts_with('/') => Some((Arc::clone(site), rest.to_owned())),
                _ => None,
            }
        })
    }
}

/// Picks the tenant, hands the request to its routes, and turns failures into what their reader understands.
pub async fn dispatch(State((house, routes)): State<(Arc<ArcSwap<House>>, Router)>, mut request: Request) -> Response {
    let house = house.load_full();
    let Some(authority) = authority(request.uri(), request.headers()) else {
        return (StatusCode::BAD_REQUEST, "One Host header is needed.\n").into_response();
    };
    if !house.sites.knows(&authority) {
        return misdirected();
    }
    let Some((site, path)) = house.sites.find(&authority, request.uri().path()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if path != request.uri().path() && rewrite(request.uri_mut(), &path).is_err() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let secure = site.tenant.issuer.is_secure();
    let visit = Visit::of(house, site, &request);
    let response = if let Some(Oversize(status)) = request.extensions().get::<Oversize>() {
        PageFailure::too_large(*status).into_response()
    } else {
        request.extensions_mut().insert(visit.clone());
        match routes.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    };
    let mut response = failure::tell(&visit, &path, response).await;
    if secure {
        response.extensions_mut().insert(StrictTransport::Host);
    }
    response
}

/// Host and port in lower case without the default port; none if there is not exactly one.
fn authority(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    // HTTP/2 names it in the URI; then a Host header may stand beside it, but only one.
    let named = match uri.authority() {
        Some(authority) => authority.as_str(),
        None => host?.to_str().ok()?,
    };
    let lower = named.to_ascii_lowercase();
    let bare = lower.strip_suffix(":443").or_else(|| lower.strip_suffix(":80")).unwrap_or(&lower);
    (second.is_none() && !bare.is_empty()).then(|| bare.to_owned())
}

/// RFC 9110 §15.5.20.
fn misdirected() -> Response {
    (StatusCode::MISDIRECTED_REQUEST, "This server does not answer to this host name.\n").into_response()
}

fn rewrite(uri: &mut Uri, path: &str) -> Result<(), axum::http::Error> {
    let text = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let path_and_query: PathAndQuery = text.parse().map_err(axum::http::Error::from)?;
    *uri = Uri::builder().path_and_query(path_and_query).build()?;
    Ok(())
}
