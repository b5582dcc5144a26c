//! Configuration as a running process meets it.

mod reload;
