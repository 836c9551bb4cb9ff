resource "digitalocean_droplet" "web" {
  image     = "debian-12-x64"
  name      = "web"
  region    = "fra1"
  size      = "s-1vcpu-1gb"
  user_data = "DATABASE_URL=${digitalocean_database_cluster.pg.private_uri}"
}

resource "digitalocean_droplet" "tagged" {
  count  = 2
  image  = "debian-12-x64"
  name   = "tagged-${count.index}"
  region = "fra1"
  size   = "s-1vcpu-1gb"
  tags   = ["site"]
}

resource "digitalocean_database_cluster" "pg" {
  name       = "pg"
  engine     = "pg"
  version    = "16"
  size       = "db-s-1vcpu-1gb"
  region     = "fra1"
  node_count = 1
}

resource "digitalocean_loadbalancer" "lb" {
  name        = "lb"
  region      = "fra1"
  droplet_ids = [digitalocean_droplet.web.id]
  forwarding_rule {
    entry_port      = 80
    entry_protocol  = "http"
    target_port     = 80
    target_protocol = "http"
  }
}

resource "digitalocean_loadbalancer" "by_tag" {
  name        = "by-tag"
  region      = "fra1"
  droplet_tag = "site"
}

resource "digitalocean_domain" "site" {
  name = "example.test"
}

resource "digitalocean_record" "www" {
  domain = digitalocean_domain.site.id
  type   = "A"
  name   = "www"
  value  = digitalocean_loadbalancer.lb.ip
}

resource "digitalocean_kubernetes_cluster" "k" {
  name    = "k"
  region  = "fra1"
  version = "1.30"
  node_pool {
    name       = "default"
    size       = "s-2vcpu-4gb"
    node_count = 3
  }
}

# => digitalocean_database_cluster.pg database 1/1 zones?(no zone is written) failover none
# => digitalocean_domain.site dns 1/1 region
# => digitalocean_droplet.tagged app_server 1/2 zones?(no zone is written)
# => digitalocean_droplet.web app_server 1/1 zones?(no zone is written)
# => digitalocean_kubernetes_cluster.k app_server 1/3 zones?(no zone is written)
# => digitalocean_loadbalancer.by_tag load_balancer 1/1 region
# => digitalocean_loadbalancer.lb load_balancer 1/1 region
# => digitalocean_domain.site -requires/certain-> digitalocean_loadbalancer.lb
# =>     digitalocean_domain.site names digitalocean_record.www
# =>     digitalocean_record.www leads to digitalocean_loadbalancer.lb
# => digitalocean_droplet.web -requires/likely-> digitalocean_database_cluster.pg
# =>     user_data of digitalocean_droplet.web refers to digitalocean_database_cluster.pg.private_uri
# => digitalocean_loadbalancer.by_tag -requires/certain-> digitalocean_droplet.tagged
# =>     digitalocean_loadbalancer.by_tag sends to digitalocean_droplet.tagged[0], by its tag
# => digitalocean_loadbalancer.lb -requires/certain-> digitalocean_droplet.web
# =>     digitalocean_loadbalancer.lb sends to digitalocean_droplet.web
