provider "postgresql" {
  host     = azurerm_postgresql_flexible_server.shared.fqdn
  username = "admin"
}

resource "azurerm_postgresql_flexible_server" "shared" {
  name                = "shared"
  location            = "westeurope"
  resource_group_name = "r"
}

resource "postgresql_database" "keycloak" {
  name = "keycloak"
}

resource "postgresql_role" "keycloak" {
  name = "keycloak"
}

# => azurerm_postgresql_flexible_server.shared database 1/1 zones?(no zone is written) failover none
# => postgresql_database.keycloak database 1/1 region
# => postgresql_database.keycloak -requires/likely-> azurerm_postgresql_flexible_server.shared
# =>     postgresql_database.keycloak is kept on azurerm_postgresql_flexible_server.shared, which its provider names
