//! The table of operations, and answers as they are on the wire.

use super::errors::invalid_value;
use super::requests::{self, GetAttributes, QueueAt, Receive, parse, queue_of};
use super::{Message, Sent, Sqs, attributes, batch, digest, queues};
use crate::AwsError;
use serde_json::{Map, Value, json};
use std::time::Duration;

const MOST_MESSAGES: i64 = 10;
const LONGEST_WAIT_S: u64 = 20;

impl Sqs {
    /// `base` is where the caller reached us, for the URLs of queues in the answer.
    pub(crate) async fn call(&self, operation: &str, body: Value, base: Option<&str>) -> Result<Value, AwsError> {
        let base = base.unwrap_or(&self.inner.endpoint);
        match operation {
            "CreateQueue" => self.create_queue(parse(body)?, base),
            "GetQueueUrl" => self.get_queue_url(&parse(body)?, base),
            "ListQueues" => self.list_queues(&parse(body)?, base),
            "GetQueueAttributes" => self.get_attributes(&parse(body)?),
            "SetQueueAttributes" => self.set_attributes(&parse(body)?),
            "PurgeQueue" => queues::purge(self, &queue_of(&parse::<QueueAt>(body)?.queue_url)?).map(|()| json!({})),
            "DeleteQueue" => queues::delete(self, &queue_of(&parse::<QueueAt>(body)?.queue_url)?).map(|()| json!({})),
            "SendMessage" => self.send_message(parse(body)?),
            "SendMessageBatch" => batch::send(self, parse(body)?),
            "ReceiveMessage" => self.receive_message(parse(body)?).await,
            "DeleteMessage" => self.delete_message(&parse(body)?),
            "DeleteMessageBatch" => batch::delete(self, parse(body)?),
            "ChangeMessageVisibility" => self.change_message_visibility(&parse(body)?),
            "ChangeMessageVisibilityBatch" => batch::change_visibility(self, parse(body)?),
            unknown => Err(AwsError::unknown_operation(unknown)),
        }
    }

    fn create_queue(&self, request: requests::CreateQueue, base: &str) -> Result<Value, AwsError> {
        queues::create(self, &request.queue_name, &request.attributes)?;
        Ok(json!({"QueueUrl": self.url_below(base, &request.queue_name)}))
    }

    fn get_queue_url(&self, request: &requests::QueueNamed, base: &str) -> Result<Value, AwsError> {
        queues::must_exist(self, &request.queue_name)?;
        Ok(json!({"QueueUrl": self.url_below(base, &request.queue_name)}))
    }

    fn list_queues(&self, request: &requests::ListQueues, base: &str) -> Result<Value, AwsError> {
        let names = queues::names(self, &request.queue_name_prefix)?;
        let urls: Vec<String> = names.iter().map(|name| self.url_below(base, name)).collect();
        Ok(json!({"QueueUrls": urls}))
    }

    fn get_attributes(&self, request: &GetAttributes) -> Result<Value, AwsError> {
        let mut all = queues::describe(self, &queue_of(&request.queue_url)?)?;
        if !request.attribute_names.iter().any(|name| name == "All") {
            all.retain(|name, _| request.attribute_names.contains(name));
        }
        Ok(json!({"Attributes": all}))
    }

    fn set_attributes(&self, request: &requests::SetAttributes) -> Result<Value, AwsError> {
        queues::set(self, &queue_of(&request.queue_url)?, &request.attributes)?;
        Ok(json!({}))
    }

    fn send_message(&self, request: requests::Send) -> Result<Value, AwsError> {
        let sent = self.send(&queue_of(&request.queue_url)?, request.content.into())?;
        Ok(self::sent(&sent))
    }

    async fn receive_message(&self, request: Receive) -> Result<Value, AwsError> {
        let queue = queue_of(&request.queue_url)?;
        let max = request.max_number_of_messages.unwrap_or(1);
        if !(1..=MOST_MESSAGES).contains(&max) {
            return Err(invalid_value("MaxNumberOfMessages", "Must be between 1 and 10, if provided."));
        }
        let visibility = request.visibility_timeout.map(Duration::from_secs);
        let wait = self.wait(&queue, request.wait_time_seconds)?;
        let messages = self.receive_within(&queue, max as usize, visibility, wait).await?;
        let messages = messages.iter().map(|message| received(message, &request)).collect::<Result<Vec<_>, _>>()?;
        Ok(if messages.is_empty() { json!({}) } else { json!({"Messages": messages}) })
    }

    fn wait(&self, queue: &str, asked: Option<u64>) -> Result<Duration, AwsError> {
        match asked {
            Some(seconds @ 0..=LONGEST_WAIT_S) => Ok(Duration::from_secs(seconds)),
            Some(_) => Err(invalid_value("WaitTimeSeconds", "Must be >= 0 and <= 20, if provided.")),
            None => self.inner.store.transact(|database| {
                let attributes = queues::must_find(database, queue)?;
                let seconds = attributes::number(&attributes, "ReceiveMessageWaitTimeSeconds");
                Ok(Duration::from_secs(seconds.unsigned_abs()))
            }),
        }
    }

    fn delete_message(&self, request: &requests::Delete) -> Result<Value, AwsError> {
        self.delete(&queue_of(&request.queue_url)?, &request.receipt_handle)?;
        Ok(json!({}))
    }

    fn change_message_visibility(&self, request: &requests::ChangeVisibility) -> Result<Value, AwsError> {
        let visibility = Duration::from_secs(request.visibility_timeout);
        self.change_visibility(&queue_of(&request.queue_url)?, &request.receipt_handle, visibility)?;
        Ok(json!({}))
    }
}

pub(super) fn sent(sent: &Sent) -> Value {
    let mut answer = json!({"MessageId": sent.id, "MD5OfMessageBody": sent.body_md5});
    if let Some(sum) = &sent.attributes_md5 {
        answer["MD5OfMessageAttributes"] = json!(sum);
    }
    answer
}

/// A message with the attributes that were asked for, and no others.
fn received(message: &Message, request: &Receive) -> Result<Value, AwsError> {
    let mut answer = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5(),
        "Body": message.body,
    });
    let system: Map<String, Value> = message
        .system
        .iter()
        .filter(|(name, _)| wants_system(request, name))
        .map(|(name, value)| (name.clone(), json!(value)))
        .collect();
    if !system.is_empty() {
        answer["Attributes"] = Value::Object(system);
    }
    let own: Map<String, Value> = message
        .attributes
        .iter()
        .filter(|(name, _)| request.message_attribute_names.iter().any(|pattern| matches(pattern, name)))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some((sum, _)) = digest::of_attributes(&own)? {
        answer["MD5OfMessageAttributes"] = json!(sum);
        answer["MessageAttributes"] = Value::Object(own);
    }
    Ok(answer)
}

fn wants_system(request: &Receive, name: &str) -> bool {
    let mut asked = request.attribute_names.iter().chain(&request.message_system_attribute_names);
    asked.any(|asked| asked == "All" || asked == name)
}

/// A name, `All`, `.*`, or a prefix followed by `.*`.
fn matches(pattern: &str, name: &str) -> bool {
    pattern == "All" || pattern == name || pattern.strip_suffix(".*").is_some_and(|prefix| name.starts_with(prefix))
}
