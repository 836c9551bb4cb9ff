resource "aws_elasticache_replication_group" "single" {
  replication_group_id = "single"
  description          = "one node"
  num_cache_clusters   = 1
}

resource "aws_elasticache_replication_group" "spread" {
  replication_group_id       = "spread"
  description                = "three nodes, one of which takes over"
  num_cache_clusters         = 3
  automatic_failover_enabled = true
  multi_az_enabled           = true
}

# => aws_elasticache_replication_group.single cache 1/1 zones?(no zone is written) failover none
# => aws_elasticache_replication_group.spread cache 1/3 zones?(no zone is written) failover automatic
