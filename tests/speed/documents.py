"""Stacks of infrastructure YAML, the same in every run: what an edit is measured on.

`manifests(directory, count)` writes exactly that many objects of Kubernetes, an application of five in a file each: a deployment,
its service, a map of configuration that names the service of the application before it, a budget and an account.
`template(file, count)` writes a template of CloudFormation with that many resources, `compose(file, count)` a Compose file with
that many services.

    python3 tests/speed/documents.py manifests 500 DIRECTORY
    python3 tests/speed/documents.py template 600 FILE
    python3 tests/speed/documents.py compose 200 FILE
"""

import pathlib
import sys

OBJECTS = 5
AREA = 10


def application(number):
    # A tenth are single pods, so that there is something to find and to repair.
    replicas = 1 if number % 10 == 9 else 3
    # Ten applications hang together.
    before = f"app{number - 1}" if number % 10 else "shop.example.com"
    return [
        f"""apiVersion: apps/v1
kind: Deployment
metadata:
  name: app{number}
  labels:
    team: team-{number % 7}
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app: app{number}
  template:
    metadata:
      labels:
        app: app{number}
    spec:
      serviceAccountName: app{number}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: DoNotSchedule
          labelSelector:
            matchLabels:
              app: app{number}
      containers:
        - name: app
          image: registry.example.com/app{number}:1
          envFrom:
            - configMapRef:
                name: app{number}
          readinessProbe:
            httpGet:
              path: /ready
              port: 8080
          livenessProbe:
            httpGet:
              path: /live
              port: 8080
""",
        f"""apiVersion: v1
kind: Service
metadata:
  name: app{number}
spec:
  selector:
    app: app{number}
  ports:
    - port: 8080
""",
        f"""apiVersion: v1
kind: ConfigMap
metadata:
  name: app{number}
data:
  BACKEND: http://{before}:8080
  LEVEL: info
""",
        f"""apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: app{number}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app: app{number}
""",
        f"""apiVersion: v1
kind: ServiceAccount
metadata:
  name: app{number}
""",
    ]


def manifests(directory, count):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    left = count
    for number in range((count + OBJECTS - 1) // OBJECTS):
        objects = application(number)[:left]
        left -= len(objects)
        (directory / f"app{number:04}.yaml").write_text("---\n".join(objects))
    return directory


NETWORK = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Replicas:
    Type: Number
    Default: 2
Resources:
  Cluster:
    Type: AWS::ECS::Cluster
  Network:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: 10.0.0.0/16
  SubnetA:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: 10.0.0.0/24
      AvailabilityZone: eu-west-1a
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Network
      CidrBlock: 10.0.1.0/24
      AvailabilityZone: eu-west-1b
"""

SHARED = 4


def entry(area):
    return [
        f"""  Balancer{area}:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [!Ref SubnetA, !Ref SubnetB]
""",
        f"""  Listener{area}:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer{area}
      Port: 443
      DefaultActions:
        - Type: forward
          TargetGroupArn: !Ref Group{area * AREA}
""",
    ]


def service(number):
    area = number // AREA
    both = "false" if number % 10 == 9 else "true"
    return [
        f"""  Group{number}:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties:
      VpcId: !Ref Network
      Port: 8080
      Protocol: HTTP
""",
        f"""  Rule{number}:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener{area}
      Priority: {number + 1}
      Actions:
        - Type: forward
          TargetGroupArn: !Ref Group{number}
""",
        f"""  Task{number}:
    Type: AWS::ECS::TaskDefinition
    Properties:
      Family: s{number}
      ContainerDefinitions:
        - Name: app
          Image: registry.example.com/s{number}:1
          Environment:
            - Name: DATABASE
              Value: !GetAtt Database{number}.Endpoint.Address
            - Name: QUEUE
              Value: !Ref Queue{number}
""",
        f"""  Service{number}:
    Type: AWS::ECS::Service
    DependsOn: Listener{area}
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task{number}
      DesiredCount: {"2" if number == 0 else "!Ref Replicas"}
      LoadBalancers:
        - TargetGroupArn: !Ref Group{number}
          ContainerName: app
          ContainerPort: 8080
""",
        f"""  Database{number}:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      DBInstanceClass: db.m6g.large
      MultiAZ: {both}
      Tags:
        - Key: team
          Value: team-{number % 7}
""",
        f"""  Queue{number}:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: s{number}
""",
    ]


def template(file, count):
    file = pathlib.Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    resources = []
    number = 0
    while len(resources) < count - SHARED:
        resources += (entry(number // AREA) if number % AREA == 0 else []) + service(number)
        number += 1
    file.write_text(NETWORK + "".join(resources[: count - SHARED]))
    return file


def compose(file, count):
    file = pathlib.Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    services = []
    for number in range(count):
        before = f"app{number - 1}" if number % 10 else "store"
        restart = "" if number % 10 == 9 else "    restart: unless-stopped\n"
        ports = f'    ports: ["{9000 + number}:8080"]\n' if number % 10 == 9 else ""
        services.append(
            f"""  app{number}:
    image: registry.example.com/app{number}:1
{restart}{ports}    environment:
      BACKEND: http://{before}:8080
      LEVEL: info
    depends_on: [{before}]
    deploy:
      replicas: 2
"""
        )
    store = "  store:\n    image: postgres:16\n    restart: unless-stopped\n"
    file.write_text("services:\n" + store + "".join(services[: count - 1]))
    return file


if __name__ == "__main__":
    {"manifests": manifests, "template": template, "compose": compose}[sys.argv[1]](sys.argv[3], int(sys.argv[2]))
