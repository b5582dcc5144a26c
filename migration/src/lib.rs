//! The database schema: one file a change, never edited once released.
