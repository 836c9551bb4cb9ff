resource "cloudflare_zone" "site" {
  name = "example.test"
}

resource "cloudflare_load_balancer_pool" "web" {
  name = "web"
  origins {
    name    = "a"
    address = hcloud_server.a.ipv4_address
  }
  origins {
    name    = "b"
    address = linode_instance.b.ip_address
  }
}

resource "cloudflare_load_balancer" "www" {
  zone_id          = cloudflare_zone.site.id
  name             = "www.example.test"
  default_pool_ids = [cloudflare_load_balancer_pool.web.id]
  fallback_pool_id = cloudflare_load_balancer_pool.web.id
}

resource "hcloud_server" "a" {
  name        = "a"
  server_type = "cx22"
  location    = "nbg1"
}

resource "linode_instance" "b" {
  region = "eu-central"
  type   = "g6-standard-1"
}

resource "cloudflare_workers_script" "edge" {
  name    = "edge"
  content = "export default {}"
  kv_namespace_binding {
    name         = "CACHE"
    namespace_id = cloudflare_workers_kv_namespace.cache.id
  }
}

resource "cloudflare_workers_kv_namespace" "cache" {
  title = "cache"
}

resource "cloudflare_workers_route" "edge" {
  zone_id     = cloudflare_zone.site.id
  pattern     = "example.test/*"
  script_name = cloudflare_workers_script.edge.name
}

# => cloudflare_load_balancer.www load_balancer 1/1 region
# => cloudflare_workers_kv_namespace.cache database 1/1 region
# => cloudflare_workers_script.edge serverless 1/1 region
# => cloudflare_zone.site dns 1/1 region
# => hcloud_server.a app_server 1/1 [nbg1]
# => linode_instance.b app_server 1/1 zones?(no zone is written)
# => cloudflare_load_balancer.www -requires/certain-> hcloud_server.a
# =>     cloudflare_load_balancer.www sends to cloudflare_load_balancer_pool.web
# =>     cloudflare_load_balancer_pool.web sends to hcloud_server.a
# => cloudflare_load_balancer.www -requires/certain-> linode_instance.b
# =>     cloudflare_load_balancer.www sends to cloudflare_load_balancer_pool.web
# =>     cloudflare_load_balancer_pool.web sends to linode_instance.b
# => cloudflare_workers_script.edge -requires/certain-> cloudflare_workers_kv_namespace.cache
# =>     cloudflare_workers_script.edge reads cloudflare_workers_kv_namespace.cache
# => cloudflare_zone.site -requires/certain-> cloudflare_load_balancer.www
# =>     cloudflare_zone.site names cloudflare_load_balancer.www
# => cloudflare_zone.site -requires/certain-> cloudflare_workers_script.edge
# =>     cloudflare_zone.site answers by cloudflare_workers_route.edge
# =>     cloudflare_workers_route.edge runs cloudflare_workers_script.edge
# => 1 of ["hcloud_server.a", "linode_instance.b"] by pools
