//! Queues.

use crate::aws_error::said;
use crate::template::Queue;
use aws_sdk_sqs::types::QueueAttributeName as Name;
use serde_json::json;
use std::collections::HashMap;

/// Makes the queue, or gives the one that exists the template's attributes.
pub(super) async fn ensure(sqs: &aws_sdk_sqs::Client, queue: &Queue) -> Result<(), String> {
    let attributes = attributes(queue);
    let created = sqs.create_queue().queue_name(&queue.name).set_attributes(Some(attributes.clone())).send().await;
    match created {
        Ok(_) => Ok(()),
        Err(error) if error.as_service_error().is_some_and(|it| it.is_queue_name_exists()) => {
            update(sqs, &queue.name, attributes).await
        }
        Err(error) => Err(said(&error)),
    }
}

async fn update(sqs: &aws_sdk_sqs::Client, name: &str, attributes: HashMap<Name, String>) -> Result<(), String> {
    let found = sqs.get_queue_url().queue_name(name).send().await;
    let url = found.map_err(|error| said(&error))?.queue_url;
    let changed = sqs.set_queue_attributes().set_queue_url(url).set_attributes(Some(attributes)).send().await;
    changed.map(drop).map_err(|error| said(&error))
}

fn attributes(queue: &Queue) -> HashMap<Name, String> {
    let seconds = |duration: std::time::Duration| duration.as_secs().to_string();
    let mut attributes = HashMap::from([
        (Name::VisibilityTimeout, seconds(queue.visibility)),
        (Name::MessageRetentionPeriod, seconds(queue.retention)),
        (Name::DelaySeconds, seconds(queue.delay)),
    ]);
    if let Some(redrive) = &queue.redrive {
        let policy =
            json!({"deadLetterTargetArn": redrive.target, "maxReceiveCount": redrive.max_receives.to_string()});
        attributes.insert(Name::RedrivePolicy, policy.to_string());
    }
    attributes
}
