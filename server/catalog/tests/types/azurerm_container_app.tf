resource "azurerm_container_app_environment" "e" {
  name                = "e"
  location            = "westeurope"
  resource_group_name = "r"
}

resource "azurerm_container_app" "shop" {
  name                         = "shop"
  container_app_environment_id = azurerm_container_app_environment.e.id
  resource_group_name          = "r"
  revision_mode                = "Single"
  ingress {
    external_enabled = true
    target_port      = 80
  }
  template {
    min_replicas = 1
    container {
      name  = "shop"
      image = "shop"
    }
  }
}

resource "azurerm_container_app" "worker" {
  name                         = "worker"
  container_app_environment_id = azurerm_container_app_environment.e.id
  resource_group_name          = "r"
  revision_mode                = "Single"
  template {
    min_replicas = 1
  }
}

# => azurerm_container_app.shop app_server 1/1 zones?(no zone is written)
# => azurerm_container_app.shop.ingress dns 1/1 region
# => azurerm_container_app.worker app_server 1/1 zones?(no zone is written)
# => azurerm_container_app.shop.ingress -requires/certain-> azurerm_container_app.shop
# =>     users come in through ingress.external_enabled of azurerm_container_app.shop
