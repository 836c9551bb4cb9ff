resource "aws_msk_configuration" "four_of_six" {
  name              = "settings"
  kafka_versions    = ["3.6.0"]
  server_properties = <<-EOT
    default.replication.factor = 3
    min.insync.replicas = 2
  EOT
}

resource "aws_msk_cluster" "events" {
  cluster_name           = "events"
  kafka_version          = "3.6.0"
  number_of_broker_nodes = 6
  broker_node_group_info {
    instance_type   = "kafka.m5.large"
    client_subnets  = ["a", "b", "c"]
    security_groups = []
  }
  configuration_info {
    arn      = aws_msk_configuration.four_of_six.arn
    revision = 1
  }
}

# => aws_msk_cluster.events queue 5/6 zones?(the zone of a is not in the text)
