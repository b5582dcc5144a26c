//! Monban.
