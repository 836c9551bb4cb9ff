//! Templates of CloudFormation and SAM as stacks: what is found, what repairs it, what is read of which form.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fmt::Write;
use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_analysis::{Base, Snapshot, Stack, Workspace};
use foreshock_fixture::{Directory, files};
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
            Data.Database database 1/1
            Handler serverless 1/1
            Handler -Requires-> Data.Database: Environment.Variables.DB_HOST of Handler refers to Data.Database.Endpoint.Address
            single-point-of-failure "Spread: 'false'": Data.Database is a single point of failure (1 instance). With it Handler goes down.
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

/// The title and the changed lines of each repair of a rule's findings.
fn repairs(opened: &Opened, rule: &str) -> String {
    let mut seen = String::new();
    for (index, stack) in opened.snapshot.stacks.iter().enumerate() {
        for finding in stack.findings.iter().filter(|finding| finding.rule.as_str() == rule) {
            for fix in opened.snapshot.fixes(index, finding) {
                let _ = writeln!(seen, "{}", fix.title);
                let file = &fix.edits[0].place.file;
                let old = opened.text(file);
                let mut new = old.to_owned();
                for edit in fix.edits.iter().rev() {
                    new.replace_range(edit.place.span.start as usize..edit.place.span.end as usize, &edit.text);
                }
                let before: Vec<&str> = old.lines().collect();
                for line in new.lines().filter(|line| !before.contains(line)) {
                    let _ = writeln!(seen, "  {}", line);
                }
            }
        }
    }
    seen
}

fn repaired(fixture: &str, rule: &str, expect: Expect) {
    expect.assert_eq(&repairs(&Opened::new(fixture), rule));
}

