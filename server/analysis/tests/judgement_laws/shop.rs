//! Stacks made at random: services behind a load balancer, on databases and caches, in two clouds.

use std::fmt::Write as _;

use proptest::prelude::*;

/// Whose resources.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cloud {
    /// ECS services behind a load balancer, RDS, DynamoDB.
    Aws,
    /// Cloud Run services, Cloud SQL, Memorystore.
    Google,
}

/// A store: of which type, with a standby or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Store {
    standby: bool,
}

/// A service: how many there are (an expression), and which stores it is given the address of.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    count: String,
    stores: Vec<usize>,
    gone: bool,
}

/// A stack.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    cloud: Cloud,
    pub(crate) stores: Vec<(Store, bool)>,
    pub(crate) services: Vec<Service>,
}

/// Stacks of one to three services on none to three stores.
pub(crate) fn shops() -> impl Strategy<Value = Shop> {
    let cloud = prop_oneof![Just(Cloud::Aws), Just(Cloud::Google)];
    let stores = prop::collection::vec(any::<bool>(), 0..4);
    let services = prop::collection::vec((1_u32..4, prop::collection::vec(0_usize..4, 0..3)), 1..4);
    (cloud, stores, services).prop_map(|(cloud, stores, services)| {
        let count = stores.len();
        let services = services.into_iter().map(|(number, uses)| {
            let mut stores: Vec<usize> = uses.into_iter().filter(|store| *store < count).collect();
            stores.sort_unstable();
            stores.dedup();
            Service { count: number.to_string(), stores, gone: false }
        });
        let mut services: Vec<Service> = services.collect();
        // Every store is somebody's.
        for store in 0..count {
            if !services.iter().any(|service| service.stores.contains(&store)) {
                services[0].stores.push(store);
            }
        }
        let stores = stores.into_iter().map(|standby| (Store { standby }, true)).collect();
        Shop { cloud, stores, services }
    })
}

impl Shop {
    /// One service on one database.
    pub(crate) fn small(cloud: Cloud) -> Shop {
        let service = Service { count: "1".to_owned(), stores: vec![0], gone: false };
        Shop { cloud, stores: vec![(Store { standby: false }, true)], services: vec![service] }
    }

    /// The same with a store removed; who had its address has it as a text now.
    pub(crate) fn without_store(&self, store: usize) -> Shop {
        let mut shop = self.clone();
        shop.stores[store].1 = false;
        shop
    }

    /// The same with a service removed, and all that leads to it left.
    pub(crate) fn without_service(&self, service: usize) -> Shop {
        let mut shop = self.clone();
        shop.services[service].gone = true;
        shop
    }

    /// The same with another number of a service.
    pub(crate) fn with_count(&self, service: usize, count: &str) -> Shop {
        let mut shop = self.clone();
        count.clone_into(&mut shop.services[service].count);
        shop
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("variable \"open\" {\n  type = number\n}\n");
        for (at, (store, there)) in self.stores.iter().enumerate() {
            if *there {
                text += &self.store(at, *store);
            }
        }
        match self.cloud {
            Cloud::Aws => self.aws(&mut text),
            Cloud::Google => self.google(&mut text),
        }
        text
    }

    fn store(&self, at: usize, store: Store) -> String {
        let Store { standby } = store;
        match self.cloud {
            Cloud::Aws => format!(
                "resource \"aws_db_instance\" \"store{at}\" {{\n  identifier = \"store{at}\"\n  engine = \"postgres\"\n  \
                 multi_az = {standby}\n  backup_retention_period = 7\n}}\n"
            ),
            Cloud::Google => format!(
                "resource \"google_sql_database_instance\" \"store{at}\" {{\n  name = \"store{at}\"\n  region = \
                 \"europe-west1\"\n  database_version = \"POSTGRES_15\"\n  settings {{\n    tier = \"db-custom-2-8192\"\n    \
                 availability_type = \"{}\"\n    backup_configuration {{\n      enabled = true\n    }}\n  }}\n}}\n",
                if standby { "REGIONAL" } else { "ZONAL" }
            ),
        }
    }

    fn address(&self, store: usize) -> String {
        match (self.stores[store].1, self.cloud) {
            (false, _) => format!("\"store{store}.internal\""),
            (true, Cloud::Aws) => format!("aws_db_instance.store{store}.address"),
            (true, Cloud::Google) => format!("google_sql_database_instance.store{store}.private_ip_address"),
        }
    }

