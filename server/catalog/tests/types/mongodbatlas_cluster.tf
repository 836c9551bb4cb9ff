resource "mongodbatlas_cluster" "orders" {
  project_id                  = "p"
  name                        = "orders"
  provider_name               = "AWS"
  provider_region_name        = "EU_WEST_1"
  provider_instance_size_name = "M10"
}

resource "aws_lambda_function" "orders" {
  function_name = "orders"
  environment {
    variables = {
      MONGO = mongodbatlas_cluster.orders.srv_address
    }
  }
}

resource "hcp_vault_cluster" "dev" {
  cluster_id = "dev"
  hvn_id     = "h"
}

resource "aiven_kafka" "events" {
  project      = "p"
  cloud_name   = "aws-eu-west-1"
  plan         = "business-4"
  service_name = "events"
}

resource "aiven_pg" "one" {
  project      = "p"
  plan         = "startup-4"
  service_name = "one"
}

# => aiven_kafka.events queue 2/3 zones?(no zone is written)
# => aiven_pg.one database 1/1 zones?(no zone is written) failover none
# => aws_lambda_function.orders serverless 1/1 region
# => hcp_vault_cluster.dev secret_store 1/1 zones?(no zone is written) failover none
# => mongodbatlas_cluster.orders database 1/3 zones?(no zone is written) failover automatic
# => aws_lambda_function.orders -requires/likely-> mongodbatlas_cluster.orders
# =>     environment.variables.MONGO of aws_lambda_function.orders refers to mongodbatlas_cluster.orders.srv_address
