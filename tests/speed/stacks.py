"""Stacks of plain resources, the same in every run: what an edit is measured on.

`write(directory, count)` writes exactly that many resources: a network, then areas of ten services in a file each. A service is
a target group, a rule, a task, the service, a database, a cache, a queue, a security group, a role and a log group.

    python3 tests/speed/stacks.py 1000 DIRECTORY
"""

import pathlib
import sys

AREA = 10

SHARED = [
    'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n',
    *(
        f'resource "aws_subnet" "{zone}" {{\n  vpc_id            = aws_vpc.main.id\n'
        f'  cidr_block        = "10.0.{at}.0/24"\n  availability_zone = "eu-west-1{zone}"\n}}\n'
        for at, zone in enumerate("abc")
    ),
    'resource "aws_internet_gateway" "main" {\n  vpc_id = aws_vpc.main.id\n}\n',
    'resource "aws_db_subnet_group" "main" {\n  subnet_ids = local.subnets\n}\n',
    'resource "aws_ecs_cluster" "main" {\n  name = "main"\n}\n',
    'resource "aws_iam_role" "tasks" {\n  name = "tasks"\n}\n',
]

VARIABLES = """variable "replicas" {
  type    = number
  default = 2
}

variable "environment" {
  type    = string
  default = "prod"
}

locals {
  subnets = [aws_subnet.a.id, aws_subnet.b.id, aws_subnet.c.id]
}
"""


def entry(area):
    return [
        f"""resource "aws_lb" "area{area}" {{
  name    = "area-{area}"
  subnets = local.subnets
}}
""",
        f"""resource "aws_lb_listener" "area{area}" {{
  load_balancer_arn = aws_lb.area{area}.arn
  port              = 443
  protocol          = "HTTPS"

  default_action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.s{area * AREA}.arn
  }}
}}
""",
    ]


def service(area, number):
    # One tells by itself how many it is, so that there is something to change that nobody else reads.
    replicas = "2" if number == 0 else "var.replicas"
    zones = "false" if number % 10 == 9 else "true"
    return [
        f"""resource "aws_lb_target_group" "s{number}" {{
  name        = "s{number}"
  port        = 8080
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}}
""",
        f"""resource "aws_lb_listener_rule" "s{number}" {{
  listener_arn = aws_lb_listener.area{area}.arn

  action {{
    type             = "forward"
    target_group_arn = aws_lb_target_group.s{number}.arn
  }}

  condition {{
    path_pattern {{
      values = ["/s{number}/*"]
    }}
  }}
}}
""",
        f"""resource "aws_ecs_task_definition" "s{number}" {{
  family             = "s{number}"
  execution_role_arn = aws_iam_role.tasks.arn
  task_role_arn      = aws_iam_role.s{number}.arn

  container_definitions = jsonencode([{{
    name  = "app"
    image = "registry.example.com/s{number}:1"
    environment = [
      {{ name = "DATABASE", value = aws_db_instance.s{number}.address }},
      {{ name = "CACHE", value = aws_elasticache_replication_group.s{number}.primary_endpoint_address }},
      {{ name = "QUEUE", value = aws_sqs_queue.s{number}.url }},
    ]
  }}])
}}
""",
        f"""resource "aws_ecs_service" "s{number}" {{
  name            = "s{number}"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.s{number}.arn
  desired_count   = {replicas}

  load_balancer {{
    target_group_arn = aws_lb_target_group.s{number}.arn
    container_name   = "app"
    container_port   = 8080
  }}

  network_configuration {{
    subnets         = local.subnets
    security_groups = [aws_security_group.s{number}.id]
  }}
}}
""",
        f"""resource "aws_db_instance" "s{number}" {{
  identifier           = "s{number}-${{var.environment}}"
  engine               = "postgres"
  instance_class       = "db.m6g.large"
  multi_az             = {zones}
  db_subnet_group_name = aws_db_subnet_group.main.name

  tags = {{
    team = "team-{number % 7}"
  }}
}}
""",
        f"""resource "aws_elasticache_replication_group" "s{number}" {{
  replication_group_id       = "s{number}"
  description                = "sessions of s{number}"
  node_type                  = "cache.m6g.large"
  num_cache_clusters         = 2
  automatic_failover_enabled = true
  multi_az_enabled           = true
}}
""",
        f'resource "aws_sqs_queue" "s{number}" {{\n  name = "s{number}"\n}}\n',
        f'resource "aws_security_group" "s{number}" {{\n  name   = "s{number}"\n  vpc_id = aws_vpc.main.id\n}}\n',
        f'resource "aws_iam_role" "s{number}" {{\n  name = "role-{number}"\n}}\n',
        f'resource "aws_cloudwatch_log_group" "s{number}" {{\n  name = "/ecs/s{number}"\n}}\n',
    ]


def files(count):
    """The texts by name: exactly `count` resources."""
    left = count - len(SHARED)
    written = {"variables.tf": VARIABLES, "network.tf": "\n".join(SHARED)}
    area = number = 0
    while left >= 12:
        blocks = entry(area)
        while number < (area + 1) * AREA and left - len(blocks) >= 10:
            blocks += service(area, number)
            number += 1
        left -= len(blocks)
        written[f"area{area:04}.tf"] = f"# the area {area}\n\n" + "\n".join(blocks)
        area, number = area + 1, (area + 1) * AREA
    rest = (f'resource "aws_sns_topic" "t{topic}" {{\n  name = "t{topic}"\n}}\n' for topic in range(left))
    written["topics.tf"] = "\n".join(rest)
    return written


def write(directory, count):
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files(count).items():
        (directory / name).write_text(text)
    return directory


if __name__ == "__main__":
    write(sys.argv[2], int(sys.argv[1]))