    fn aws(&self, text: &mut String) {
        *text += "resource \"aws_lb\" \"front\" {\n  subnets = [\"subnet-1\", \"subnet-2\"]\n}\n";
        for (at, service) in self.services.iter().enumerate() {
            let variables = service.stores.iter().fold(String::new(), |mut all, store| {
                let _ = write!(all, "{{ name = \"STORE{store}_HOST\", value = {} }}, ", self.address(*store));
                all
            });
            let _ = write!(
                text,
                "resource \"aws_lb_target_group\" \"group{at}\" {{\n  port = 80\n  protocol = \"HTTP\"\n  vpc_id = \"vpc-1\"\n  \
                 health_check {{\n    path = \"/health\"\n  }}\n}}\nresource \"aws_lb_listener\" \"port{at}\" {{\n  load_balancer_arn = \
                 aws_lb.front.arn\n  port = 80{at}\n  default_action {{\n    type = \"forward\"\n    target_group_arn = \
                 aws_lb_target_group.group{at}.arn\n  }}\n}}\nresource \"aws_ecs_task_definition\" \"task{at}\" {{\n  family = \
                 \"task{at}\"\n  container_definitions = jsonencode([{{ name = \"c\", image = \"i\", environment = [{variables}] \
                 }}])\n}}\n"
            );
            if service.gone {
                continue;
            }
            let _ = write!(
                text,
                "resource \"aws_ecs_service\" \"service{at}\" {{\n  name = \"service{at}\"\n  desired_count = {}\n  \
                 task_definition = aws_ecs_task_definition.task{at}.arn\n  load_balancer {{\n    target_group_arn = \
                 aws_lb_target_group.group{at}.arn\n    container_name = \"c\"\n    container_port = 80\n  }}\n}}\n",
                service.count
            );
        }
    }

    fn google(&self, text: &mut String) {
        for (at, service) in self.services.iter().enumerate() {
            let variables = service.stores.iter().fold(String::new(), |mut all, store| {
                let address = self.address(*store);
                let _ = writeln!(all, "    metadata_startup_{store} = {address}");
                all
            });
            let _ = write!(
                text,
                "resource \"google_compute_instance_template\" \"template{at}\" {{\n  machine_type = \"e2-small\"\n  metadata = \
                 {{\n{variables}  }}\n  disk {{\n    source_image = \"debian\"\n  }}\n}}\nresource \
                 \"google_compute_health_check\" \"alive{at}\" {{\n  name = \"alive{at}\"\n  http_health_check {{\n    port = 80\n  \
                 }}\n}}\nresource \"google_compute_backend_service\" \"backend{at}\" {{\n  name = \"backend{at}\"\n  health_checks = \
                 [google_compute_health_check.alive{at}.id]\n  {}\n}}\nresource \"google_compute_url_map\" \"map{at}\" {{\n  name = \
                 \"map{at}\"\n  default_service = google_compute_backend_service.backend{at}.id\n}}\nresource \
                 \"google_compute_target_http_proxy\" \"proxy{at}\" {{\n  name = \"proxy{at}\"\n  url_map = \
                 google_compute_url_map.map{at}.id\n}}\nresource \"google_compute_global_forwarding_rule\" \"front{at}\" {{\n  name \
                 = \"front{at}\"\n  target = google_compute_target_http_proxy.proxy{at}.id\n  port_range = \"80\"\n}}\n",
                match service.gone {
                    true => String::new(),
                    false => format!(
                        "backend {{\n    group = google_compute_region_instance_group_manager.service{at}.instance_group\n  }}"
                    ),
                }
            );
            if service.gone {
                continue;
            }
            let _ = write!(
                text,
                "resource \"google_compute_region_instance_group_manager\" \"service{at}\" {{\n  name = \"service{at}\"\n  region = \
                 \"europe-west1\"\n  base_instance_name = \"service{at}\"\n  target_size = {}\n  version {{\n    instance_template \
                 = google_compute_instance_template.template{at}.id\n  }}\n}}\n",
                service.count
            );
        }
    }

