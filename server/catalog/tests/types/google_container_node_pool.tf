module "gke" {
  source            = "terraform-google-modules/kubernetes-engine/google"
  name              = "main"
  region            = "europe-west1"
  regional          = false
  zones             = ["europe-west1-b"]
  project_id        = "p"
  network           = "n"
  subnetwork        = "s"
  ip_range_pods     = "pods"
  ip_range_services = "services"
}

resource "google_container_node_pool" "apps" {
  name       = "apps"
  cluster    = module.gke.name
  location   = module.gke.location
  node_count = 2
}

# => google_container_node_pool.apps app_server 1/2 [europe-west1-b]
# => module.gke control_plane 1/1 [europe-west1-b]
# => google_container_node_pool.apps -requires/certain/management-> module.gke
# =>     google_container_node_pool.apps takes its pods from module.gke
