//! A device is connected: P-32 with what follows it.

use serde::Serialize;

use super::Problem;

/// P-32.
#[derive(Clone, Debug, Serialize)]
pub struct Device {
    pub action: String,
    pub form_token: String,
    /// Kept input, or what came with the address.
    pub user_code: String,
    pub errors: Vec<Problem>,
}

/// Which client the device is, and what it will receive.
#[derive(Clone, Debug, Serialize)]
pub struct ConfirmDevice {
    pub action: String,
    pub form_token: String,
    pub client: String,
    /// Scopes that let something be seen.
    pub scopes: Vec<&'static str>,
    /// Addresses of protected resources, as they are.
    pub resources: Vec<String>,
    pub user_id_masked: String,
}

/// The end here; the device goes on by itself.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceAnswered {
    pub allowed: bool,
    /// P-32, for another number.
    pub another: String,
}
