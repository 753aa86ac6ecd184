//! The sealed HTTP client: the only way out of the building for a provider.
