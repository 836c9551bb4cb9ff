resource "azurerm_managed_disk" "data" {
  name                 = "data"
  location             = "westeurope"
  resource_group_name  = "r"
  storage_account_type = "Premium_ZRS"
  create_option        = "Empty"
}

resource "kubernetes_persistent_volume" "data" {
  metadata {
    name = "data"
  }
  spec {
    capacity = {
      storage = "10Gi"
    }
    access_modes = ["ReadWriteOnce"]
    persistent_volume_source {
      csi {
        driver        = "disk.csi.azure.com"
        volume_handle = azurerm_managed_disk.data.id
      }
    }
  }
}

resource "kubernetes_persistent_volume_claim" "data" {
  metadata {
    name = "data"
  }
  spec {
    access_modes = ["ReadWriteOnce"]
    volume_name  = kubernetes_persistent_volume.data.metadata[0].name
    resources {
      requests = {
        storage = "10Gi"
      }
    }
  }
}

# => azurerm_managed_disk.data storage 1/1 region
# => kubernetes_persistent_volume_claim.data storage 1/1 region
# => kubernetes_persistent_volume_claim.data -requires/certain-> azurerm_managed_disk.data
# =>     kubernetes_persistent_volume_claim.data is bound to kubernetes_persistent_volume.data
# =>     kubernetes_persistent_volume.data is azurerm_managed_disk.data
