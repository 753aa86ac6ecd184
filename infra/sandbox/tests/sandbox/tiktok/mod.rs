//! TikTok's imitation, held against what TikTok's documentation says, over HTTP.

mod bulk;
mod codes;
mod control;
mod forms;
mod oauth;
mod subscriptions;
mod support;
mod webhooks;
