resource "hcloud_server" "web" {
  count       = 2
  name        = "web-${count.index}"
  server_type = "cx22"
  image       = "debian-12"
  location    = "nbg1"
}

resource "hcloud_server" "alone" {
  name        = "alone"
  server_type = "cx22"
  image       = "debian-12"
  datacenter  = "fsn1-dc14"
}

resource "hcloud_load_balancer" "front" {
  name               = "front"
  load_balancer_type = "lb11"
  location           = "nbg1"
}

resource "hcloud_load_balancer_service" "http" {
  load_balancer_id = hcloud_load_balancer.front.id
  protocol         = "http"
}

resource "hcloud_load_balancer_target" "web" {
  count            = 2
  type             = "server"
  load_balancer_id = hcloud_load_balancer.front.id
  server_id        = hcloud_server.web[count.index].id
}

resource "hcloud_floating_ip" "alone" {
  type      = "ipv4"
  server_id = hcloud_server.alone.id
}

resource "hcloud_volume" "data" {
  name      = "data"
  size      = 10
  server_id = hcloud_server.alone.id
}

# => hcloud_load_balancer.front load_balancer 1/1 region
# => hcloud_server.alone app_server 1/1 [fsn1]
# => hcloud_server.web app_server 1/2 [nbg1]
# => hcloud_volume.data storage 1/1 region
# => hcloud_load_balancer.front -requires/certain-> hcloud_server.web
# =>     hcloud_load_balancer.front has the target hcloud_load_balancer_target.web[0]
# =>     hcloud_load_balancer_target.web[0] is hcloud_server.web[0]
# => hcloud_server.alone -requires/certain-> hcloud_volume.data
# =>     hcloud_server.alone keeps its data on hcloud_volume.data
