//! Forms come from our own pages: the browser says so, and the form's token proves it (SR-7).

use axum::http::{HeaderMap, header};

use super::{failure::PageFailure, visit::Visit};

/// `Sec-Fetch-Site` where it is sent, else `Origin` where it is sent. Without both the form's token stands alone.
pub fn same_site(visit: &Visit, headers: &HeaderMap) -> Result<(), PageFailure> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("unreadable"));
    let ours = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.eq_ignore_ascii_case(visit.tenant().issuer.origin()),
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(PageFailure::out_of_order()) }
}