    /// What may stand beside and must not matter: a name, and its text.
    pub(crate) fn beside(&self) -> Vec<(&'static str, String)> {
        let mut all: Vec<(&'static str, String)> = vec![
            ("a comment", "# aws_lb.front is the way in\n".to_owned()),
            ("an output", "output \"said\" {\n  description = \"nobody reads this\"\n  value = 1\n}\n".to_owned()),
        ];
        let own: &[(&str, &str)] = match self.cloud {
            Cloud::Aws => AWS_BESIDE,
            Cloud::Google => GOOGLE_BESIDE,
        };
        all.extend(own.iter().map(|(name, text)| (*name, (*text).to_owned())));
        if !self.stores.is_empty() {
            all.push(match self.cloud {
                Cloud::Aws => (
                    "a reader",
                    "resource \"aws_db_instance\" \"reader\" {\n  replicate_source_db = \
                     aws_db_instance.store0.identifier\n}\n"
                        .to_owned(),
                ),
                Cloud::Google => (
                    "a reader",
                    "resource \"google_sql_database_instance\" \"reader\" {\n  name = \"reader\"\n  region = \
                     \"europe-west1\"\n  database_version = \"POSTGRES_15\"\n  master_instance_name = \
                     google_sql_database_instance.store0.name\n  settings {\n    tier = \"db-custom-2-8192\"\n  }\n}\n"
                        .to_owned(),
                ),
            });
        }
        all
    }
}

const AWS_BESIDE: &[(&str, &str)] = &[
    ("a jump host", "resource \"aws_instance\" \"jump\" {\n  ami = \"ami-1\"\n  instance_type = \"t3.nano\"\n}\n"),
    ("a bucket for logs", "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n"),
    ("a key", "resource \"aws_kms_key\" \"spare\" {\n}\n"),
    ("a secret", "resource \"aws_secretsmanager_secret\" \"token\" {\n  name = \"token\"\n}\n"),
    ("a queue that nobody names", "resource \"aws_sqs_queue\" \"idle\" {\n  name = \"idle\"\n}\n"),
    (
        "a grant",
        "resource \"aws_s3_bucket\" \"drop\" {\n  bucket = \"drop-of-the-shop\"\n}\nresource \"aws_iam_role\" \"task\" {\n  name = \
         \"task\"\n  assume_role_policy = \"{}\"\n}\nresource \"aws_iam_role_policy\" \"put\" {\n  role = aws_iam_role.task.id\n  \
         policy = jsonencode({ Statement = [{ Effect = \"Allow\", Action = \"s3:PutObject\", Resource = \
         \"${aws_s3_bucket.drop.arn}/*\" }] })\n}\n",
    ),
];

const GOOGLE_BESIDE: &[(&str, &str)] = &[
    (
        "a jump host",
        "resource \"google_compute_instance\" \"jump\" {\n  name = \"jump\"\n  machine_type = \"e2-micro\"\n  zone = \
         \"europe-west1-b\"\n  boot_disk {\n  }\n  network_interface {\n    network = \"default\"\n  }\n}\n",
    ),
    ("a bucket for logs", "resource \"google_storage_bucket\" \"logs\" {\n  name = \"logs\"\n  location = \"EU\"\n}\n"),
    ("a secret", "resource \"google_secret_manager_secret\" \"token\" {\n  secret_id = \"token\"\n}\n"),
    (
        "a grant",
        "resource \"google_storage_bucket\" \"drop\" {\n  name = \"drop\"\n  location = \"EU\"\n}\nresource \
         \"google_service_account\" \"task\" {\n  account_id = \"task\"\n}\nresource \"google_storage_bucket_iam_member\" \"put\" {\n  \
         bucket = google_storage_bucket.drop.name\n  role = \"roles/storage.objectCreator\"\n  member = \
         \"serviceAccount:${google_service_account.task.email}\"\n}\n",
    ),
];

