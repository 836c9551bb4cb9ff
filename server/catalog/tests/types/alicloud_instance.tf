resource "alicloud_vswitch" "a" {
  vpc_id     = "v"
  cidr_block = "10.0.0.0/24"
  zone_id    = "eu-central-1a"
}

resource "alicloud_vswitch" "b" {
  vpc_id     = "v"
  cidr_block = "10.0.1.0/24"
  zone_id    = "eu-central-1b"
}

resource "alicloud_instance" "web" {
  count         = 2
  image_id      = "debian_12"
  instance_type = "ecs.n4.large"
  vswitch_id    = count.index == 0 ? alicloud_vswitch.a.id : alicloud_vswitch.b.id
  user_data     = "DB=${alicloud_db_instance.db.connection_string} CACHE=${alicloud_kvstore_instance.cache.connection_domain}"
}

resource "alicloud_slb_load_balancer" "front" {
  load_balancer_name = "front"
}

resource "alicloud_slb_server_group" "web" {
  load_balancer_id = alicloud_slb_load_balancer.front.id
  name             = "web"
}

resource "alicloud_slb_server_group_server_attachment" "web" {
  count           = 2
  server_group_id = alicloud_slb_server_group.web.id
  server_id       = alicloud_instance.web[count.index].id
  port            = 80
}

resource "alicloud_slb_listener" "http" {
  load_balancer_id = alicloud_slb_load_balancer.front.id
  frontend_port    = 80
  protocol         = "http"
  server_group_id  = alicloud_slb_server_group.web.id
}

resource "alicloud_db_instance" "db" {
  engine           = "MySQL"
  engine_version   = "8.0"
  instance_type    = "mysql.n2.medium.2c"
  instance_storage = 20
  category         = "Basic"
  vswitch_id       = alicloud_vswitch.a.id
}

resource "alicloud_kvstore_instance" "cache" {
  instance_class    = "redis.master.small.default"
  zone_id           = "eu-central-1a"
  secondary_zone_id = "eu-central-1b"
}

resource "alicloud_nat_gateway" "nat" {
  vpc_id     = "v"
  vswitch_id = alicloud_vswitch.a.id
}

resource "alicloud_snat_entry" "b" {
  snat_table_id     = alicloud_nat_gateway.nat.snat_table_ids
  source_vswitch_id = alicloud_vswitch.b.id
  snat_ip           = "203.0.113.1"
}

# => alicloud_db_instance.db database 1/1 [eu-central-1a] failover none
# => alicloud_instance.web app_server 1/2 [eu-central-1a eu-central-1b]
# => alicloud_kvstore_instance.cache cache 1/2 [eu-central-1a eu-central-1b] failover automatic
# => alicloud_nat_gateway.nat network 1/1 [eu-central-1a]
# => alicloud_slb_load_balancer.front load_balancer 1/1 region
# => alicloud_instance.web -requires/likely-> alicloud_db_instance.db
# =>     user_data of alicloud_instance.web[0] refers to alicloud_db_instance.db.connection_string
# => alicloud_instance.web -optional/likely-> alicloud_kvstore_instance.cache
# =>     user_data of alicloud_instance.web[0] refers to alicloud_kvstore_instance.cache.connection_domain
# => alicloud_instance.web -optional/certain-> alicloud_nat_gateway.nat
# =>     alicloud_instance.web[1] is in alicloud_vswitch.b
# =>     alicloud_vswitch.b leaves through alicloud_snat_entry.b
# =>     alicloud_snat_entry.b is an entry of alicloud_nat_gateway.nat
# => alicloud_slb_load_balancer.front -requires/certain-> alicloud_instance.web
# =>     alicloud_slb_load_balancer.front listens through alicloud_slb_listener.http
# =>     alicloud_slb_listener.http forwards to alicloud_slb_server_group.web
# =>     alicloud_slb_server_group.web has the target alicloud_slb_server_group_server_attachment.web[0]
# =>     alicloud_slb_server_group_server_attachment.web[0] attaches alicloud_instance.web[0]
# => egress alicloud_nat_gateway.nat
# =>     alicloud_vswitch.b leaves through alicloud_nat_gateway.nat
