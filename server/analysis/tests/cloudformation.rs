//! Templates of CloudFormation and SAM as stacks: what is found, what repairs it, what is read of which form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Snapshot, Workspace};
use foreshock_fixture::files;
use foreshock_text::FilePath;

/// A workspace in which the files of a fixture are open; the first one is `template.yaml`.
struct Opened {
    texts: Vec<(String, String)>,
    snapshot: Arc<Snapshot>,
}

impl Opened {
    fn new(fixture: &str) -> Opened {
        let mut workspace = Workspace::new();
        let texts: Vec<(String, String)> = files("template.yaml", fixture)
            .into_iter()
            .map(|(path, text)| (format!("/w/{}", path.trim_start_matches('/')), text))
            .collect();
        for (path, text) in &texts {
            workspace.set_document(FilePath::new(path.as_str()), text.as_str().into());
        }
        Opened { snapshot: workspace.snapshot(), texts }
    }

    fn text(&self, file: &FilePath) -> &str {
        self.texts.iter().find(|(path, _)| file.as_path() == path.as_str()).map_or("", |(_, text)| text)
    }

    /// Components with what is known of them, dependencies, findings and problems.
    fn seen(&self) -> String {
        let mut seen = String::new();
        for stack in &self.snapshot.stacks {
            let system = stack.system();
            for component in &system.components {
                let redundancy = &component.redundancy;
                let _ = write!(seen, "{} {}", component.id, component.kind.name());
                let _ = match redundancy.instances.known() {
                    Some(count) => write!(seen, " {}/{count}", redundancy.required),
                    None => write!(seen, " ?"),
                };
                if let Some(why) = &component.may_be_absent {
                    let _ = write!(seen, " (may be absent: {why})");
                }
                seen.push('\n');
            }
            for dependency in &system.dependencies {
                let name = |index| system.component(index).unwrap().id.clone();
                let _ = write!(seen, "{} -{:?}-> {}", name(dependency.from), dependency.kind, name(dependency.to));
                let _ = writeln!(seen, ": {}", dependency.evidence.first().map_or("", |line| &line.why));
            }
            for finding in &stack.findings {
                let underlined = finding.place.span.text(self.text(&finding.place.file));
                let _ = writeln!(seen, "{} {underlined:?}: {}", finding.rule, finding.message.replace('\n', " "));
            }
            for problem in &stack.problems {
                let underlined = problem.problem.span.text(self.text(&problem.file));
                let _ = writeln!(seen, "! {underlined:?} {}", problem.problem.message);
            }
        }
        if self.snapshot.stacks.is_empty() {
            seen.push_str("no stack\n");
        }
        seen
    }
}

fn check(fixture: &str, expect: Expect) {
    expect.assert_eq(&Opened::new(fixture).seen());
}

const DATABASE: &str = "\
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Size:
    Type: String
    Default: db.m6g.large
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceClass: !Ref Size
      Engine: postgres
      MultiAZ: false
      BackupRetentionPeriod: 14
      DeletionProtection: true
  App:
    Type: AWS::ECS::Service
    Properties:
      DesiredCount: 2
      TaskDefinition: !Ref Task
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: app
          Image: app:1
          Environment:
            - Name: DB_HOST
              Value: !GetAtt Database.Endpoint.Address
";