#[test]
fn repairs_are_written_where_the_value_stands() {
    repaired(
        DATABASE,
        "single-point-of-failure",
        expect![[r#"
        Enable Multi-AZ
                MultiAZ: true
    "#]],
    );
    // As the default of the parameter that decides.
    let by_parameter = DATABASE
        .replace("Parameters:\n", "Parameters:\n  Spread: {Type: String, Default: 'false'} # not yet\n")
        .replace("MultiAZ: false", "MultiAZ: !Ref Spread");
    repaired(
        &by_parameter,
        "single-point-of-failure",
        expect![[r#"
        Enable Multi-AZ
            Spread: {Type: String, Default: 'true'} # not yet
    "#]],
    );
    // Where nothing is written yet.
    repaired(
        &DATABASE.replace("      MultiAZ: false\n", ""),
        "single-point-of-failure",
        expect![[r#"
        Enable Multi-AZ
                MultiAZ: true
    "#]],
    );
}

/// A parameter that says yes or no is a switch; one that says which environment it is, is not, and the branch is written.
#[test]
fn repairs_of_what_a_condition_chooses() {
    let chosen = |parameter: &str, condition: &str, branches: &str| {
        DATABASE
            .replace("Parameters:\n", &format!("Conditions:\n  IsOn: {condition}\nParameters:\n  Wide: {parameter}\n"))
            .replace("MultiAZ: false", &format!("MultiAZ: !If [IsOn, {branches}]"))
    };
    let told = |parameter: &str, condition: &str, branches: &str| {
        repairs(&Opened::new(&chosen(parameter, condition, branches)), "single-point-of-failure")
    };
    let long = chosen("{Type: String, Default: 'false'}", "{'Fn::Equals': [{Ref: Wide}, 'true']}", "true, false")
        .replace("!If [IsOn, true, false]", "{'Fn::If': [IsOn, true, false]}");
    let all = [
        told("{Type: String, Default: 'false'}", "!Equals [!Ref Wide, 'true']", "true, false"),
        told("{Type: String, Default: No}", "!Equals ['Yes', !Ref Wide]", "true, false"),
        told("{Type: String, Default: 'YES'}", "!Equals [!Ref Wide, 'YES']", "false, true"),
        told("{Type: String, Default: dev}", "!Equals [!Ref Wide, prod]", "true, false"),
        told("{Type: String, Default: 'false'}", "!Equals [!Ref Wide, 'true']", "!Ref 'AWS::NoValue', false"),
        // What the parameter may not be it is not made.
        told(
            "{Type: String, Default: 'YES', AllowedValues: ['YES', never]}",
            "!Equals [!Ref Wide, 'YES']",
            "false, true",
        ),
        // The long form of the functions.
        repairs(&Opened::new(&long), "single-point-of-failure"),
    ];
    expect![[r#"
        Enable Multi-AZ
            Wide: {Type: String, Default: 'true'}
        --
        Enable Multi-AZ
            Wide: {Type: String, Default: "Yes"}
        --
        Enable Multi-AZ
            Wide: {Type: String, Default: 'NO'}
        --
        Enable Multi-AZ
                MultiAZ: !If [IsOn, true, true]
        --
        Enable Multi-AZ
                MultiAZ: !If [IsOn, !Ref 'AWS::NoValue', true]
        --
        Enable Multi-AZ
                MultiAZ: !If [IsOn, true, true]
        --
        Enable Multi-AZ
            Wide: {Type: String, Default: 'true'}
    "#]]
    .assert_eq(&all.join("--\n"));
}

#[test]
fn repairs_of_json_are_json() {
    let text = r#"{
  "Resources": {
    "Database": {
      "Type": "AWS::RDS::DBInstance",
      "Properties": {
        "Engine": "postgres",
        "BackupRetentionPeriod": "3"
      }
    },
    "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Subnets": ["a", "b"]}},
    "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "logs"}}
  }
}
"#;
    let mut seen = Vec::new();
    for name in ["template.json", "stack.template"] {
        let mut workspace = Workspace::new();
        let path = format!("/w/{name}");
        workspace.set_document(FilePath::new(path.as_str()), text.into());
        let opened = Opened { texts: vec![(path, text.to_owned())], snapshot: workspace.snapshot() };
        let all: String = ["no-redundancy", "short-backups", "deletion-unprotected", "no-versioning"]
            .map(|rule| repairs(&opened, rule))
            .concat();
        seen.push(all);
    }
    assert_eq!(seen[0], seen[1]);
    expect![[r#"
        Enable Multi-AZ
                  "MultiAZ": true,
        Keep backups for seven days
                  "BackupRetentionPeriod": "7"
        Protect it from deletion
                  "DeletionProtection": true,
        Protect it from deletion
              "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}], "Subnets": ["a", "b"]}},
        Keep earlier versions
              "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "logs", "VersioningConfiguration": {"Status": "Enabled"}}}
    "#]].assert_eq(&seen[0]);
}

#[test]
fn attributes_in_lists_of_keys_and_values() {
    let balancer = "\
Resources:
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [subnet-1, subnet-2]
      LoadBalancerAttributes:
        - Key: idle_timeout.timeout_seconds
          Value: '30'
";
    repaired(
        balancer,
        "deletion-unprotected",
        expect![[r#"
        Protect it from deletion
                  - Key: deletion_protection.enabled
                    Value: 'true'
    "#]],
    );
    let none = balancer.split("      LoadBalancerAttributes").next().unwrap();
    repaired(
        none,
        "deletion-unprotected",
        expect![[r#"
        Protect it from deletion
                LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}]
    "#]],
    );
}

#[test]
fn a_second_one_is_a_copy() {
    let cluster = "\
Resources:
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-postgresql, DeletionProtection: true, BackupRetentionPeriod: 14}
  Writer:
    Type: AWS::RDS::DBInstance
    Properties:
      DBClusterIdentifier: !Ref Cluster
      DBInstanceClass: db.r6g.large # enough
      Engine: aurora-postgresql
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: logs}
";
    repaired(
        cluster,
        "no-redundancy",
        expect![[r#"
        Add a second cluster instance
            Writer2:
    "#]],
    );
    repaired(
        cluster,
        "no-versioning",
        expect![[r#"
        Keep earlier versions
              Properties: {BucketName: logs, VersioningConfiguration: {Status: Enabled}}
    "#]],
    );
}

const SHOP: &str = "\
Resources:
  SubnetA:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-1, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties: {VpcId: vpc-1, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties: {Subnets: [!Ref SubnetA, !Ref SubnetB]}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{Type: forward, TargetGroupArn: !Ref Web}]
  Web:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {Port: 80, Protocol: HTTP, VpcId: vpc-1}
  Group:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: '1'
      MaxSize: '3'
      DesiredCapacity: '1'
      VPCZoneIdentifier: [!Ref SubnetA]
      TargetGroupARNs: [!Ref Web]
      LaunchTemplate: {LaunchTemplateId: !Ref Template, Version: !GetAtt Template.LatestVersionNumber}
  Template:
    Type: AWS::EC2::LaunchTemplate
    Properties:
      LaunchTemplateData:
        InstanceType: m6g.large
        UserData: !Base64
          Fn::Sub: \"DB_HOST=${Database.Endpoint.Address} CACHE=${Cache.PrimaryEndPoint.Address} QUEUE=${Jobs}\"
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBInstanceClass: db.m6g.large, AllocatedStorage: '100', BackupRetentionPeriod: 3}
  Cache:
    Type: AWS::ElastiCache::ReplicationGroup
    Properties: {ReplicationGroupDescription: cache, CacheNodeType: cache.m6g.large, NumCacheClusters: 1}
  Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 10}}
  Worker:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: worker, Runtime: python3.13, Timeout: 60, Role: 'arn:aws:iam::1:role/x', Handler: a.b}
  Feed:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}
";

const SHOP_IN_TERRAFORM: &str = r#"
resource "aws_subnet" "SubnetA" {
  vpc_id            = "vpc-1"
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "SubnetB" {
  vpc_id            = "vpc-1"
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1b"
}
resource "aws_lb" "Balancer" {
  subnets = [aws_subnet.SubnetA.id, aws_subnet.SubnetB.id]
}
resource "aws_lb_listener" "Listener" {
  load_balancer_arn = aws_lb.Balancer.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.Web.arn
  }
}
resource "aws_lb_target_group" "Web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
}
resource "aws_autoscaling_group" "Group" {
  min_size            = 1
  max_size            = 3
  desired_capacity    = 1
  vpc_zone_identifier = [aws_subnet.SubnetA.id]
  target_group_arns   = [aws_lb_target_group.Web.arn]
  launch_template {
    id      = aws_launch_template.Template.id
    version = aws_launch_template.Template.latest_version
  }
}
resource "aws_launch_template" "Template" {
  instance_type = "m6g.large"
  user_data = base64encode("DB_HOST=${aws_db_instance.Database.address} CACHE=${aws_elasticache_replication_group.Cache.primary_endpoint_address} QUEUE=${aws_sqs_queue.Jobs.url}")
}
resource "aws_db_instance" "Database" {
  engine                  = "postgres"
  instance_class          = "db.m6g.large"
  allocated_storage       = 100
  backup_retention_period = 3
}
resource "aws_elasticache_replication_group" "Cache" {
  description        = "cache"
  node_type          = "cache.m6g.large"
  num_cache_clusters = 1
}
resource "aws_sqs_queue" "Jobs" {
  visibility_timeout_seconds = 10
}
resource "aws_lambda_function" "Worker" {
  function_name = "worker"
  runtime       = "python3.13"
  timeout       = 60
  role          = "arn:aws:iam::1:role/x"
  handler       = "a.b"
}
resource "aws_lambda_event_source_mapping" "Feed" {
  function_name    = aws_lambda_function.Worker.function_name
  event_source_arn = aws_sqs_queue.Jobs.arn
}
"#;

/// That a template and a root module have the same components, dependencies, findings and score.
fn judged_alike(template: &str, terraform: &str) {
    let read = |file: &str, text: &str| {
        let mut workspace = Workspace::new();
        workspace.set_document(FilePath::new(file), text.into());
        workspace.snapshot()
    };
    let judged = |snapshot: &Snapshot| {
        let stack = &snapshot.stacks[0];
        let system = stack.system();
        let name = |id: &str| id.rsplit('.').next().unwrap_or(id).to_owned();
        let of = |index| name(system.component(index).unwrap().id.as_str());
        let mut seen: Vec<String> = system
            .components
            .iter()
            .map(|one| format!("{} {:?} {:?}", name(one.id.as_str()), one.kind, one.redundancy.instances.known()))
            .collect();
        seen.extend(system.dependencies.iter().map(|one| {
            format!("{} -{:?} {:?} {:?}-> {}", of(one.from), one.kind, one.confidence, one.plane, of(one.to))
        }));
        // A part is called after what it is a part of.
        let part = |id: &str| name(id.split('.').find(|part| !part.starts_with("aws_")).unwrap_or(id));
        seen.extend(stack.findings.iter().map(|finding| {
            let id = &finding.component_id;
            let is_component = system.components.iter().any(|one| one.id.as_str() == &**id);
            format!("{} {}", finding.rule, if is_component { part(id) } else { String::new() })
        }));
        seen.sort();
        (seen.join("\n"), stack.assessment.score)
    };
    let (of_template, of_terraform) =
        (judged(&read("/w/template.yaml", template)), judged(&read("/w/main.tf", terraform)));
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (of_template.0.lines().collect(), of_terraform.0.lines().collect());
    let only = |one: &[&str], other: &[&str]| {
        one.iter().filter(|line| !other.contains(line)).map(|line| (*line).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((only(&ours, &theirs), only(&theirs, &ours)), (Vec::new(), Vec::new()));
    assert_eq!(of_template, of_terraform);
    assert!(ours.len() > 12, "{ours:?}");
}

#[test]
fn the_same_system_in_terraform_is_judged_the_same() {
    judged_alike(SHOP, SHOP_IN_TERRAFORM);
}

/// What `check` finds of a directory: the roots with their scores, findings and problems.
fn of_directory(fixture: &str) -> (Directory, Arc<Snapshot>) {
    let directory = Directory::empty();
    for (path, text) in files("template.yaml", fixture) {
        directory.write(path.trim_start_matches('/'), &text);
    }
    let snapshot = Workspace::new().snapshot_of(directory.root()).unwrap();
    (directory, snapshot)
}

const PARTS: &str = "\
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, MultiAZ: !ImportValue spread, BackupRetentionPeriod: 14, DeletionProtection: true}
  Network:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: nested/network.yml}
//- /settings.json
{\"Resources\": {\"Zone\": {\"Type\": \"AWS::Route53::HostedZone\", \"Properties\": {\"Name\": \"a.example\"}}},
 \"Outputs\": {\"Spread\": {\"Value\": \"false\", \"Export\": {\"Name\": \"spread\"}}}}
//- /nested/network.yml
Resources:
  Gateway: {Type: AWS::EC2::InternetGateway}
//- /values.yaml
kind: ConfigMap
//- /old.template
AWSTemplateFormatVersion: '2010-09-09'
Resources: {}
";

#[test]
fn a_directory_of_templates() {
    let (directory, snapshot) = of_directory(PARTS);
    let mut seen = String::new();
    for stack in &snapshot.stacks {
        let root = stack.root.strip_prefix(directory.root()).unwrap();
        let ids: Vec<&str> = stack.system().components.iter().map(|one| one.id.as_str()).collect();
        let rules: Vec<&str> = stack.findings.iter().map(|finding| finding.rule.as_str()).collect();
        let _ = writeln!(seen, "{root} {} {ids:?} {rules:?}", stack.kind);
    }
    // The nested one is read with its parent, and what is exported by another is known.
    expect![[r#"
        old.template cloudformation [] []
        settings.json cloudformation ["Zone"] []
        template.yaml cloudformation ["Database", "Network.Gateway"] ["no-redundancy"]
    "#]]
    .assert_eq(&seen);
}

#[test]
fn a_file_with_parameters_is_a_stack_of_its_own() {
    let configuration = "\
Parameters:
  Spread: {Type: String}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, MultiAZ: !Ref Spread, BackupRetentionPeriod: 14, DeletionProtection: true}
//- /small.json
[{\"ParameterKey\": \"Spread\", \"ParameterValue\": \"false\"}, {\"ParameterKey\": \"Spraed\", \"ParameterValue\": \"x\"}]
//- /foreshock.toml
[[stack]]
path = \"template.yaml\"
name = \"small\"
var_files = [\"small.json\"]
[[stack]]
path = \"template.yaml\"
name = \"large\"
variables = { Spread = \"true\" }
";
    let (_directory, snapshot) = of_directory(configuration);
    let mut seen = String::new();
    for stack in &snapshot.stacks {
        let instances = &stack.system().components[0].redundancy.instances;
        let told: Vec<&str> = stack.problems.iter().map(|problem| problem.problem.message.as_str()).collect();
        let _ = writeln!(seen, "{:?} {:?} {told:?}", stack.variant().map(|name| name.to_string()), instances.known());
    }
    expect![[r#"
        Some("large") Some(2) []
        Some("small") Some(1) ["the template has no parameter Spraed (did you mean Spread?)"]
    "#]]
    .assert_eq(&seen);
}

#[test]
fn half_typed_templates_still_are_templates() {
    let mut workspace = Workspace::new();
    let file = FilePath::new("/w/template.yaml");
    for end in (0..=DATABASE.len()).rev() {
        workspace.set_document(file.clone(), DATABASE[..end].into());
        if end % 7 == 0 {
            assert_eq!(workspace.snapshot().stacks.len(), 1, "{}", &DATABASE[..end]);
        }
    }
}

#[test]
fn zones_that_are_only_numbers() {
    let of = |second: &str| {
        format!(
            "\
Resources:
  SubnetA: {{Type: AWS::EC2::Subnet, Properties: {{VpcId: vpc-1, AvailabilityZone: !Select [0, !GetAZs '']}}}}
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: vpc-1
      AvailabilityZone: !Select [{second}, !GetAZs {{Ref: AWS::Region}}]
  Service:
    Type: AWS::ECS::Service
    Properties:
      DesiredCount: 2
      NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: [!Ref SubnetA, !Ref SubnetB]}}}}
"
        )
    };
    let zones = |text: &str| {
        let opened = Opened::new(text);
        opened.snapshot.stacks[0].system().zones.iter().map(|zone| zone.name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(zones(&of("1")), ["zone 0 of AWS::Region", "zone 1 of AWS::Region"]);
    assert_eq!(zones(&of("0")), ["zone 0 of AWS::Region"]);
}

#[test]
fn a_single_file_is_what_its_text_says() {
    let (directory, _) = of_directory(PARTS);
    for name in ["template.yaml", "settings.json", "old.template"] {
        let snapshot = Workspace::new().snapshot_of(&directory.root().join(name)).unwrap();
        assert_eq!(snapshot.stacks[0].kind.name(), "cloudformation", "{name}");
    }
}

/// What the text of another commit would do, by what it says of the stack at the base.
fn compared(before: &str, now: &str) -> String {
    let stack = |text: &str| Stack::clone(&Opened::new(text).snapshot.stacks[0]);
    let base = Base { id: "3f2a91c".into(), words: "HEAD".into() };
    let stack = stack(now).compared_with(base, Some(stack(before).into()));
    let mut told = String::new();
    for finding in stack.findings.iter().filter(|finding| finding.new) {
        let _ = writeln!(told, "{}: {}", finding.rule, finding.message.replace('\n', " "));
    }
    told
}

#[test]
fn a_change_is_told_in_the_words_of_the_template() {
    let changed = |edits: &[(&str, &str)]| {
        let edited = edits.iter().fold(DATABASE.to_owned(), |text, (old, new)| text.replace(old, new));
        compared(DATABASE, &edited)
    };
    expect![[r#"
        replaces-stateful: Database is replaced (Engine can't be changed where it is); App goes down while it is gone, 5 to 20 min. The new one is empty. Backups are kept (BackupRetentionPeriod = 14), DeletionProtection stands in its way.
    "#]].assert_eq(&changed(&[("Engine: postgres", "Engine: mysql")]));
    expect![[r#"
        restarts: Database is restarted when this is applied (DBInstanceClass was db.m6g.large at 3f2a91c), 5 to 20 min; App goes down meanwhile.
    "#]].assert_eq(&changed(&[("Default: db.m6g.large", "Default: db.m6g.xlarge")]));
    expect![[r#"
        no-redundancy: App has no redundancy (1 instance). Nothing in this stack is known to depend on it.
    "#]]
    .assert_eq(&changed(&[("DesiredCount: 2", "DesiredCount: 1")]));
    expect![[r#"
        single-point-of-failure: Storage is a single point of failure (1 instance). With it App goes down.
        replaces-stateful: Database is destroyed and Storage made anew; App goes down while it is gone, 5 to 20 min. The new one is empty. Backups are kept (BackupRetentionPeriod = 14), DeletionProtection stands in its way.
    "#]].assert_eq(&changed(&[("  Database:\n", "  Storage:\n"), ("Database.Endpoint", "Storage.Endpoint")]));
}

/// More of what there is, side by side: each of these types in both languages.
const PLATFORM: &str = "\
Resources:
  Api: {Type: AWS::ApiGatewayV2::Api, Properties: {Name: api, ProtocolType: HTTP}}
  ToWorker:
    Type: AWS::ApiGatewayV2::Integration
    Properties: {ApiId: !Ref Api, IntegrationType: AWS_PROXY, IntegrationUri: !GetAtt Worker.Arn, PayloadFormatVersion: '2.0'}
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: worker
      Runtime: python3.13
      Timeout: 20
      Role: !GetAtt Role.Arn
      Handler: a.b
      Environment: {Variables: {TABLE: !Ref Orders, TOPIC: !Ref Events, SEARCH: !GetAtt Search.DomainEndpoint, SECRET: !Ref Secret}}
      VpcConfig: {SubnetIds: [!Ref PrivateA], SecurityGroupIds: [!Ref Group]}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}
      Policies:
        - PolicyName: p
          PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: !GetAtt Jobs.Arn}]}
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: g, VpcId: !Ref Vpc}}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
  Events: {Type: AWS::SNS::Topic, Properties: {TopicName: events, Subscription: [{Protocol: sqs, Endpoint: !GetAtt Jobs.Arn}]}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}, MessageRetentionPeriod: 3600}
  Dead: {Type: AWS::SQS::Queue, Properties: {QueueName: dead-letters}}
  Rule:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 hour), Targets: [{Id: t, Arn: !GetAtt Worker.Arn}]}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: db}}
  Attachment:
    Type: AWS::SecretsManager::SecretTargetAttachment
    Properties: {SecretId: !Ref Secret, TargetId: !Ref Cluster, TargetType: AWS::RDS::DBCluster}
  Cluster:
    Type: AWS::RDS::DBCluster
    Properties: {Engine: aurora-postgresql, BackupRetentionPeriod: 1, DBSubnetGroupName: !Ref Subnets}
  Writer:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: aurora-postgresql, DBClusterIdentifier: !Ref Cluster, DBInstanceClass: db.r6g.large}
  Subnets:
    Type: AWS::RDS::DBSubnetGroup
    Properties: {DBSubnetGroupDescription: s, SubnetIds: [!Ref PrivateA, !Ref PrivateB]}
  Search:
    Type: AWS::OpenSearchService::Domain
    Properties:
      DomainName: search
      ClusterConfig: {InstanceCount: 2, InstanceType: t3.small.search}
  Files: {Type: AWS::EFS::FileSystem, Properties: {BackupPolicy: {Status: DISABLED}}}
  Mount: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: !Ref Files, SubnetId: !Ref PrivateA, SecurityGroups: []}}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: uploads
      NotificationConfiguration: {LambdaConfigurations: [{Event: 's3:ObjectCreated:*', Function: !GetAtt Worker.Arn}]}
  Site:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: files, DomainName: !GetAtt Bucket.RegionalDomainName}]
        DefaultCacheBehavior: {TargetOriginId: files, ViewerProtocolPolicy: https-only}
  Zone: {Type: AWS::Route53::HostedZone, Properties: {Name: example.org}}
  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: !Ref Zone
      Name: www.example.org
      Type: A
      AliasTarget: {DNSName: !GetAtt Site.DomainName, HostedZoneId: Z2FDTNDATAQYW2}
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  PrivateA: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: eu-west-1a}}
  PrivateB: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.1.0/24, AvailabilityZone: eu-west-1b}}
  Address: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  Gateway: {Type: AWS::EC2::NatGateway, Properties: {AllocationId: !GetAtt Address.AllocationId, SubnetId: !Ref PrivateB}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, NatGatewayId: !Ref Gateway}}
  Routed: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref PrivateA, RouteTableId: !Ref Table}}
  Brokers:
    Type: AWS::MSK::Cluster
    Properties:
      ClusterName: brokers
      KafkaVersion: 3.6.0
      NumberOfBrokerNodes: 2
      BrokerNodeGroupInfo: {InstanceType: kafka.m5.large, ClientSubnets: [!Ref PrivateA, !Ref PrivateB]}
  Warehouse:
    Type: AWS::Redshift::Cluster
    DeletionPolicy: Delete
    Properties: {ClusterIdentifier: warehouse, ClusterType: single-node, NodeType: ra3.xlplus, DBName: w, MasterUsername: m}
  Kubernetes: {Type: AWS::EKS::Cluster, Properties: {Name: k, Version: '1.33', RoleArn: !GetAtt Role.Arn, ResourcesVpcConfig: {SubnetIds: [!Ref PrivateA, !Ref PrivateB]}}}
  Nodes:
    Type: AWS::EKS::Nodegroup
    Properties: {ClusterName: !Ref Kubernetes, NodeRole: !GetAtt Role.Arn, Subnets: [!Ref PrivateA], ScalingConfig: {MinSize: 1, MaxSize: 2, DesiredSize: 1}}
  Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt Role.Arn, DefinitionString: !Sub '{\"Resource\": \"${Worker.Arn}\"}'}}
  Stream: {Type: AWS::Kinesis::Stream, Properties: {Name: stream, ShardCount: 1, RetentionPeriodHours: 24}}
  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Version: '2012-10-17', Statement: []}}}
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: weekly
        BackupPlanRule: [{RuleName: r, TargetBackupVault: v, ScheduleExpression: 'cron(0 5 ? * MON *)', Lifecycle: {DeleteAfterDays: 3}}]
  Selection:
    Type: AWS::Backup::BackupSelection
    Properties: {BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: s, IamRoleArn: !GetAtt Role.Arn, Resources: [!GetAtt Files.Arn]}}
