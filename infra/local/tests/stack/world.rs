//! A stack of three functions and everything around them.

use crate::functions::{Seen, functions};
use local::{Data, Options, Running};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

pub(crate) const TEMPLATE: &str = r"
Parameters:
  Stage: {Type: String}
  IssuerUrl: {Type: String}
  WebOrigins: {Type: CommaDelimitedList}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Members
        Authorizers:
          Members:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {issuer: !Ref IssuerUrl, audience: aura-integrations}
      CorsConfiguration: {AllowOrigins: !Ref WebOrigins}
  Front:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: front}}
    Properties:
      FunctionName: !Sub aura-${Stage}-front
      Timeout: 10
      Environment:
        Variables: {TABLE_NAME: !Ref Table, QUEUE_URL: !Ref Queue, KEYS: !Ref Keys, SECRET_PREFIX: aura/local}
      Policies:
        - Statement:
            - {Effect: Allow, Action: 'dynamodb:UpdateItem', Resource: !GetAtt Table.Arn}
            - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}
            - {Effect: Allow, Action: 'events:PutEvents', Resource: !GetAtt Bus.Arn}
      Events:
        Any: {Type: HttpApi, Properties: {Method: ANY, Path: '/{proxy+}', Auth: {Authorizer: NONE}}}
        Closed: {Type: HttpApi, Properties: {Method: GET, Path: /closed}}
  Worker:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: worker}}
    Properties:
      Timeout: 10
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 10, FunctionResponseTypes: [ReportBatchItemFailures]}
        Minute: {Type: Schedule, Properties: {Name: tick, Schedule: rate(1 minute)}}
        Said: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [aura.test]}}}
  Listener:
    Type: AWS::Serverless::Function
    Metadata: {BuildProperties: {Binary: account-events}}
    Properties: {Timeout: 10}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub aura-${Stage}
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}, {AttributeName: SK, AttributeType: S}]
      KeySchema: [{AttributeName: PK, KeyType: HASH}, {AttributeName: SK, KeyType: RANGE}]
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: jobs, VisibilityTimeout: 1, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs-dead}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: aura}}
  Keys:
    Type: AWS::SecretsManager::Secret
    Properties: {Name: aura/local/keys, GenerateSecretString: {SecretStringTemplate: '{}', GenerateStringKey: k1, ExcludePunctuation: true}}
";

/// Options for a stack of [`TEMPLATE`], with the folder that holds it.
pub(crate) struct World {
    pub(crate) folder: TempDir,
    pub(crate) seen: Seen,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap(), seen: Seen::default() };
        world.write_template(TEMPLATE);
        world
    }

    pub(crate) fn write_template(&self, text: &str) {
        std::fs::write(self.template(), text).unwrap();
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            template: self.template(),
            functions: functions(&self.seen),
            sandbox_events: 50,
            ..Options::default()
        }
    }

    pub(crate) fn kept(&self) -> Options {
        Options { data: Data::Folder(self.data()), ..self.options() }
    }

    pub(crate) async fn start(&self) -> Running {
        local::start(self.options()).await.unwrap()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn template(&self) -> PathBuf {
        self.path().join("template.yaml")
    }
}