#[test]
fn a_database_in_one_zone() {
    check(
        DATABASE,
        expect![[r#"
        App app_server 1/2
        Database database 1/1
        App -Requires-> Database: App is made from Task
        single-point-of-failure "MultiAZ: false": Database is a single point of failure (1 instance). With it App goes down.
        deploy-takes-down "App": App goes on with a deployment that fails. Tasks that do not start are tried again without end.
        fixed-capacity "DesiredCount: 2": App has a fixed number of tasks. A load above it is refused, whatever the reason for it.
    "#]],
    );
}

#[test]
fn json_is_the_same_as_yaml() {
    let json = r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Parameters": {"Size": {"Type": "String", "Default": "db.m6g.large"}},
  "Resources": {
    "Database": {
      "Type": "AWS::RDS::DBInstance",
      "Properties": {
        "DBInstanceClass": {"Ref": "Size"},
        "Engine": "postgres",
        "MultiAZ": false,
        "BackupRetentionPeriod": 14,
        "DeletionProtection": true
      }
    },
    "App": {
      "Type": "AWS::ECS::Service",
      "Properties": {"DesiredCount": 2, "TaskDefinition": {"Ref": "Task"}}
    },
    "Task": {
      "Type": "AWS::ECS::TaskDefinition",
      "Properties": {
        "ContainerDefinitions": [{
          "Name": "app",
          "Image": "app:1",
          "Environment": [{"Name": "DB_HOST", "Value": {"Fn::GetAtt": ["Database", "Endpoint.Address"]}}]
        }]
      }
    }
  }
}"#;
    let yaml = Opened::new(DATABASE).snapshot;
    let mut workspace = Workspace::new();
    workspace.set_document(FilePath::new("/w/template.json"), json.into());
    let json = workspace.snapshot();
    let (yaml, json) = (&yaml.stacks[0], &json.stacks[0]);
    assert_eq!(yaml.assessment.score, json.assessment.score);
    let told = |stack: &foreshock_analysis::Stack| {
        stack.findings.iter().map(|finding| (finding.rule, finding.message.clone())).collect::<Vec<_>>()
    };
    assert_eq!(told(yaml), told(json));
}

#[test]
fn a_balanced_service_in_two_zones_is_fine() {
    check(
        "\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  SubnetA:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [!Ref SubnetA, !Ref SubnetB]
      LoadBalancerAttributes:
        - {Key: deletion_protection.enabled, Value: 'true'}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Targets}]
  Targets:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 80, Protocol: HTTP, VpcId: !Ref Vpc, HealthCheckPath: /health}
  Service:
    Type: AWS::ECS::Service
    DependsOn: Listener
    Properties:
      DesiredCount: 2
      DeploymentConfiguration: {DeploymentCircuitBreaker: {Enable: true, Rollback: true}}
      NetworkConfiguration:
        AwsvpcConfiguration: {Subnets: [!Ref SubnetA, !Ref SubnetB]}
      LoadBalancers:
        - {ContainerName: app, ContainerPort: 80, TargetGroupArn: !Ref Targets}
",
        expect![[r#"
            Balancer load_balancer 1/2
            Service app_server 1/2
            Balancer -Requires-> Service: Balancer listens through Listener
            fixed-capacity "DesiredCount: 2": Service has a fixed number of tasks. A load above it is refused, whatever the reason for it.
        "#]],
    );
}

