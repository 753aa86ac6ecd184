use super::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const SMALL: &str = r"
Parameters:
  Stage: {Type: String, Default: dev}
  WebOrigins: {Type: CommaDelimitedList, Default: 'http://a.example, http://b.example'}
Globals:
  Function:
    Timeout: 15
    Environment: {Variables: {STAGE: !Ref Stage}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Members
        Authorizers:
          Members:
            IdentitySource: $request.header.Authorization
            JwtConfiguration: {issuer: 'https://issuer.example', audience: [aura]}
      CorsConfiguration: {AllowOrigins: !Ref WebOrigins, AllowMethods: [GET]}
  WorkerFunction:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: worker}}
    Properties:
      Timeout: 120
      Environment:
        Variables:
          TABLE_NAME: !Ref Table
          QUEUE_URL: !Ref Queue
          KEYS: !Ref Keys
          INDEX: !Sub ['${Arn}/index/${Which}', {Arn: !GetAtt Table.Arn, Which: due}]
          LITERAL: !Sub '${!Kept} in ${AWS::Region}'
      Policies:
        - Statement: {Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt Table.Arn}
      Events:
        Open: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: '/a/{id}', Auth: {Authorizer: NONE}}}
        Closed: {Type: HttpApi, Properties: {Method: POST, Path: /a, Auth: {AuthorizationScopes: [write]}}}
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 2}
        Minute: {Type: ScheduleV2, Properties: {Name: !Sub 'aura-${Stage}-worker', ScheduleExpression: rate(5 minutes)}}
        Said: {Type: EventBridgeRule, Properties: {EventBusName: !Ref Bus, Pattern: {source: [aura.billing]}}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub aura-${Stage}
      AttributeDefinitions: [{AttributeName: PK, AttributeType: S}]
      KeySchema: [{AttributeName: PK, KeyType: HASH}]
      TimeToLiveSpecification: {AttributeName: expires_at, Enabled: true}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: jobs
      VisibilityTimeout: 720
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: jobs-dead}}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: aura}}
  Keys:
    Type: AWS::SecretsManager::Secret
    Properties:
      Name: aura/keys
      GenerateSecretString: {SecretStringTemplate: '{}', GenerateStringKey: k1, PasswordLength: '64', ExcludePunctuation: true}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {Anything: [at, all]}}
";

fn settings() -> Settings {
    Settings {
        parameters: BTreeMap::from([
            ("Stage".to_owned(), "local".to_owned()),
            ("Elsewhere".to_owned(), "x".to_owned()),
        ]),
        region: "eu-central-1".to_owned(),
        account: "000000000000".to_owned(),
        aws_endpoint: "http://127.0.0.1:4566/".to_owned(),
        api_endpoint: "http://127.0.0.1:8787".to_owned(),
        secret_arns: BTreeMap::new(),
    }
}

fn small() -> Stack {
    read(SMALL, &settings()).unwrap()
}

fn problem(text: &str) -> String {
    read(text, &settings()).unwrap_err().to_string()
}

#[test]
fn references_become_what_aws_would_give_out() {
    let stack = small();
    let worker = &stack.functions["worker"];
    let text: BTreeMap<&str, &str> =
        worker.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(text["STAGE"], "local");
    assert_eq!(text["TABLE_NAME"], "aura-local");
    assert_eq!(text["QUEUE_URL"], "http://127.0.0.1:4566/000000000000/jobs");
    assert_eq!(text["INDEX"], "arn:aws:dynamodb:eu-central-1:000000000000:table/aura-local/index/due");
    assert_eq!(text["LITERAL"], "${Kept} in eu-central-1");
    assert_eq!(worker.timeout, Duration::from_secs(120));
    assert_eq!(worker.permissions[0].actions, ["dynamodb:*"]);
}

#[test]
fn a_secret_that_exists_is_referred_to_by_its_own_arn() {
    let mut settings = settings();
    settings
        .secret_arns
        .insert("aura/keys".to_owned(), "arn:aws:secretsmanager:x:0:secret:aura/keys-AbCdEf".to_owned());
    let stack = read(SMALL, &settings).unwrap();
    assert_eq!(stack.functions["worker"].environment["KEYS"], "arn:aws:secretsmanager:x:0:secret:aura/keys-AbCdEf");
}

#[test]
fn routes_take_the_default_authorizer_unless_they_say_otherwise() {
    let stack = small();
    let auth =
        |path: &str| stack.routes.iter().find(|route| route.path == path).map(|route| route.auth.clone()).unwrap();
    assert_eq!(auth("/a/{id}"), RouteAuth::Public);
    assert_eq!(auth("/a"), RouteAuth::Jwt { scopes: vec!["write".to_owned()] });
    let api = stack.api.unwrap();
    assert_eq!(api.authorizer.unwrap().issuer, "https://issuer.example");
    assert_eq!(api.cors.unwrap().origins, ["http://a.example", "http://b.example"]);
}

