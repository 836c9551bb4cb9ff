provider "aws" {
  region = "eu-west-1"
}

variable "environment" {}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags = { Name = "main" }
}

resource "aws_subnet" "a" {
  vpc_id = aws_vpc.main.id
  availability_zone = "eu-west-1a"
  tags = { Tier = "app" }
}

resource "aws_subnet" "b" {
  vpc_id = aws_vpc.main.id
  availability_zone = "eu-west-1b"
  tags = { Tier = "app" }
}

data "aws_subnets" "app" {
  tags = { Tier = "app" }
}

data "aws_sqs_queue" "jobs" {
  name = "shop-jobs"
}

resource "aws_nat_gateway" "n0" {
  subnet_id = aws_subnet.a.id
}

resource "aws_nat_gateway" "n1" {
  subnet_id = aws_subnet.b.id
}

resource "aws_route_table" "t0" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.n0.id
  }
}

resource "aws_route_table_association" "a0" {
  subnet_id = aws_subnet.a.id
  route_table_id = aws_route_table.t0.id
}

resource "aws_route_table_association" "a1" {
  subnet_id = aws_subnet.b.id
  route_table_id = aws_route_table.t0.id
}

resource "aws_security_group" "app" {
  name = "app"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "db" {
  name = "db"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group_rule" "db" {
  type = "ingress"
  security_group_id = aws_security_group.db.id
  source_security_group_id = aws_security_group.app.id
}

resource "aws_lb" "front" {
  name = "front"
  internal = false
  subnets = data.aws_subnets.app.ids
  security_groups = [aws_security_group.app.id]
}

resource "aws_lb_target_group" "app" {
  name = "app"
  port = 80
  health_check {
    path = "/health"
    interval = 30
    timeout = 5
  }
}

resource "aws_lb_listener" "app" {
  load_balancer_arn = aws_lb.front.arn
  port = 443
  default_action {
    type = "forward"
    target_group_arn = aws_lb_target_group.app.arn
  }
}

resource "aws_route53_record" "app" {
  zone_id = "Z1"
  name = "shop.example.com"
  type = "A"
  alias {
    name = aws_lb.front.dns_name
    zone_id = aws_lb.front.zone_id
    evaluate_target_health = true
  }
}

resource "aws_route53_record" "database" {
  zone_id = "Z1"
  name = "db.example.com"
  type = "CNAME"
  records = [aws_rds_cluster.orders.endpoint]
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([{
    name = "app"
    environment = [
      { name = "DB_HOST", value = "db.example.com" },
      { name = "QUEUE", value = "shop-jobs" },
      { name = "TABLE_NAME", value = "shop-carts" },
      { name = "CACHE_URL", value = "redis://${aws_elasticache_replication_group.cache.primary_endpoint_address}:6379" },
      { name = "PUBLIC_URL", value = aws_lb.front.dns_name },
      { name = "BUCKET", value = "arn:aws:s3:::shop-files" },
    ]
  }])
  execution_role_arn = aws_iam_role.app.arn
}

resource "aws_ecs_service" "app" {
  name = "app"
  cluster = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.app.arn
  desired_count = 2
  network_configuration {
    subnets = [aws_subnet.a.id, aws_subnet.b.id]
    security_groups = [aws_security_group.app.id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.app.arn
    container_port = 80
  }
}

resource "aws_appautoscaling_target" "app" {
  service_namespace = "ecs"
  resource_id = "service/main/app"
  min_capacity = 2
  max_capacity = 8
}

resource "aws_iam_role" "app" {
  name = "app"
}

resource "aws_iam_role_policy" "app" {
  role = aws_iam_role.app.id
  policy = jsonencode({
    Statement = [{
      Effect = "Allow"
      Action = ["sqs:SendMessage"]
      Resource = ["arn:aws:sqs:eu-west-1:1:shop-jobs", "arn:aws:dynamodb:eu-west-1:1:table/shop-carts"]
    }]
  })
}

resource "aws_db_subnet_group" "db" {
  name = "db"
  subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
}

resource "aws_rds_cluster" "orders" {
  cluster_identifier = "orders"
  engine = "aurora-postgresql"
  db_subnet_group_name = aws_db_subnet_group.db.name
  vpc_security_group_ids = [aws_security_group.db.id]
  backup_retention_period = 1
  deletion_protection = false
}

resource "aws_rds_cluster_instance" "orders" {
  count = 2
  identifier = "orders-${count.index}"
  cluster_identifier = aws_rds_cluster.orders.id
  instance_class = "db.r5.large"
}

resource "aws_rds_cluster_instance" "more" {
  identifier = "more"
  cluster_identifier = "orders"
  instance_class = "db.r5.large"
}

resource "aws_db_instance" "reports" {
  identifier = "reports"
  engine = "postgres"
  multi_az = false
  backup_retention_period = 0
  replicate_source_db = null
  vpc_security_group_ids = [aws_security_group.db.id]
  db_subnet_group_name = "db"
  tags = { Backup = "yes" }
}

resource "aws_db_instance" "copy" {
  identifier = "copy"
  replicate_source_db = aws_db_instance.reports.identifier
  multi_az = true
}

resource "aws_backup_plan" "all" {
  name = "all"
}

resource "aws_backup_selection" "all" {
  name = "all"
  plan_id = aws_backup_plan.all.id
  selection_tag {
    type = "STRINGEQUALS"
    key = "Backup"
    value = "yes"
  }
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "cache"
  num_cache_clusters = 2
  automatic_failover_enabled = true
  multi_az_enabled = false
}

resource "aws_sqs_queue" "jobs" {
  name = "shop-jobs"
  visibility_timeout_seconds = 30
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}

resource "aws_sqs_queue" "dead" {
  name = "shop-dead"
}

resource "aws_lambda_function" "work" {
  function_name = "work"
  timeout = 60
  reserved_concurrent_executions = 5
  environment {
    variables = {
      TABLE = "shop-carts"
      QUEUE_URL = data.aws_sqs_queue.jobs.url
      ORDERS = aws_rds_cluster.orders.endpoint
    }
  }
  vpc_config {
    subnet_ids = [aws_subnet.a.id]
    security_group_ids = [aws_security_group.app.id]
  }
}

resource "aws_lambda_event_source_mapping" "work" {
  event_source_arn = aws_sqs_queue.jobs.arn
  function_name = aws_lambda_function.work.arn
  batch_size = 10
}

resource "aws_dynamodb_table" "carts" {
  name = "shop-carts"
  billing_mode = "PROVISIONED"
  read_capacity = 5
  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_s3_bucket" "files" {
  bucket = "shop-files"
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = "shop-files"
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_instance" "worker" {
  count = 3
  availability_zone = "eu-west-1a"
  subnet_id = aws_subnet.a.id
  user_data = "export TABLE=shop-carts DB=db.example.com"
}

resource "aws_autoscaling_group" "workers" {
  name = "workers"
  min_size = 1
  max_size = 3
  desired_capacity = 2
  vpc_zone_identifier = [aws_subnet.a.id, aws_subnet.b.id]
  target_group_arns = [aws_lb_target_group.app.arn]
  launch_template {
    id = aws_launch_template.worker.id
  }
}

resource "aws_launch_template" "worker" {
  name = "worker"
  vpc_security_group_ids = [aws_security_group.app.id]
}

resource "aws_eip" "door" {
  instance = aws_instance.worker[0].id
}

resource "kubernetes_deployment" "web" {
  metadata {
    name = "web"
    namespace = "shop"
  }
  spec {
    replicas = 2
    selector {
      match_labels = { app = "web" }
    }
    template {
      metadata {
        labels = { app = "web" }
      }
      spec {
        container {
          name = "web"
          image = "web:1"
          env {
            name = "API_URL"
            value = "http://api:8080"
          }
        }
      }
    }
  }
}

resource "kubernetes_deployment" "api" {
  metadata {
    name = "api"
    namespace = "shop"
  }
  spec {
    replicas = 1
    template {
      metadata {
        labels = { app = "api", tier = "back" }
      }
      spec {
        container {
          name = "api"
          image = "api:1"
        }
      }
    }
  }
}

resource "kubernetes_service" "api" {
  metadata {
    name = "api"
    namespace = "shop"
  }
  spec {
    selector = { app = "api" }
  }
}

resource "kubernetes_service" "web" {
  metadata {
    name = "web"
    namespace = "shop"
  }
  spec {
    type = "LoadBalancer"
    selector = { app = "web" }
  }
}

resource "kubernetes_horizontal_pod_autoscaler" "web" {
  metadata {
    name = "web"
    namespace = "shop"
  }
  spec {
    min_replicas = 2
    max_replicas = 5
    scale_target_ref {
      kind = "Deployment"
      name = "web"
    }
  }
}

resource "kubernetes_pod_disruption_budget" "web" {
  metadata {
    name = "web"
    namespace = "shop"
  }
  spec {
    min_available = 1
    selector {
      match_labels = { app = "web" }
    }
  }
}
