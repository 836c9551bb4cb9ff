resource "aws_rds_global_cluster" "orders" {
  global_cluster_identifier = "orders"
  engine                    = "aurora-postgresql"
}

resource "aws_rds_cluster" "here" {
  cluster_identifier        = "here"
  engine                    = "aurora-postgresql"
  global_cluster_identifier = "orders"
}

resource "aws_rds_cluster" "there" {
  cluster_identifier        = "there"
  engine                    = "aurora-postgresql"
  global_cluster_identifier = "orders"
}

resource "aws_elasticache_replication_group" "primary" {
  replication_group_id = "primary"
  description          = "here"
}

resource "aws_elasticache_global_replication_group" "sessions" {
  global_replication_group_id_suffix = "sessions"
  primary_replication_group_id       = aws_elasticache_replication_group.primary.id
}

resource "aws_elasticache_replication_group" "secondary" {
  replication_group_id        = "secondary"
  description                 = "there"
  global_replication_group_id = aws_elasticache_global_replication_group.sessions.global_replication_group_id
}

# => aws_elasticache_global_replication_group.sessions cache 1/1 region
# => aws_elasticache_replication_group.primary cache 1/1 zones?(no zone is written) failover none
# => aws_elasticache_replication_group.secondary cache 1/1 zones?(no zone is written) failover none
# => aws_rds_cluster.here database ?(no instance of the cluster is in the text) zones?(no zone is written) failover none
# => aws_rds_cluster.there database ?(no instance of the cluster is in the text) zones?(no zone is written) failover none
# => aws_rds_global_cluster.orders database 1/1 region
# => aws_elasticache_global_replication_group.sessions -requires/certain-> aws_elasticache_replication_group.primary
# =>     aws_elasticache_global_replication_group.sessions has its primary region in aws_elasticache_replication_group.primary
# => aws_elasticache_global_replication_group.sessions -requires/certain-> aws_elasticache_replication_group.secondary
# =>     aws_elasticache_replication_group.secondary is a region of aws_elasticache_global_replication_group.sessions
# => aws_rds_global_cluster.orders -requires/certain-> aws_rds_cluster.here
# =>     aws_rds_cluster.here is a region of aws_rds_global_cluster.orders
# => aws_rds_global_cluster.orders -requires/certain-> aws_rds_cluster.there
# =>     aws_rds_cluster.there is a region of aws_rds_global_cluster.orders
# => 1 of ["aws_elasticache_replication_group.primary", "aws_elasticache_replication_group.secondary"] by regions
# => 1 of ["aws_rds_cluster.here", "aws_rds_cluster.there"] by regions