";

const PLATFORM_IN_TERRAFORM: &str = r#"
resource "aws_apigatewayv2_api" "Api" {
  name          = "api"
  protocol_type = "HTTP"
}
resource "aws_apigatewayv2_integration" "ToWorker" {
  api_id                 = aws_apigatewayv2_api.Api.id
  integration_type       = "AWS_PROXY"
  integration_uri        = aws_lambda_function.Worker.arn
  payload_format_version = "2.0"
}
resource "aws_lambda_function" "Worker" {
  function_name = "worker"
  runtime       = "python3.13"
  timeout       = 20
  role          = aws_iam_role.Role.arn
  handler       = "a.b"
  environment {
    variables = {
      TABLE  = aws_dynamodb_table.Orders.name
      TOPIC  = aws_sns_topic.Events.arn
      SEARCH = aws_opensearch_domain.Search.endpoint
      SECRET = aws_secretsmanager_secret.Secret.arn
    }
  }
  vpc_config {
    subnet_ids         = [aws_subnet.PrivateA.id]
    security_group_ids = [aws_security_group.Group.id]
  }
}
resource "aws_iam_role" "Role" {
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
  inline_policy {
    name   = "p"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = aws_sqs_queue.Jobs.arn }] })
  }
}
resource "aws_security_group" "Group" {
  description = "g"
  vpc_id      = aws_vpc.Vpc.id
}
resource "aws_dynamodb_table" "Orders" {
  name         = "orders"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "id"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
}
resource "aws_sns_topic" "Events" {
  name = "events"
}
resource "aws_sns_topic_subscription" "ToJobs" {
  topic_arn = aws_sns_topic.Events.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.Jobs.arn
}
resource "aws_sqs_queue" "Jobs" {
  redrive_policy            = jsonencode({ deadLetterTargetArn = aws_sqs_queue.Dead.arn, maxReceiveCount = 3 })
  message_retention_seconds = 3600
}
resource "aws_sqs_queue" "Dead" {
  name = "dead-letters"
}
resource "aws_cloudwatch_event_rule" "Rule" {
  schedule_expression = "rate(1 hour)"
}
resource "aws_cloudwatch_event_target" "Target" {
  rule = aws_cloudwatch_event_rule.Rule.name
  arn  = aws_lambda_function.Worker.arn
}
resource "aws_secretsmanager_secret" "Secret" {
  name = "db"
}
resource "aws_secretsmanager_secret_version" "Attachment" {
  secret_id     = aws_secretsmanager_secret.Secret.id
  secret_string = aws_rds_cluster.Cluster.cluster_identifier
}
resource "aws_rds_cluster" "Cluster" {
  engine                  = "aurora-postgresql"
  backup_retention_period = 1
  db_subnet_group_name    = aws_db_subnet_group.Subnets.name
}
resource "aws_rds_cluster_instance" "Writer" {
  engine             = "aurora-postgresql"
  cluster_identifier = aws_rds_cluster.Cluster.cluster_identifier
  instance_class     = "db.r6g.large"
}
resource "aws_db_subnet_group" "Subnets" {
  subnet_ids = [aws_subnet.PrivateA.id, aws_subnet.PrivateB.id]
}
resource "aws_opensearch_domain" "Search" {
  domain_name = "search"
  cluster_config {
    instance_count = 2
    instance_type  = "t3.small.search"
  }
}
resource "aws_efs_file_system" "Files" {}
resource "aws_efs_backup_policy" "BackupPolicy" {
  file_system_id = aws_efs_file_system.Files.id
  backup_policy {
    status = "DISABLED"
  }
}
resource "aws_efs_mount_target" "Mount" {
  file_system_id = aws_efs_file_system.Files.id
  subnet_id      = aws_subnet.PrivateA.id
}
resource "aws_s3_bucket" "Bucket" {
  bucket = "uploads"
}
resource "aws_s3_bucket_notification" "Notification" {
  bucket = aws_s3_bucket.Bucket.id
  lambda_function {
    lambda_function_arn = aws_lambda_function.Worker.arn
    events              = ["s3:ObjectCreated:*"]
  }
}
resource "aws_cloudfront_distribution" "Site" {
  enabled = true
  origin {
    origin_id   = "files"
    domain_name = aws_s3_bucket.Bucket.bucket_regional_domain_name
  }
  default_cache_behavior {
    target_origin_id       = "files"
    viewer_protocol_policy = "https-only"
  }
}
resource "aws_route53_zone" "Zone" {
  name = "example.org"
}
resource "aws_route53_record" "Record" {
  zone_id = aws_route53_zone.Zone.zone_id
  name    = "www.example.org"
  type    = "A"
  alias {
    name                   = aws_cloudfront_distribution.Site.domain_name
    zone_id                = "Z2FDTNDATAQYW2"
    evaluate_target_health = false
  }
}
resource "aws_vpc" "Vpc" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "PrivateA" {
  vpc_id            = aws_vpc.Vpc.id
  cidr_block        = "10.0.0.0/24"
  availability_zone = "eu-west-1a"
}
resource "aws_subnet" "PrivateB" {
  vpc_id            = aws_vpc.Vpc.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "eu-west-1b"
}
resource "aws_eip" "Address" {
  domain = "vpc"
}
resource "aws_nat_gateway" "Gateway" {
  allocation_id = aws_eip.Address.id
  subnet_id     = aws_subnet.PrivateB.id
}
resource "aws_route_table" "Table" {
  vpc_id = aws_vpc.Vpc.id
}
resource "aws_route" "Out" {
  route_table_id         = aws_route_table.Table.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.Gateway.id
}
resource "aws_route_table_association" "Routed" {
  subnet_id      = aws_subnet.PrivateA.id
  route_table_id = aws_route_table.Table.id
}
resource "aws_msk_cluster" "Brokers" {
  cluster_name           = "brokers"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 2
  broker_node_group_info {
    instance_type  = "kafka.m5.large"
    client_subnets = [aws_subnet.PrivateA.id, aws_subnet.PrivateB.id]
  }
}
resource "aws_redshift_cluster" "Warehouse" {
  cluster_identifier  = "warehouse"
  cluster_type        = "single-node"
  node_type           = "ra3.xlplus"
  skip_final_snapshot = true
}
resource "aws_eks_cluster" "Kubernetes" {
  name     = "k"
  version  = "1.33"
  role_arn = aws_iam_role.Role.arn
  vpc_config {
    subnet_ids = [aws_subnet.PrivateA.id, aws_subnet.PrivateB.id]
  }
}
resource "aws_eks_node_group" "Nodes" {
  cluster_name  = aws_eks_cluster.Kubernetes.name
  node_role_arn = aws_iam_role.Role.arn
  subnet_ids    = [aws_subnet.PrivateA.id]
  scaling_config {
    min_size     = 1
    max_size     = 2
    desired_size = 1
  }
}
resource "aws_sfn_state_machine" "Machine" {
  role_arn   = aws_iam_role.Role.arn
  definition = "{\"Resource\": \"${aws_lambda_function.Worker.arn}\"}"
}
resource "aws_kinesis_stream" "Stream" {
  name             = "stream"
  shard_count      = 1
  retention_period = 24
}
resource "aws_kms_key" "Key" {
  policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_backup_plan" "Plan" {
  name = "weekly"
  rule {
    rule_name         = "r"
    target_vault_name = "v"
    schedule          = "cron(0 5 ? * MON *)"
    lifecycle {
      delete_after = 3
    }
  }
}
resource "aws_backup_selection" "Selection" {
  plan_id      = aws_backup_plan.Plan.id
  name         = "s"
  iam_role_arn = aws_iam_role.Role.arn
  resources    = [aws_efs_file_system.Files.arn]
}
"#;

