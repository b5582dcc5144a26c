//! What tests of several areas share.

pub mod assertion;
pub mod backchannel;
pub mod bank;
pub mod browser;
pub mod certificate;
pub mod client;
pub mod clock;
pub mod database;
pub mod device;
pub mod dpop;
pub mod https;
pub mod jose;
pub mod key_server;
pub mod mailbox;
pub mod page;
pub mod phone;
pub mod portal;
pub mod registrar;
pub mod rows;
pub mod setup;
pub mod slapd;
pub mod student;
pub mod university;
pub mod world;

pub use page::Page;
pub use student::Student;
pub use world::World;
