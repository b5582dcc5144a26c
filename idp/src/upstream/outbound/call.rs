//! One call to an address that may be called: no redirects, a JSON answer of bounded length, in bounded time (SR-80).

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use http::{
    StatusCode,
    header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE},
};
use reqwest::{Client, redirect};
use url::Url;

use crate::domain::client::Origin;

use super::{Entry, Outbound, OutboundError, OutboundSettings, guard::Guard, not_an_address, origin};

/// A client that is made at its first call: reading the system's certificate authorities takes longer than a whole start.
pub(super) struct Caller {
    settings: OutboundSettings,
    guard: Guard,
    made: OnceLock<Client>,
}

impl Caller {
    pub fn new(settings: &OutboundSettings, guard: Guard) -> Arc<Self> {
        Arc::new(Self { settings: settings.clone(), guard, made: OnceLock::new() })
    }

    async fn client(self: &Arc<Self>) -> Result<Client, OutboundError> {
        if let Some(client) = self.made.get() {
            return Ok(client.clone());
        }
        let caller = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || client(&caller.settings, &caller.guard)).await;
        let made = made.map_err(|error| OutboundError::Unusable(error.to_string()))??;
        Ok(self.made.get_or_init(|| made).clone())
    }
}

impl Outbound {
    /// The JSON at an address that a stranger named.
    pub async fn read_strangers(&self, named: &str) -> Result<Vec<u8>, OutboundError> {
        let entry = self.strangers_entry(named)?;
        let request = http::Request::get(named).header(ACCEPT, "application/json").body(Vec::new());
        let answer = entry.call(request.map_err(|_| not_an_address())?).await?;
        if answer.status() == StatusCode::OK {
            return Ok(answer.into_body());
        }
        Err(OutboundError::Unusable(format!("status {}", answer.status())))
    }

    /// Posts a form to an address in a client's metadata; of the answer only its status is read.
    pub async fn post_form(
        &self,
        origin: Origin,
        address: &str,
        fields: &[(&str, &str)],
    ) -> Result<StatusCode, OutboundError> {
        let entry = self.entry_of(origin, address)?;
        let url = Url::parse(address).map_err(|_| not_an_address())?;
        let client = entry.caller.client().await?;
        let response = client.post(url).form(fields).send().await.map_err(|error| unreachable(&error))?;
        Ok(response.status())
    }
}

impl Entry {
    /// One call. Redirects are never followed; a JSON answer is all that is taken.
    pub async fn call(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, OutboundError> {
        let url = Url::parse(&request.uri().to_string())
            .map_err(|_| OutboundError::Forbidden("not an absolute address".into()))?;
        self.permit(&url)?;
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(&error))?;
        let response = self.caller.client().await?.execute(request).await.map_err(|error| unreachable(&error))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(OutboundError::Unusable(format!("{} answers with a redirect", origin(&url))));
        }
        if status.is_server_error() {
            return Err(OutboundError::Unreachable(format!("{} answers {status}", origin(&url))));
        }
        let kept = [CONTENT_TYPE, CACHE_CONTROL].map(|name| (response.headers().get(&name).cloned(), name));
        let [(content_type, _), _] = &kept;
        if !content_type.as_ref().is_some_and(is_json) {
            return Err(OutboundError::Unusable(format!("{} answers {status} without JSON", origin(&url))));
        }
        let body = self.read(response).await?;
        let mut answer = http::Response::new(body);
        *answer.status_mut() = status;
        for (value, name) in kept {
            if let Some(value) = value {
                answer.headers_mut().insert(name, value);
            }
        }
        Ok(answer)
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, OutboundError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
            if body.len() + chunk.len() > self.max_body {
                return Err(OutboundError::Unusable(format!("an answer longer than {} bytes", self.max_body)));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

/// Those of the operator's file.
pub(super) fn authorities(settings: &OutboundSettings) -> Result<Vec<reqwest::Certificate>, OutboundError> {
    let Some(pem) = &settings.extra_ca else { return Ok(Vec::new()) };
    reqwest::Certificate::from_pem_bundle(pem)
        .map_err(|_| OutboundError::Unusable("the file of certificate authorities is not PEM".into()))
}

fn client(settings: &OutboundSettings, guard: &Guard) -> Result<Client, OutboundError> {
    let authorities = authorities(settings)?;
    let builder = || {
        Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(settings.connect_timeout)
            .timeout(settings.total_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .dns_resolver(Arc::new(guard.clone()))
    };
    builder()
        .tls_certs_merge(authorities.clone())
        .build()
        .or_else(|error| {
            // A bare container has no authorities: then only those of the file count, and without one no https call succeeds.
            tracing::warn!(error = %chain(&error), "the system's certificate authorities cannot be used");
            builder().tls_certs_only(authorities).build()
        })
        .map_err(|error| OutboundError::Unusable(format!("TLS cannot be set up: {}", chain(&error))))
}

fn unreachable(error: &reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::Unreachable("no answer in time".into());
    }
    OutboundError::Unreachable(chain(error))
}

/// The innermost cause says what is wrong; the outer ones repeat the address with its query.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string().chars().filter(|c| !c.is_control()).take(200).collect()
}

fn is_json(value: &http::HeaderValue) -> bool {
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_given_up() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", silent.local_addr().unwrap());
        let settings = OutboundSettings { total_timeout: Duration::from_millis(50), ..OutboundSettings::default() };
        let entry = Outbound::new(&settings).unwrap().entry(&url).unwrap();
        let answer = entry.call(http::Request::get(&url).body(Vec::new()).unwrap()).await;
        assert_eq!(answer.unwrap_err(), OutboundError::Unreachable("no answer in time".into()));
    }
}
