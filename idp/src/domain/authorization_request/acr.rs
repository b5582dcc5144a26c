//! `claims.id_token.acr` goes before the voluntary `acr_values` (OpenID Connect Core §5.5.1.1).

use super::{AcrRequest, checklist::Asked};
use crate::domain::{acr::Acr, claims::ClaimsRequest};

pub(super) fn asked(asked: &Asked<'_>, claims: &ClaimsRequest) -> AcrRequest {
    if let Some((values, essential)) = &claims.acr {
        return AcrRequest { values: values.clone(), essential: *essential };
    }
    let values = asked.get("acr_values").unwrap_or_default().split(' ').filter_map(Acr::from_urn).collect();
    AcrRequest { values, essential: false }
}
