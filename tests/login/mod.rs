//! The journeys of people, transition by transition (journeys.md, part 2).

mod address;
mod address_limits;
mod auth_key;
mod auth_key_limits;
mod first_visit;
mod link;
mod second_password;
mod second_password_limits;
