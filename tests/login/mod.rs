//! The journeys of people, transition by transition (journeys.md, part 2).

mod acceptance;
mod address;
mod address_limits;
mod audit;
mod auth_key;
mod auth_key_limits;
mod authenticator;
mod contact;
mod entry;
mod expiry;
mod first_visit;
mod forms;
mod language;
mod ldap;
mod ldap_outages;
mod link;
mod outages;
mod races;
mod reset;
mod reset_link;
mod second_password;
mod second_password_limits;
mod step_up;
mod tabs;
mod university;
mod walk;