#[test]
fn a_platform_in_terraform_is_judged_the_same() {
    judged_alike(PLATFORM, PLATFORM_IN_TERRAFORM);
}

#[test]
fn a_nested_template_that_is_open_shows_its_parent() {
    let (directory, _) = of_directory(PARTS);
    let nested = directory.root().join("nested/network.yml");
    let mut workspace = Workspace::new();
    workspace.set_folders(vec![directory.root().to_owned()]);
    workspace.set_document(FilePath::new(nested.as_path()), std::fs::read_to_string(&nested).unwrap().into());
    let snapshot = workspace.snapshot();
    let roots: Vec<&str> = snapshot.stacks.iter().filter_map(|stack| stack.root.file_name()).collect();
    assert_eq!(roots, ["template.yaml"]);
}

#[test]
fn what_is_put_into_a_state_machine_is_called_by_it() {
    check(
        "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: flow.asl.json
      DefinitionSubstitutions: {StepArn: !GetAtt Step.Arn}
  Step:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13}
",
        expect![[r#"
            Flow serverless 1/1
            Step serverless 1/1
            Flow -Requires-> Step: DefinitionSubstitutions.StepArn of Flow refers to Step.Arn
        "#]],
    );
}

#[test]
fn a_property_before_longer_ones() {
    let of = |properties: &str| {
        format!("Resources:\n  B:\n    Type: AWS::ElasticLoadBalancingV2::LoadBalancer\n    Properties:{properties}")
    };
    let rule = "deletion-unprotected";
    repaired(
        &of("\n      Subnets:\n        - a\n        - b\n"),
        rule,
        expect![[r#"
        Protect it from deletion
                LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}]
    "#]],
    );
    repaired(
        &of(" {Subnets: [a, b]}\n"),
        rule,
        expect![[r#"
        Protect it from deletion
              Properties: {LoadBalancerAttributes: [{Key: deletion_protection.enabled, Value: 'true'}], Subnets: [a, b]}
    "#]],
    );
    repaired(
        &of(" {\"Subnets\": [\"a\", \"b\"]}\n"),
        rule,
        expect![[r#"
        Protect it from deletion
              Properties: {"LoadBalancerAttributes": [{Key: deletion_protection.enabled, Value: 'true'}], "Subnets": ["a", "b"]}
    "#]],
    );
}
