//! The trace that an invocation belongs to, so that one search finds a request, the messages it sent and what their
//! workers did. The header is X-Ray's; sent along with a message it links the worker's trace to the sender's. (On Lambda
//! the SDK also sends it with each call; as an attribute of the message it is seen on the local stack too.)
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-services-sqs.html>

use aws_sdk_sqs::types::{MessageSystemAttributeNameForSends, MessageSystemAttributeValue};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

/// The longest header that is carried; X-Ray's own have about a hundred characters.
const LONGEST: usize = 512;

tokio::task_local! {
    static CURRENT: Option<Trace>;
}

/// A tracing header: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(Arc<str>);

impl Trace {
    /// Takes a header; `None` for one whose root is not as X-Ray writes it: SQS refuses a message that carries such a
    /// one, and nobody's text gets into a log line.
    pub fn read(header: &str) -> Option<Self> {
        let plain = header.len() <= LONGEST && header.bytes().all(|byte| byte.is_ascii_graphic());
        (plain && root(header).is_some()).then(|| Self(header.into()))
    }

    /// The trace of the work that this task does.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok().flatten()
    }

    /// Does some work as part of a trace, or of none.
    pub async fn within<F: Future>(trace: Option<Self>, work: F) -> F::Output {
        CURRENT.scope(trace, work).await
    }

    /// The trace's id, as X-Ray's console takes it: `1-5759e988-bd862e3fe1be46a994272793`.
    pub fn id(&self) -> &str {
        root(&self.0).unwrap_or_default()
    }

    /// The whole header, to send along.
    pub fn header(&self) -> &str {
        &self.0
    }
}

/// What a message carries so that its worker's trace is linked with this one. It counts towards no limit of its size.
pub(crate) fn carried() -> Option<HashMap<MessageSystemAttributeNameForSends, MessageSystemAttributeValue>> {
    let trace = Trace::current()?;
    let value = MessageSystemAttributeValue::builder().data_type("String").string_value(trace.header()).build().ok()?;
    Some(HashMap::from([(MessageSystemAttributeNameForSends::AwsTraceHeader, value)]))
}

fn root(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.strip_prefix("Root=")).filter(|root| is_trace_id(root))
}

/// `1-`, the time in eight digits, chance in twenty-four.
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids>
fn is_trace_id(root: &str) -> bool {
    let hexadecimal = |part: Option<&str>, digits: usize| {
        part.is_some_and(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let mut parts = root.split('-');
    parts.next() == Some("1") && hexadecimal(parts.next(), 8) && hexadecimal(parts.next(), 24) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

    #[test]
    fn a_header_names_its_trace_wherever_the_root_stands() {
        assert_eq!(Trace::read(HEADER).unwrap().id(), "1-5759e988-bd862e3fe1be46a994272793");
        let turned = "Sampled=0;Root=1-5759e988-bd862e3fe1be46a994272793";
        assert_eq!(Trace::read(turned).unwrap().id(), "1-5759e988-bd862e3fe1be46a994272793");
        assert_eq!(Trace::read(HEADER).unwrap().header(), HEADER);
    }

    #[test]
    fn what_names_no_trace_or_is_no_header_is_none() {
        let long = format!("{HEADER};Lineage={}", "1".repeat(LONGEST));
        let broken = HEADER.replace(';', "\n");
        let other = "Root=2-5759e988-bd862e3fe1be46a994272793";
        for header in ["", "Root=", "Root=1-2-3", "Root=dummy", "Parent=53995c3f42cd8ad8", other, &long, &broken] {
            assert_eq!(Trace::read(header), None, "{header:?}");
        }
    }

    #[tokio::test]
    async fn work_sees_its_own_trace_and_what_is_beside_it_none() {
        assert_eq!(Trace::current(), None);
        let seen = Trace::within(Trace::read(HEADER), async { Trace::current() }).await;
        assert_eq!(seen, Trace::read(HEADER));
        assert!(carried().is_none());
        assert!(Trace::within(seen, async { carried() }).await.is_some());
    }
}
