//! What a provider of leads can do besides.

use super::TikTokLeadAds;
use super::session::Session;
use super::{event, questions, test_leads};
use crate::contract::{Access, LeadContent, LeadNotice, Leads};
use crate::error::ProviderError;
use async_trait::async_trait;
use domain::failure::FailureClass;
use domain::ids::ExternalId;
use domain::lead::{Form, LeadCount, Question, RawLead};

#[async_trait]
impl Leads for TikTokLeadAds {
    /// Nothing can be fetched: there is no such endpoint, and deliveries carry whole leads.
    async fn fetch(&self, _: &Access, _: &Form, _: &ExternalId) -> Result<RawLead, ProviderError> {
        Err(ProviderError::new(FailureClass::PermanentRecord, "not_fetchable"))
    }

    fn reread(&self, unreadable: &str) -> Option<LeadNotice> {
        event::notice(unreadable).filter(|notice| matches!(notice.content, LeadContent::Whole(_)))
    }

    async fn questions(&self, access: &Access, form: &Form) -> Result<Vec<Question>, ProviderError> {
        questions::questions(&self.calls, &Session::of(access)?, form).await
    }

    /// TikTok counts nothing.
    async fn count(&self, _: &Access, _: &Form) -> Result<Option<LeadCount>, ProviderError> {
        Ok(None)
    }

    async fn send_test(&self, access: &Access, form: &Form) -> Result<Option<ExternalId>, ProviderError> {
        test_leads::send(&self.calls, &Session::of(access)?, form).await
    }
}
