//! Any text gives what is sound in it: cut anywhere, nested deeply, in circles, very long.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use foreshock_cloudformation::{Options, Parsed, Read, Templates, is_template, read};
use foreshock_syntax::yaml::{self, Tree};
use foreshock_text::FilePath;

struct Text {
    tree: Tree,
    text: String,
}

impl Parsed for Text {
    fn tree(&self) -> &Tree {
        &self.tree
    }

    fn text(&self) -> &str {
        &self.text
    }
}

struct AtHand(BTreeMap<String, Arc<Text>>);

impl Templates for AtHand {
    fn template(&self, file: &FilePath) -> Option<Arc<dyn Parsed>> {
        Some(self.0.get(file.as_path().as_str())?.clone())
    }
}

fn read_all(files: &[(&str, &str)]) -> Read {
    let parsed = |text: &str| Arc::new(Text { tree: yaml::parse(text).0, text: text.to_owned() });
    let at_hand = AtHand(files.iter().map(|(path, text)| ((*path).to_owned(), parsed(text))).collect());
    read(&at_hand, &FilePath::new(files[0].0), &Options::default())
}

fn told(read: &Read) -> Vec<&str> {
    read.problems.iter().map(|(_, problem)| problem.message.as_str()).collect()
}

const WHOLE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Parameters: {Env: {Type: String, AllowedValues: [a, b]}, Names: {Type: CommaDelimitedList, Default: "x,y"}}
Mappings: {M: {a: {size: 1}, b: {size: 1}}}
Conditions: {C: !Or [!Equals [!Ref Env, a], !Not [!Condition D]], D: !Equals ["1", "1"]}
Globals: {Function: {Timeout: 3}}
Resources:
  Fn::ForEach::Topics: [Name, !Ref Names, {"Topic${Name}": {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}}]
  F:
    Type: AWS::Serverless::Function
    Condition: C
    Properties:
      Environment: {Variables: {A: !Sub ["${q}-${Q}", {q: !GetAtt Q.Arn}], B: !Join ["-", [a, !Select [0, !Split [",", "a,b"]]]]}}
      Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}, W: {Type: HttpApi}}
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-q", DelaySeconds: !FindInMap [M, !Ref Env, size]}}
  B: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: {VersioningConfiguration: {Status: !If [C, Enabled, !Ref AWS::NoValue]}}}
Outputs: {O: {Value: !Ref Q, Export: {Name: out}}}
"#;

#[test]
fn a_text_that_ends_anywhere() {
    let whole = read_all(&[("t.yaml", WHOLE)]);
    assert_eq!(told(&whole), Vec::<&str>::new());
    let names: Vec<&str> = whole.resources.instances.iter().map(|one| &*one.address).collect();
    assert_eq!(names, ["B", "F", "F.Events.E", "F.Events.W", "Q", "ServerlessHttpApi", "Topicx", "Topicy"]);
    for end in 0..WHOLE.len() {
        if let Some(text) = WHOLE.get(..end) {
            read_all(&[("t.yaml", text)]);
        }
    }
}

#[test]
fn circles_are_told() {
    let nested = "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./t.yaml}}}";
    assert_eq!(told(&read_all(&[("t.yaml", nested)])), ["the stack S contains itself; it is not read"]);
    let names = "Resources: {A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}, B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}}";
    assert_eq!(read_all(&[("t.yaml", names)]).resources.instances.len(), 2);
    let outputs = "Resources: {S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: u.yaml, Parameters: {P: !GetAtt S.Outputs.O}}}}";
    let inner = "Parameters: {P: {Type: String}}\nResources: {}\nOutputs: {O: {Value: !Ref P}}";
    assert!(
        told(&read_all(&[("t.yaml", outputs), ("u.yaml", inner)])).contains(&"the stack S is handed its own outputs")
    );
}

#[test]
fn deep_and_long_texts_end_soon() {
    let began = Instant::now();
    let deep = format!(
        "Resources: {{A: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {}x{}}}}}}}",
        "!Join ['', [".repeat(60),
        "]]".repeat(60)
    );
    read_all(&[("t.yaml", &deep)]);
    let mut conditions = String::from("Resources: {}\nConditions:\n  C0: !Equals [a, b]\n");
    for number in 1..2_000 {
        let before = number - 1;
        writeln!(conditions, "  C{number}: !Or [!Condition C{before}, !Condition C{before}]").unwrap();
    }
    read_all(&[("t.yaml", &conditions)]);
    let mut long = String::from("Resources:\n");
    for number in 0..10_000 {
        let before = number.max(1) - 1;
        writeln!(long, "  R{number}: {{Type: AWS::SQS::Queue, DependsOn: [R{before}], Properties: {{QueueName: !GetAtt R{before}.Arn}}}}").unwrap();
    }
    assert_eq!(read_all(&[("t.yaml", &long)]).resources.instances.len(), 10_000);
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn what_is_a_template() {
    let is = |text: &str| is_template(&yaml::parse(text).0);
    assert!(is("AWSTemplateFormatVersion: '2010-09-09'"));
    assert!(is("Resources: {A: {Type: 'AWS::S3::Bucket'}}"));
    assert!(is("{\"Resources\": {\"A\": {\"Type\": \"Custom::Thing\"}}}"));
    assert!(is("Transform: AWS::Serverless-2016-10-31"));
    for other in ["", "[]", "a: b", "Resources: [1]", "Resources: {A: {Type: x}}", "kind: Deployment"] {
        assert!(!is(other), "{other}");
    }
}