/// A setting in its two forms: a name, inside the resource, and apart from it.
pub(crate) const FORMS: &[(&str, &str, &str)] = &[
    (
        "versions of a bucket",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  versioning {\n    enabled = true\n  }\n}\n",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = \
         aws_s3_bucket.b.id\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n",
    ),
    (
        "versions of a bucket by its name",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n  versioning {\n    enabled = true\n  }\n}\n",
        "resource \"aws_s3_bucket\" \"b\" {\n  bucket = \"b\"\n}\nresource \"aws_s3_bucket_versioning\" \"v\" {\n  bucket = \
         \"b\"\n  versioning_configuration {\n    status = \"Enabled\"\n  }\n}\n",
    ),
    (
        "replicas of a table",
        "resource \"aws_dynamodb_table\" \"t\" {\n  name = \"t\"\n  hash_key = \"id\"\n  billing_mode = \
         \"PAY_PER_REQUEST\"\n  replica {\n    region_name = \"eu-west-2\"\n  }\n}\nresource \"aws_lambda_function\" \"f\" {\n  \
         function_name = \"f\"\n  role = \"r\"\n  environment {\n    variables = { TABLE = aws_dynamodb_table.t.name }\n  }\n}\n\
         resource \"aws_lambda_function_url\" \"u\" {\n  function_name = aws_lambda_function.f.function_name\n  \
         authorization_type = \"NONE\"\n}\n",
        "provider \"aws\" {\n  alias = \"far\"\n  region = \"eu-west-2\"\n}\nresource \"aws_dynamodb_table\" \"t\" {\n  name = \"t\"\n  hash_key = \"id\"\n  \
         billing_mode = \"PAY_PER_REQUEST\"\n}\nresource \"aws_dynamodb_table_replica\" \"r\" {\n  provider = aws.far\n  global_table_arn = \
         aws_dynamodb_table.t.arn\n}\nresource \"aws_lambda_function\" \"f\" {\n  function_name = \"f\"\n  role = \"r\"\n  \
         environment {\n    variables = { TABLE = aws_dynamodb_table.t.name }\n  }\n}\nresource \"aws_lambda_function_url\" \
         \"u\" {\n  function_name = aws_lambda_function.f.function_name\n  authorization_type = \"NONE\"\n}\n",
    ),
    (
        "dead letters of a queue",
        "resource \"aws_sqs_queue\" \"dead\" {\n  name = \"dead\"\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name = \"q\"\n  redrive_policy = \
         jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })\n}\n",
        "resource \"aws_sqs_queue\" \"dead\" {\n  name = \"dead\"\n}\nresource \"aws_sqs_queue\" \"q\" {\n  name = \"q\"\n}\nresource \
         \"aws_sqs_queue_redrive_policy\" \"p\" {\n  queue_url = aws_sqs_queue.q.id\n  redrive_policy = jsonencode({ deadLetterTargetArn = \
         aws_sqs_queue.dead.arn, maxReceiveCount = 5 })\n}\n",
    ),
    (
        "a route of a table",
        "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"aws_subnet\" \"s\" {\n  vpc_id = aws_vpc.v.id\n  \
         availability_zone = \"eu-west-1a\"\n}\nresource \"aws_nat_gateway\" \"n\" {\n  subnet_id = aws_subnet.s.id\n}\nresource \
         \"aws_route_table\" \"r\" {\n  vpc_id = aws_vpc.v.id\n  route {\n    cidr_block = \"0.0.0.0/0\"\n    nat_gateway_id = \
         aws_nat_gateway.n.id\n  }\n}\n",
        "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"aws_subnet\" \"s\" {\n  vpc_id = aws_vpc.v.id\n  \
         availability_zone = \"eu-west-1a\"\n}\nresource \"aws_nat_gateway\" \"n\" {\n  subnet_id = aws_subnet.s.id\n}\nresource \
         \"aws_route_table\" \"r\" {\n  vpc_id = aws_vpc.v.id\n}\nresource \"aws_route\" \"out\" {\n  route_table_id = \
         aws_route_table.r.id\n  destination_cidr_block = \"0.0.0.0/0\"\n  nat_gateway_id = aws_nat_gateway.n.id\n}\n",
    ),
    (
        "targets of a group",
        "resource \"aws_lb_target_group\" \"t\" {\n  port = 80\n  protocol = \"HTTP\"\n  vpc_id = \"vpc-1\"\n}\nresource \
         \"aws_autoscaling_group\" \"g\" {\n  min_size = 1\n  max_size = 1\n  target_group_arns = [aws_lb_target_group.t.arn]\n}\nresource \"aws_lb\" \
         \"l\" {\n  subnets = [\"subnet-1\", \"subnet-2\"]\n}\nresource \"aws_lb_listener\" \"p\" {\n  load_balancer_arn = aws_lb.l.arn\n  port = 80\n  \
         default_action {\n    type = \"forward\"\n    target_group_arn = aws_lb_target_group.t.arn\n  }\n}\n",
        "resource \"aws_lb_target_group\" \"t\" {\n  port = 80\n  protocol = \"HTTP\"\n  vpc_id = \"vpc-1\"\n}\nresource \
         \"aws_autoscaling_group\" \"g\" {\n  min_size = 1\n  max_size = 1\n}\nresource \"aws_autoscaling_attachment\" \"a\" {\n  \
         autoscaling_group_name = aws_autoscaling_group.g.name\n  lb_target_group_arn = aws_lb_target_group.t.arn\n}\nresource \"aws_lb\" \
         \"l\" {\n  subnets = [\"subnet-1\", \"subnet-2\"]\n}\nresource \"aws_lb_listener\" \"p\" {\n  load_balancer_arn = aws_lb.l.arn\n  port = 80\n  \
         default_action {\n    type = \"forward\"\n    target_group_arn = aws_lb_target_group.t.arn\n  }\n}\n",
    ),
];