#[test]
fn queues_sources_schedules_rules_and_secrets_are_read_as_they_stand() {
    let stack = small();
    let queue = stack.queues.iter().find(|queue| queue.name == "jobs").unwrap();
    assert_eq!(queue.visibility, Duration::from_secs(720));
    assert_eq!(queue.redrive.as_ref().unwrap().target, "arn:aws:sqs:eu-central-1:000000000000:jobs-dead");
    let source = &stack.sources[0];
    assert_eq!((source.batch, source.partial, source.concurrency), (5, true, 2));
    assert_eq!(source.queue, queue.arn);
    let schedule = stack.schedule("worker").unwrap();
    assert_eq!((schedule.name.as_str(), schedule.every), ("aura-local-worker", Duration::from_secs(300)));
    assert_eq!(stack.rules[0].bus, "aura");
    assert_eq!(stack.tables[0].ttl.as_deref(), Some("expires_at"));
    let template = Some(("{}".to_owned(), "k1".to_owned()));
    assert_eq!(stack.secrets[0].value, SecretValue::Generated { length: 64, template, letters_and_digits: true });
}

#[test]
fn the_template_of_this_repository_is_understood() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml")).unwrap();
    let mut settings = settings();
    for name in ["WebOrigins", "ReturnPageUrl", "RedirectBaseUrl", "IssuerUrl"] {
        settings.parameters.insert(name.to_owned(), "http://127.0.0.1:8787".to_owned());
    }
    let stack = read(&text, &settings).unwrap();
    assert!(stack.routes.iter().any(|route| route.path == "/integrations/{provider}"));
    assert!(stack.schedule("schedule-sync").is_some());
    assert_eq!(stack.variable("SECRET_PREFIX"), Some("aura/local"));
    assert!(stack.sources.iter().all(|source| stack.queue(&source.queue).is_some()));
}

#[test]
fn an_unknown_type_is_refused_with_its_line() {
    let text = "Resources:\n  Cluster:\n    Type: AWS::EKS::Cluster\n";
    assert_eq!(
        problem(text),
        "template line 2: Resources.Cluster: the type AWS::EKS::Cluster is not known to the local stack, neither to run nor as declared only"
    );
}

#[test]
fn a_reference_to_nothing_is_refused_with_its_place() {
    let text = SMALL.replace("TABLE_NAME: !Ref Table", "TABLE_NAME: !Ref Tabel");
    let problem = problem(&text);
    assert!(problem.contains("Resources.WorkerFunction.Properties.Environment.Variables.TABLE_NAME"), "{problem}");
    assert!(problem.contains("refers to Tabel, which does not exist"), "{problem}");
}

#[test]
fn what_the_grammar_does_not_know_is_refused() {
    for (from, to, expected) in [
        ("VisibilityTimeout: 720", "FifoQueue: true", "unknown field `FifoQueue`"),
        ("rate(5 minutes)", "cron(0 12 * * ? *)", "is not a rate"),
        ("!Ref Queue", "!ImportValue Queue", "the function ImportValue is not known"),
        ("Type: SQS", "Type: Kinesis", "events of type Kinesis are not known"),
        ("source: [aura.billing]", "source: [{wildcard: 'a*'}]", "the operator wildcard is not known"),
        ("Effect: Allow", "Effect: Deny", "the effect Deny is not known"),
        ("!GetAtt Table.Arn, Which", "!GetAtt Table.StreamArn, Which", "refers to Table.StreamArn"),
        ("DefaultAuthorizer: Members", "DefaultAuthorizer: Others", "the authorizer Others does not exist"),
        ("Resources:", "Mappings: {}\nResources:", "Mappings: this section is not known"),
        ("  Bus: {Type", "  Bus: {Condition: Never, Type", "what the local stack runs cannot depend on a condition"),
    ] {
        let changed = SMALL.replacen(from, to, 1);
        assert_ne!(changed, SMALL, "{from} is in the template");
        let problem = problem(&changed);
        assert!(problem.contains(expected), "{problem} says {expected}");
    }
}

#[test]
fn what_is_declared_and_not_run_may_depend_on_a_condition() {
    let text = SMALL
        .replacen("Resources:", "Conditions: {Asked: !Not [!Equals [!Ref Stage, '']]}\nResources:", 1)
        .replacen("Logs: {Type", "Logs: {Condition: Asked, Type", 1);
    assert_eq!(read(&text, &settings()).unwrap().queues, small().queues);
}

#[test]
fn a_text_that_is_not_yaml_is_refused() {
    assert!(problem("Resources: [").starts_with("the template is not valid YAML"));
}

#[test]
fn a_parameter_without_default_and_value_is_refused() {
    let problem = problem("Parameters:\n  Url: {Type: String}\nResources: {}\n");
    assert!(problem.contains("Parameters.Url: has no default"), "{problem}");
}

#[test]
fn patterns_match_as_eventbridge_matches() {
    let event = json!({"source": "aura.billing", "detail": {"plan": "pro", "tags": ["a", "b"]}});
    for (pattern, wanted) in [
        (json!({"source": ["aura.billing"]}), true),
        (json!({"source": ["other"]}), false),
        (json!({"source": [{"prefix": "aura."}], "detail": {"plan": ["free", "pro"]}}), true),
        (json!({"detail": {"plan": [{"anything-but": ["pro"]}]}}), false),
        (json!({"detail": {"plan": [{"exists": true}], "until": [{"exists": false}]}}), true),
        (json!({"detail": {"tags": ["b"]}}), true),
        (json!({"detail": {"until": ["x"]}}), false),
    ] {
        assert_eq!(Pattern::new(pattern.clone()).unwrap().wants(&event), wanted, "{pattern}");
    }
}
