resource "oci_core_subnet" "a" {
  availability_domain = "Uocm:EU-FRANKFURT-1-AD-1"
  compartment_id      = "c"
  vcn_id              = "v"
  cidr_block          = "10.0.0.0/24"
  route_table_id      = oci_core_route_table.private.id
}

resource "oci_core_route_table" "private" {
  compartment_id = "c"
  vcn_id         = "v"
  route_rules {
    destination       = "0.0.0.0/0"
    network_entity_id = oci_core_nat_gateway.nat.id
  }
}

resource "oci_core_nat_gateway" "nat" {
  compartment_id = "c"
  vcn_id         = "v"
}

resource "oci_core_instance" "web" {
  count               = 2
  availability_domain = count.index == 0 ? "Uocm:EU-FRANKFURT-1-AD-1" : "Uocm:EU-FRANKFURT-1-AD-2"
  compartment_id      = "c"
  shape               = "VM.Standard.E4.Flex"
  create_vnic_details {
    subnet_id = oci_core_subnet.a.id
  }
  metadata = {
    user_data = base64encode("DB=${oci_database_autonomous_database.db.private_endpoint}")
  }
}

resource "oci_database_autonomous_database" "db" {
  compartment_id = "c"
  db_name        = "db"
}

resource "oci_load_balancer" "front" {
  compartment_id = "c"
  display_name   = "front"
  shape          = "flexible"
  subnet_ids     = [oci_core_subnet.a.id]
}

resource "oci_load_balancer_backend_set" "web" {
  load_balancer_id = oci_load_balancer.front.id
  name             = "web"
  policy           = "ROUND_ROBIN"
  health_checker {
    protocol = "HTTP"
  }
}

resource "oci_load_balancer_backend" "web" {
  count            = 2
  load_balancer_id = oci_load_balancer.front.id
  backendset_name  = "web"
  ip_address       = oci_core_instance.web[count.index].private_ip
  port             = 80
}

resource "oci_load_balancer_listener" "http" {
  load_balancer_id         = oci_load_balancer.front.id
  name                     = "http"
  default_backend_set_name = oci_load_balancer_backend_set.web.name
  port                     = 80
  protocol                 = "HTTP"
}

# => oci_core_instance.web app_server 1/2 [Uocm:EU-FRANKFURT-1-AD-1 Uocm:EU-FRANKFURT-1-AD-2]
# => oci_core_nat_gateway.nat network 1/1 region
# => oci_database_autonomous_database.db database 1/1 region
# => oci_load_balancer.front load_balancer 1/1 region
# => oci_core_instance.web -optional/certain-> oci_core_nat_gateway.nat
# =>     oci_core_instance.web[0] is in oci_core_subnet.a
# =>     oci_core_subnet.a is routed by oci_core_route_table.private
# =>     oci_core_route_table.private leaves through oci_core_nat_gateway.nat
# => oci_core_instance.web -requires/likely-> oci_database_autonomous_database.db
# =>     metadata.user_data of oci_core_instance.web[0] refers to oci_database_autonomous_database.db.private_endpoint
# => oci_load_balancer.front -requires/certain-> oci_core_instance.web
# =>     oci_load_balancer.front listens through oci_load_balancer_listener.http
# =>     oci_load_balancer_listener.http forwards to oci_load_balancer_backend_set.web
# =>     oci_load_balancer_backend_set.web has the target oci_load_balancer_backend.web[0]
# =>     oci_load_balancer_backend.web[0] is oci_core_instance.web[0]
# => egress oci_core_nat_gateway.nat
# =>     oci_core_subnet.a leaves through oci_core_nat_gateway.nat
