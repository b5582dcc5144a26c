//! Configuration as a running process meets it.

mod delivery;
mod reload;
