resource "openstack_compute_instance_v2" "web" {
  count             = 2
  name              = "web-${count.index}"
  availability_zone = "nova"
}

resource "openstack_lb_loadbalancer_v2" "front" {
  vip_subnet_id = "s"
}

resource "openstack_lb_listener_v2" "http" {
  protocol        = "HTTP"
  protocol_port   = 80
  loadbalancer_id = openstack_lb_loadbalancer_v2.front.id
}

resource "openstack_lb_pool_v2" "web" {
  protocol    = "HTTP"
  lb_method   = "ROUND_ROBIN"
  listener_id = openstack_lb_listener_v2.http.id
}

resource "openstack_lb_member_v2" "web" {
  count         = 2
  pool_id       = openstack_lb_pool_v2.web.id
  address       = openstack_compute_instance_v2.web[count.index].access_ip_v4
  protocol_port = 80
}

resource "openstack_networking_floatingip_v2" "front" {
  pool    = "public"
  port_id = openstack_lb_loadbalancer_v2.front.vip_port_id
}

# => openstack_compute_instance_v2.web app_server 1/2 [nova]
# => openstack_lb_loadbalancer_v2.front load_balancer 1/1 region
# => openstack_lb_loadbalancer_v2.front -requires/certain-> openstack_compute_instance_v2.web
# =>     openstack_lb_loadbalancer_v2.front listens through openstack_lb_listener_v2.http
# =>     openstack_lb_listener_v2.http forwards to openstack_lb_pool_v2.web
# =>     openstack_lb_pool_v2.web has the target openstack_lb_member_v2.web[0]
# =>     openstack_lb_member_v2.web[0] is openstack_compute_instance_v2.web[0]
