//! What Lambda and its event sources do: functions invoked, queues drained, schedules kept, events delivered.

mod bus;
mod instances;
mod queues;
mod schedules;

pub use bus::Deliveries;
pub use instances::{Instances, InvokeError};
pub use queues::{QueueRunner, event as queue_event, failed_messages};
pub use schedules::{Ticks, event as schedule_event};

#[cfg(test)]
mod tests;
