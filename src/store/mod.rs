//! The incident database.
