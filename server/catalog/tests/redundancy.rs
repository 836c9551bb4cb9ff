//! One case per form of redundancy: how many, how many needed, in which zones, who promotes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod rendering;

use expect_test::{Expect, expect};
use rendering::assemble_text;

fn check(text: &str, expect: Expect) {
    expect.assert_eq(&assemble_text(text));
}

#[test]
fn database_in_one_zone() {
    check(
        r#"
        resource "aws_db_instance" "orders" {
          availability_zone = "us-east-1a"
        }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 [us-east-1a] failover none
        "#]],
    );
}

#[test]
fn database_with_a_standby() {
    check(
        r#"
        resource "aws_db_instance" "orders" {
          multi_az             = true
          db_subnet_group_name = aws_db_subnet_group.g.name
        }
        resource "aws_db_subnet_group" "g" {
          subnet_ids = [aws_subnet.a.id, aws_subnet.b.id]
        }
        resource "aws_subnet" "a" { availability_zone = "us-east-1a" }
        resource "aws_subnet" "b" { availability_zone = "us-east-1b" }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/2 [us-east-1a us-east-1b] failover automatic
        "#]],
    );
}

#[test]
fn truth_written_as_text() {
    check(
        r#"
        variable "ha" { default = "true" }
        resource "aws_db_instance" "orders" { multi_az = var.ha }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn a_standby_that_is_not_known() {
    check(
        r#"
        variable "ha" {}
        resource "aws_db_instance" "orders" { multi_az = var.ha }
        "#,
        expect![[r#"
            aws_db_instance.orders database ?(variable ha has no value) zones?(no zone is written) failover ?(variable ha has no value)
        "#]],
    );
}

#[test]
fn a_read_replica_is_no_standby() {
    check(
        r#"
        resource "aws_db_instance" "orders" { identifier = "orders" }
        resource "aws_db_instance" "reader" { replicate_source_db = aws_db_instance.orders.identifier }
        "#,
        expect![[r#"
            aws_db_instance.orders database 1/1 zones?(no zone is written) failover none
            aws_db_instance.reader database 1/1 zones?(no zone is written) failover none
            aws_db_instance.reader -async/certain-> aws_db_instance.orders
                aws_db_instance.reader is a read replica of aws_db_instance.orders
        "#]],
    );
}

#[test]
fn stateful_siblings_are_separate() {
    check(
        r#"
        resource "aws_db_instance" "shard" { count = 2 }
        "#,
        expect![[r#"
            aws_db_instance.shard[0] database 1/1 zones?(no zone is written) failover none
            aws_db_instance.shard[1] database 1/1 zones?(no zone is written) failover none
        "#]],
    );
}

#[test]
fn aurora_with_two_instances() {
    check(
        r#"
        resource "aws_rds_cluster" "c" { cluster_identifier = "c" }
        resource "aws_rds_cluster_instance" "c" {
          count              = 2
          cluster_identifier = aws_rds_cluster.c.id
        }
        "#,
        expect![[r#"
            aws_rds_cluster.c database 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn aurora_with_one_instance_in_its_zone() {
    check(
        r#"
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "writer" {
          cluster_identifier = aws_rds_cluster.c.cluster_identifier
          availability_zone  = "us-east-1c"
        }
        "#,
        expect![[r#"
            aws_rds_cluster.c database 1/1 [us-east-1c] failover none
        "#]],
    );
}

#[test]
fn aurora_member_by_its_written_name() {
    check(
        r#"
        resource "aws_rds_cluster" "c" { cluster_identifier = "orders" }
        resource "aws_rds_cluster_instance" "a" { cluster_identifier = "orders" }
        resource "aws_rds_cluster_instance" "b" { cluster_identifier = "orders" }
        "#,
        expect![[r#"
            aws_rds_cluster.c database 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn aurora_without_a_visible_instance() {
    check(
        r#"
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "elsewhere" { cluster_identifier = "other" }
        "#,
        expect![[r#"
            aws_rds_cluster.c database ?(no instance of the cluster is in the text) zones?(no zone is written) failover none
            aws_rds_cluster_instance.elsewhere database ?(its cluster is not in the text) zones?(no zone is written) failover none
        "#]],
    );
}

#[test]
fn aurora_with_an_unknown_number() {
    check(
        r#"
        variable "n" {}
        resource "aws_rds_cluster" "c" {}
        resource "aws_rds_cluster_instance" "c" {
          count              = var.n
          cluster_identifier = aws_rds_cluster.c.id
        }
        "#,
        expect![[r#"
            aws_rds_cluster.c database ?(variable n has no value) zones?(no zone is written) failover ?(variable n has no value)
        "#]],
    );
}

#[test]
fn aurora_serverless() {
    check(
        r#"
        resource "aws_rds_cluster" "c" { engine_mode = "serverless" }
        "#,
        expect![[r#"
            aws_rds_cluster.c database ?(Aurora Serverless v1 places its instances itself) zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn multi_az_cluster() {
    check(
        r#"
        resource "aws_rds_cluster" "c" { db_cluster_instance_class = "db.m6gd.large" }
        "#,
        expect![[r#"
            aws_rds_cluster.c database 1/3 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn document_and_graph_clusters() {
    check(
        r#"
        resource "aws_docdb_cluster" "d" {}
        resource "aws_docdb_cluster_instance" "d" { 
          for_each           = toset(["a", "b"])
          cluster_identifier = aws_docdb_cluster.d.id
        }
        resource "aws_neptune_cluster" "n" {}
        resource "aws_neptune_cluster_instance" "n" { cluster_identifier = aws_neptune_cluster.n.id }
        "#,
        expect![[r#"
            aws_docdb_cluster.d database 1/2 zones?(no zone is written) failover automatic
            aws_neptune_cluster.n database 1/1 zones?(no zone is written) failover none
        "#]],
    );
}

#[test]
fn replication_groups() {
    check(
        r#"
        resource "aws_elasticache_replication_group" "alone" {}
        resource "aws_elasticache_replication_group" "manual" { num_cache_clusters = 2 }
        resource "aws_elasticache_replication_group" "automatic" {
          num_cache_clusters         = 3
          automatic_failover_enabled = true
          multi_az_enabled           = true
        }
        resource "aws_elasticache_replication_group" "sharded" {
          num_node_groups            = 2
          replicas_per_node_group    = 1
          automatic_failover_enabled = true
        }
        "#,
        expect![[r#"
            aws_elasticache_replication_group.alone cache 1/1 zones?(no zone is written) failover none
            aws_elasticache_replication_group.automatic cache 1/3 zones?(no zone is written) failover automatic
            aws_elasticache_replication_group.manual cache 1/2 zones?(no zone is written) failover manual
            aws_elasticache_replication_group.sharded cache 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn cache_clusters() {
    check(
        r#"
        resource "aws_elasticache_cluster" "redis" { num_cache_nodes = 1 }
        resource "aws_elasticache_cluster" "memcached" {
          num_cache_nodes              = 2
          az_mode                      = "cross-az"
          preferred_availability_zones = ["us-east-1a", "us-east-1b"]
        }
        resource "aws_elasticache_replication_group" "g" { num_cache_clusters = 2 }
        resource "aws_elasticache_cluster" "replica" { replication_group_id = aws_elasticache_replication_group.g.id }
        "#,
        expect![[r#"
            aws_elasticache_cluster.memcached cache 1/2 [us-east-1a us-east-1b]
            aws_elasticache_cluster.redis cache 1/1 zones?(no zone is written)
            aws_elasticache_replication_group.g cache 1/2 zones?(no zone is written) failover manual
        "#]],
    );
}

#[test]
fn search_domains() {
    check(
        r#"
        resource "aws_elasticsearch_domain" "one" {}
        resource "aws_opensearch_domain" "three" {
          cluster_config {
            instance_count = 3
          }
        }
        resource "aws_opensearch_domain" "masters" {
          cluster_config {
            instance_count           = 4
            dedicated_master_enabled = true
          }
        }
        "#,
        expect![[r#"
            aws_elasticsearch_domain.one database 1/1 zones?(no zone is written)
            aws_opensearch_domain.masters database 1/4 zones?(no zone is written)
            aws_opensearch_domain.three database 2/3 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn group_that_nothing_scales() {
    check(
        r#"
        resource "aws_autoscaling_group" "web" {
          min_size           = 1
          max_size           = 4
          desired_capacity   = 3
          availability_zones = ["us-east-1b", "us-east-1a"]
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/3 [us-east-1a us-east-1b]
        "#]],
    );
}

#[test]
fn group_that_a_policy_scales() {
    check(
        r#"
        resource "aws_autoscaling_group" "web" {
          min_size         = 1
          desired_capacity = 3
        }
        resource "aws_autoscaling_policy" "cpu" { autoscaling_group_name = aws_autoscaling_group.web.name }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/1 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn group_that_may_be_empty() {
    check(
        r#"
        resource "aws_autoscaling_group" "web" { min_size = 0 }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server ?(the group may scale to none) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn zones_of_a_launch_template() {
    check(
        r#"
        resource "aws_autoscaling_group" "web" {
          min_size = 2
          launch_template { id = aws_launch_template.t.id }
        }
        resource "aws_launch_template" "t" {
          placement { availability_zone = "us-east-1d" }
        }
        "#,
        expect![[r#"
            aws_autoscaling_group.web app_server 1/2 [us-east-1d]
        "#]],
    );
}

#[test]
fn tasks() {
    check(
        r#"
        resource "aws_ecs_service" "unwritten" {}
        resource "aws_ecs_service" "two" { desired_count = 2 }
        resource "aws_ecs_service" "daemon" { scheduling_strategy = "DAEMON" }
        resource "aws_ecs_service" "off" { desired_count = 0 }
        "#,
        expect![[r#"
            aws_ecs_service.daemon app_server ?(a daemon runs one task on each container instance) zones?(no zone is written)
            aws_ecs_service.off app_server 1/0 zones?(no zone is written)
            aws_ecs_service.two app_server 1/2 zones?(no zone is written)
            aws_ecs_service.unwritten app_server ?(desired_count is not written, and something else may set it) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn tasks_that_a_target_scales() {
    check(
        r#"
        resource "aws_ecs_cluster" "c" { name = "c" }
        resource "aws_ecs_service" "api" {
          name          = "api"
          cluster       = aws_ecs_cluster.c.id
          desired_count = 4
        }
        resource "aws_appautoscaling_target" "api" {
          min_capacity = 1
          max_capacity = 8
          resource_id  = "service/${aws_ecs_cluster.c.name}/${aws_ecs_service.api.name}"
        }
        "#,
        expect![[r#"
            aws_ecs_service.api app_server 1/1 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn node_groups() {
    check(
        r#"
        resource "aws_eks_node_group" "a" {
          scaling_config {
            min_size     = 1
            desired_size = 2
          }
        }
        resource "aws_eks_node_group" "b" {
          scaling_config {
            min_size     = 1
            desired_size = 1
          }
        }
        "#,
        expect![[r#"
            aws_eks_node_group.a app_server 1/2 zones?(no zone is written)
            aws_eks_node_group.b app_server 1/1 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn instances_by_count() {
    check(
        r#"
        resource "aws_instance" "web" {
          count             = 3
          availability_zone = ["us-east-1a", "us-east-1b"][count.index % 2]
        }
        "#,
        expect![[r#"
            aws_instance.web app_server 1/3 [us-east-1a us-east-1b]
        "#]],
    );
}

#[test]
fn instances_by_key() {
    check(
        r#"
        resource "aws_instance" "web" {
          for_each          = toset(["blue", "green"])
          availability_zone = "us-east-1a"
        }
        "#,
        expect![[r#"
            aws_instance.web["blue"] app_server 1/1 [us-east-1a]
            aws_instance.web["green"] app_server 1/1 [us-east-1a]
        "#]],
    );
}

#[test]
fn instances_of_unknown_number() {
    check(
        r#"
        variable "n" {}
        resource "aws_instance" "web" { count = var.n }
        "#,
        expect![[r#"
            aws_instance.web app_server ?(variable n has no value) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn count_inside_two_modules() {
    check(
        r#"
        //- /main.tf
        module "a" { source = "./a" }
        //- /a/main.tf
        module "b" { source = "./b" }
        //- /a/b/main.tf
        resource "aws_instance" "web" { count = 3 }
        "#,
        expect![[r#"
            module.a.module.b.aws_instance.web app_server 1/3 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn instances_of_one_count_with_different_uses() {
    check(
        r#"
        resource "aws_instance" "web" { count = 2 }
        resource "aws_elb" "a" { instances = [aws_instance.web[0].id] }
        resource "aws_elb" "b" { instances = [aws_instance.web[1].id] }
        "#,
        expect![[r#"
            aws_elb.a load_balancer ?(no subnet or zone is written) zones?(no zone is written)
            aws_elb.b load_balancer ?(no subnet or zone is written) zones?(no zone is written)
            aws_instance.web[0] app_server 1/1 zones?(no zone is written)
            aws_instance.web[1] app_server 1/1 zones?(no zone is written)
            aws_elb.a -requires/certain-> aws_instance.web[0]
                aws_elb.a sends to aws_instance.web[0]
            aws_elb.b -requires/certain-> aws_instance.web[1]
                aws_elb.b sends to aws_instance.web[1]
        "#]],
    );
}

#[test]
fn load_balancers() {
    check(
        r#"
        resource "aws_subnet" "public" {
          count             = 2
          availability_zone = element(["us-east-1a", "us-east-1b"], count.index)
        }
        resource "aws_lb" "two" { subnets = aws_subnet.public[*].id }
        resource "aws_lb" "mapped" {
          subnet_mapping { subnet_id = aws_subnet.public[0].id }
        }
        resource "aws_alb" "unknown" { subnets = data.aws_subnets.all.ids }
        data "aws_subnets" "all" {}
        resource "aws_elb" "classic" { availability_zones = ["us-east-1a"] }
        "#,
        expect![[r#"
            aws_alb.unknown load_balancer ?(known after apply: data.aws_subnets.all.ids) zones?(known after apply: data.aws_subnets.all.ids)
            aws_elb.classic load_balancer 1/1 [us-east-1a]
            aws_lb.mapped load_balancer 1/1 [us-east-1a]
            aws_lb.two load_balancer 1/2 [us-east-1a us-east-1b]
        "#]],
    );
}

#[test]
fn empty_texts_are_no_subnets() {
    check(
        r#"
        resource "aws_lb" "l" { subnets = split(",", "") }
        "#,
        expect![[r#"
            aws_lb.l load_balancer ?(no subnet is written) zones?(no zone is written)
        "#]],
    );
}

#[test]
fn gateways_are_never_replicas() {
    check(
        r#"
        resource "aws_subnet" "public" {
          count             = 2
          availability_zone = "us-east-1${["a", "b"][count.index]}"
        }
        resource "aws_nat_gateway" "n" {
          count     = 2
          subnet_id = aws_subnet.public[count.index].id
        }
        "#,
        expect![[r#"
            aws_nat_gateway.n[0] network 1/1 [us-east-1a]
            aws_nat_gateway.n[1] network 1/1 [us-east-1b]
            egress aws_nat_gateway.n[0]
            egress aws_nat_gateway.n[1]
        "#]],
    );
}

#[test]
fn the_provider_chooses_the_zone_of_one() {
    check(
        r#"
        resource "aws_subnet" "a" { availability_zone = "us-east-1a" }
        resource "aws_subnet" "b" { availability_zone = "us-east-1b" }
        resource "aws_ecs_service" "api" {
          network_configuration { subnets = [aws_subnet.a.id, aws_subnet.b.id] }
        }
        "#,
        expect![[r#"
            aws_ecs_service.api app_server ?(desired_count is not written, and something else may set it) [us-east-1a us-east-1b]
        "#]],
    );
}

#[test]
fn zones_outside_the_text() {
    check(
        r#"
        data "aws_availability_zones" "all" {}
        resource "aws_subnet" "a" { availability_zone = data.aws_availability_zones.all.names[0] }
        resource "aws_instance" "a" { subnet_id = aws_subnet.a.id }
        resource "aws_instance" "b" { subnet_id = "subnet-123" }
        resource "aws_instance" "c" { subnet_id = data.aws_subnet.c.id }
        data "aws_subnet" "c" {}
        "#,
        expect![[r#"
            aws_instance.a app_server 1/1 zones?(known after apply: data.aws_availability_zones.all.names)
            aws_instance.b app_server 1/1 zones?(the zone of subnet-123 is not in the text)
            aws_instance.c app_server 1/1 zones?(known after apply: data.aws_subnet.c.id)
        "#]],
    );
}

#[test]
fn brokers() {
    check(
        r#"
        resource "aws_mq_broker" "one" {}
        resource "aws_mq_broker" "pair" { deployment_mode = "ACTIVE_STANDBY_MULTI_AZ" }
        resource "aws_msk_cluster" "three" { number_of_broker_nodes = 3 }
        "#,
        expect![[r#"
            aws_mq_broker.one queue 1/1 zones?(no zone is written) failover none
            aws_mq_broker.pair queue 1/2 zones?(no zone is written) failover automatic
            aws_msk_cluster.three queue 2/3 zones?(no zone is written)
        "#]],
    );
}

#[test]
fn warehouses_and_file_systems() {
    check(
        r#"
        resource "aws_redshift_cluster" "one" { number_of_nodes = 4 }
        resource "aws_redshift_cluster" "pair" { multi_az = true }
        resource "aws_fsx_windows_file_system" "one" {}
        resource "aws_fsx_windows_file_system" "pair" { deployment_type = "MULTI_AZ_1" }
        resource "aws_efs_file_system" "f" {}
        resource "aws_memorydb_cluster" "m" { num_replicas_per_shard = 0 }
        resource "aws_dms_replication_instance" "d" { multi_az = true }
        "#,
        expect![[r#"
            aws_dms_replication_instance.d app_server 1/2 zones?(no zone is written) failover automatic
            aws_efs_file_system.f storage 1/1 region
            aws_fsx_windows_file_system.one storage 1/1 zones?(no zone is written) failover none
            aws_fsx_windows_file_system.pair storage 1/2 zones?(no zone is written) failover automatic
            aws_memorydb_cluster.m database 1/1 zones?(no zone is written) failover none
            aws_redshift_cluster.one database 1/1 zones?(no zone is written) failover none
            aws_redshift_cluster.pair database 1/2 zones?(no zone is written) failover automatic
        "#]],
    );
}

#[test]
fn services_of_the_region() {
    check(
        r#"
        resource "aws_lambda_function" "f" {}
        resource "aws_s3_bucket" "b" {}
        resource "aws_sqs_queue" "q" {}
        resource "aws_sns_topic" "t" {}
        resource "aws_dynamodb_table" "d" {}
        resource "aws_cloudfront_distribution" "c" {}
        resource "aws_route53_zone" "z" {}
        "#,
        expect![[r#"
            aws_cloudfront_distribution.c cdn 1/1 region
            aws_dynamodb_table.d database 1/1 region
            aws_lambda_function.f serverless 1/1 region
            aws_route53_zone.z dns 1/1 region
            aws_s3_bucket.b storage 1/1 region
            aws_sns_topic.t queue 1/1 region
            aws_sqs_queue.q queue 1/1 region
        "#]],
    );
}

#[test]
fn unmapped_and_ignored() {
    check(
        r#"
        resource "aws_unheard_of" "x" {}
        resource "aws_cloudwatch_metric_alarm" "a" {}
        data "aws_db_instance" "elsewhere" {}
        "#,
        expect![[r#"
            unmapped aws_unheard_of.x
        "#]],
    );
}

#[test]
fn the_zone_of_the_first_is_not_that_of_all() {
    check(
        r#"
        resource "oci_mysql_mysql_db_system" "pair" {
          availability_domain = "AD-1"
          is_highly_available = true
        }
        resource "oci_mysql_mysql_db_system" "single" { availability_domain = "AD-1" }
        resource "google_sql_database_instance" "pair" {
          settings {
            availability_type = "REGIONAL"
            location_preference { zone = "europe-west1-b" }
          }
        }
        resource "google_sql_database_instance" "told" {
          settings {
            availability_type = "REGIONAL"
            location_preference {
              zone           = "europe-west1-b"
              secondary_zone = "europe-west1-c"
            }
          }
        }
        resource "google_sql_database_instance" "single" {
          settings {
            location_preference { zone = "europe-west1-b" }
          }
        }
        resource "google_redis_instance" "pair" {
          tier        = "STANDARD_HA"
          location_id = "europe-west1-b"
        }
        resource "google_redis_instance" "single" { location_id = "europe-west1-b" }
        resource "aws_db_instance" "pair" {
          multi_az          = true
          availability_zone = "eu-west-1a"
        }
        resource "aws_elasticache_cluster" "pair" {
          az_mode           = "cross-az"
          num_cache_nodes   = 2
          availability_zone = "eu-west-1a"
        }
        "#,
        expect![[r#"
            aws_db_instance.pair database 1/2 zones?(no zone is written) failover automatic
            aws_elasticache_cluster.pair cache 1/2 zones?(no zone is written)
            google_redis_instance.pair cache 1/2 zones?(no zone is written) failover automatic
            google_redis_instance.single cache 1/1 [europe-west1-b] failover none
            google_sql_database_instance.pair database 1/2 zones?(no zone is written) failover automatic
            google_sql_database_instance.single database 1/1 [europe-west1-b] failover none
            google_sql_database_instance.told database 1/2 [europe-west1-b europe-west1-c] failover automatic
            oci_mysql_mysql_db_system.pair database 1/3 zones?(no zone is written) failover automatic
            oci_mysql_mysql_db_system.single database 1/1 [AD-1] failover none
        "#]],
    );
}
