resource "heroku_app" "shop" {
  name   = "shop"
  region = "eu"
}

resource "heroku_formation" "web" {
  app_id   = heroku_app.shop.id
  type     = "web"
  quantity = 1
}

resource "heroku_addon" "db" {
  app_id = heroku_app.shop.id
  plan   = "heroku-postgresql:standard-0"
}

# => heroku_addon.db database 1/1 region
# => heroku_app.shop app_server 1/1 zones?(no zone is written)
# => heroku_app.shop -requires/certain-> heroku_addon.db
# =>     heroku_app.shop is given heroku_addon.db
