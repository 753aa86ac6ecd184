//! What a request asks for, as the request log and the permissions see it.

/// An embedded service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Service {
    /// `DynamoDB_20120810.*`, and the table's streams.
    DynamoDb,
    /// `secretsmanager.*`
    SecretsManager,
    /// `AWSEvents.*`
    EventBridge,
    /// `AmazonSQS.*`
    Sqs,
}

impl Service {
    /// The service's prefix in IAM actions, such as `dynamodb`.
    pub fn iam_prefix(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::SecretsManager => "secretsmanager",
            Self::EventBridge => "events",
            Self::Sqs => "sqs",
        }
    }

    pub(super) fn of_target(target: &str) -> Option<(Self, &str)> {
        let (prefix, operation) = target.split_once('.')?;
        let service = match prefix {
            "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Self::DynamoDb,
            "secretsmanager" => Self::SecretsManager,
            "AWSEvents" => Self::EventBridge,
            "AmazonSQS" => Self::Sqs,
            _ => return None,
        };
        Some((service, operation))
    }
}

/// One permission that a call needs: an IAM action on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The IAM action without its service, such as `PutItem`. A transaction needs those of its parts.
    pub action: String,
    /// As the caller wrote it: a table (`orders`, or `orders/index/due`), a queue's name, a secret's name
    /// or ARN, a bus. Empty where an operation names none.
    pub resource: String,
}

/// One request to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which service.
    pub service: Service,
    /// Such as `TransactWriteItems`.
    pub operation: String,
    /// Who signed the request: the access key id of its `Authorization` header. Signatures are not checked.
    pub access_key_id: Option<String>,
    /// What the call needs to be allowed, at least one entry.
    pub targets: Vec<Target>,
}

impl Call {
    /// The table of a DynamoDB call (the first, where there are several), without its index.
    pub fn table(&self) -> Option<&str> {
        let resource = &self.targets.first()?.resource;
        let table = resource.split('/').next().unwrap_or(resource);
        (self.service == Service::DynamoDb && !table.is_empty()).then_some(table)
    }
}

/// `AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/sqs/aws4_request, SignedHeaders=…`
pub(super) fn access_key_id(authorization: &str) -> Option<String> {
    let (_, scope) = authorization.split_once("Credential=")?;
    let (key, _) = scope.split_once('/')?;
    (!key.is_empty()).then(|| key.to_owned())
}
