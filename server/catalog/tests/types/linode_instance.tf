resource "linode_instance" "web" {
  count      = 2
  label      = "web-${count.index}"
  region     = "eu-central"
  type       = "g6-standard-1"
  private_ip = true
}

resource "linode_instance" "api" {
  label      = "api"
  region     = "eu-central"
  type       = "g6-standard-1"
  private_ip = true
}

resource "linode_nodebalancer" "front" {
  label  = "front"
  region = "eu-central"
}

resource "linode_nodebalancer_config" "https" {
  nodebalancer_id = linode_nodebalancer.front.id
  port            = 443
}

resource "linode_nodebalancer_node" "web" {
  count           = 2
  nodebalancer_id = linode_nodebalancer.front.id
  config_id       = linode_nodebalancer_config.https.id
  label           = "web-${count.index}"
  address         = "${linode_instance.web[count.index].private_ip_address}:80"
}

resource "linode_volume" "data" {
  label     = "data"
  region    = "eu-central"
  linode_id = linode_instance.api.id
}

resource "linode_database_postgresql_v2" "db" {
  label        = "db"
  engine_id    = "postgresql/16"
  region       = "eu-central"
  type         = "g6-nanode-1"
  cluster_size = 3
}

resource "cloudflare_record" "api" {
  zone_id = "0da42c8d2132a9ddaf714f9e7c920711"
  name    = "api"
  type    = "A"
  content = linode_instance.api.ip_address
}

# => api dns 1/1 region
# => linode_database_postgresql_v2.db database 1/3 zones?(no zone is written) failover automatic
# => linode_instance.api app_server 1/1 zones?(no zone is written)
# => linode_instance.web app_server 1/2 zones?(no zone is written)
# => linode_nodebalancer.front load_balancer 1/1 region
# => linode_volume.data storage 1/1 region
# => api -requires/certain-> linode_instance.api
# =>     api answers through cloudflare_record.api
# =>     cloudflare_record.api leads to linode_instance.api
# => linode_instance.api -requires/certain-> linode_volume.data
# =>     linode_instance.api keeps its data on linode_volume.data
# => linode_nodebalancer.front -requires/certain-> linode_instance.web
# =>     linode_nodebalancer.front listens through linode_nodebalancer_config.https
# =>     linode_nodebalancer_config.https has the target linode_nodebalancer_node.web[0]
# =>     linode_nodebalancer_node.web[0] is linode_instance.web[0]
