//! The tests that look at Monban from outside, in one binary.

#[cfg(test)]
mod account;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod journeys;
#[cfg(test)]
mod login;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod security;
#[cfg(test)]
mod store;
#[cfg(test)]
mod support;