#[test]
fn what_a_condition_does_not_say_is_no_finding() {
    check(
        "\
Parameters:
  Environment: {Type: String, AllowedValues: [dev, prod]}
  Spread: {Type: String, Default: 'yes'}
Conditions:
  IsProduction: !Equals [!Ref Environment, prod]
  IsStaging: !Equals [!Ref Environment, staging]
  IsSpread: !Equals [!Ref Spread, 'yes']
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      MultiAZ: !If [IsProduction, true, false]
      BackupRetentionPeriod: 14
      DeletionProtection: !If [IsSpread, true, !Ref AWS::NoValue]
  Replica:
    Type: AWS::RDS::DBInstance
    Condition: IsProduction
    Properties: {SourceDBInstanceIdentifier: !Ref Database, MultiAZ: false, DeletionProtection: true}
  Never:
    Type: AWS::RDS::DBInstance
    Condition: IsStaging
    Properties: {Engine: postgres}
",
        expect![[r#"
            Database database ?
            Replica database ? (may be absent: parameter Environment has no default)
            Replica -Async-> Database: Replica is a read replica of Database
        "#]],
    );
}

#[test]
fn nested_stacks_are_read_as_modules() {
    check(
        "\
Resources:
  Data:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./data.yaml
      Parameters: {Spread: 'false'}
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Environment:
        Variables: {DB_HOST: !GetAtt Data.Outputs.Host}
//- /data.yaml
Parameters:
  Spread: {Type: String}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      MultiAZ: !Ref Spread
      BackupRetentionPeriod: 14
      DeletionProtection: true
Outputs:
  Host: {Value: !GetAtt Database.Endpoint.Address}
",
        expect![[r#"
            Database database ?
            Handler serverless 1/1
        "#]],
    );
}

#[test]
fn functions_of_sam_with_their_events() {
    check(
        "\
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Timeout: 60, Environment: {Variables: {TABLE: !Ref Orders}}}
Resources:
  Orders: {Type: AWS::Serverless::SimpleTable}
  Jobs: {Type: AWS::SQS::Queue}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        FromQueue: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Web:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {JOBS: !Ref Jobs}}
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
",
        expect![[r#"
            Jobs queue 1/1
            Orders database 1/1
            ServerlessRestApi api_gateway 1/1
            Web serverless 1/1
            Worker serverless 1/1
            ServerlessRestApi -Requires-> Web: ServerlessRestApi answers through Web.Events.Get
            Web -Async-> Jobs: Environment.Variables.JOBS of Web refers to Jobs.QueueUrl
            Web -Requires-> Orders: Environment.Variables.TABLE of Web refers to Orders.TableName
            Worker -Requires-> Jobs: Worker.Events.FromQueue feeds Worker
            Worker -Requires-> Orders: Environment.Variables.TABLE of Worker refers to Orders.TableName
            timeout-inversion "Timeout: 60": Web.Events.Get gives up after 29 s, while the function may take 60 s. Callers get an error for work that still goes on, and try again.
            timeout-inversion "Timeout: 60": Worker.Events.FromQueue reads from a queue that hands a message out again after 30 s, while the function may take 60 s. Slow messages are worked on twice, at the same time.
            no-dead-letter-queue "Jobs": Jobs has no dead-letter queue. A message that can't be handled comes back until it expires, and is lost then.
            deletion-unprotected "Orders": Orders may be deleted by any apply. One mistaken destroy, or a change that replaces it, removes the data.
            no-point-in-time-recovery "Orders": Orders can't be taken back to an earlier minute. A bad write or delete is final.
            isolation "FromQueue": Worker.Events.FromQueue may take all of the account's concurrency for messages. When many wait, the functions behind the API of this stack are throttled.
            no-retry "FromQueue": Worker.Events.FromQueue gives back a whole batch for one message that fails. The others are worked on again, and count as failed as often as that one.
        "#]],
    );
}

#[test]
fn what_can_not_be_read_has_a_place() {
    check(
        "\
Parameters:
  Environment: {Type: String}
Conditions:
  A: !Not [!Condition B]
  B: !Not [!Condition A]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DependsOn: Nothing
    Properties:
      BucketName: !Ref Enviroment
      Tags: !Foo x
      VersioningConfiguration: {Status: !If [C, Enabled, Suspended]}
  Queue:
    Properties: {QueueName: !GetAtt Bucket}
  Topic:
",
        expect![[r#"
            Bucket storage 1/1
            ! "A" the condition A depends on itself
            ! "Nothing" there is no resource Nothing in this template
            ! "Enviroment" there is no Enviroment here (did you mean Environment?); expected a parameter or a resource of this template
            ! "!Foo x" there is no function Foo; expected Ref, GetAtt, Sub, Join, If, FindInMap or another function of CloudFormation
            ! "C" there is no condition C (did you mean A?); expected a name of the section Conditions
            ! "Queue" Queue has no Type; expected one like AWS::EC2::Instance
            ! "!GetAtt Bucket" expected a resource and its attribute: Name.Attribute
        "#]],
    );
}

#[test]
fn other_yaml_is_no_template() {
    check(
        "Resources:\n  a: {Type: other}\n",
        expect![[r#"
        no stack
    "#]],
    );
    check(
        "kind: Deployment\nspec: {x: !Ref y}\n",
        expect![[r#"
        no stack
    "#]],
    );
}

#[test]
fn comments_silence() {
    let text = DATABASE.replace(
        "      MultiAZ: false\n",
        "      # foreshock:ignore single-point-of-failure one is enough\n      MultiAZ: false\n",
    );
    check(
        &text,
        expect![[r#"
        App app_server 1/2
        Database database 1/1
        App -Requires-> Database: App is made from Task
        deploy-takes-down "App": App goes on with a deployment that fails. Tasks that do not start are tried again without end.
        fixed-capacity "DesiredCount: 2": App has a fixed number of tasks. A load above it is refused, whatever the reason for it.
    "#]],
    );
}
