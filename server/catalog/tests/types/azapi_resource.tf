resource "azapi_resource" "app" {
  type      = "Microsoft.App/containerApps@2024-03-01"
  name      = "app"
  location  = "westeurope"
  parent_id = "/subscriptions/x/resourceGroups/y"
  body = {
    properties = {
      managedEnvironmentId = azapi_resource.environment.id
      template = {
        containers = [{
          name = "app"
          env  = [{ name = "DB", value = azapi_resource.db.output.properties.fullyQualifiedDomainName }]
        }]
        scale = { minReplicas = 2 }
      }
    }
  }
}

resource "azapi_resource" "environment" {
  type = "Microsoft.App/managedEnvironments@2024-03-01"
  name = "environment"
}

resource "azapi_resource" "db" {
  type     = "Microsoft.DBforPostgreSQL/flexibleServers@2023-12-01-preview"
  name     = "db"
  location = "West Europe"
  body = jsonencode({
    properties = {
      availabilityZone = "1"
      highAvailability = { mode = "ZoneRedundant", standbyAvailabilityZone = "2" }
    }
  })
}

resource "azapi_resource" "shop" {
  type      = "Microsoft.DBforPostgreSQL/flexibleServers/databases@2023-12-01-preview"
  name      = "shop"
  parent_id = azapi_resource.db.id
}

resource "azapi_resource" "alert" {
  type = "Microsoft.Insights/metricAlerts@2018-03-01"
  name = "alert"
}

resource "azapi_resource" "unheard" {
  type = "Microsoft.Quantum/workspaces@2023-11-13-preview"
  name = "unheard"
}

# => azapi_resource.app app_server 1/2 zones?(no zone is written)
# => azapi_resource.db database 1/2 [westeurope-1 westeurope-2] failover automatic
# => azapi_resource.app -requires/likely-> azapi_resource.db
# =>     body.properties.template.containers.env.value of azapi_resource.app refers to azapi_resource.db.output.properties.fullyQualifiedDomainName
# => unmapped azapi_resource.unheard
