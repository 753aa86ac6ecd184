//! The embedded AWS services.
