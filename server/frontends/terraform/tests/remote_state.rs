//! `terraform_remote_state`: outputs of other stacks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod memory;

use std::sync::Arc;

use expect_test::{Expect, expect};
use foreshock_terraform::{Backend, StateHome};
use memory::show::show;
use memory::{Memory, root};

/// The stack in the files without a directory, beside those in `network`, `dns` and `other`.
fn check(fixture: &str, expected: Expect) {
    let mut memory = Memory::fixture(fixture);
    let homes = ["network", "dns", "other", ""].into_iter().filter_map(|name| {
        let root = root().join(name);
        let backend = Backend::of_root(&root, &memory.files)?;
        Some(StateHome { root, backend, var_files: Vec::new(), variables: Default::default() })
    });
    memory.options.states = Arc::new(homes.collect());
    let resolved = memory.resolved();
    let mut text = show(&memory, &resolved);
    for state in &resolved.remote_states {
        let root = state.root.as_ref().map(|of| of.strip_prefix(root()).unwrap().to_string());
        text += &format!("{} is {:?}, {} files\n", state.address, root.ok_or(state.why.clone()), state.files.len());
    }
    expected.assert_eq(&text);
}

const NETWORK: &str = r#"
//- network/main.tf
terraform {
  backend "s3" {
    bucket = "states"
    key    = "network.tfstate"
  }
}
variable "zones" { default = ["a", "b"] }
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "all" {
  count             = 2
  availability_zone = var.zones[count.index]
}
output "vpc_id" { value = aws_vpc.main.id }
output "cidr" { value = aws_vpc.main.cidr_block }
output "zones" { value = aws_subnet.all[*].availability_zone }
output "vpc" { value = aws_vpc.main }
output "secret" {
  value     = "hush"
  sensitive = true
}
"#;

#[test]
fn outputs_of_the_stack_with_the_same_backend_are_known() {
    check(
        &format!(
            r#"
data "terraform_remote_state" "net" {{
  backend = "s3"
  config = {{
    bucket = "states"
    key    = "${{local.name}}.tfstate"
    region = "eu-west-1"
  }}
  defaults = {{ cidr = "no", size = 3 }}
}}
locals {{
  name = "network"
  net  = data.terraform_remote_state.net.outputs
}}
resource "aws_x" "a" {{
  count  = length(local.net.zones)
  zone   = local.net.zones[count.index]
  cidr   = data.terraform_remote_state.net.outputs.cidr
  vpc    = data.terraform_remote_state.net.outputs["vpc_id"]
  inner  = local.net.vpc.arn
  size   = local.net.size
  none   = try(local.net.nothing, "other")
  secret = local.net.secret
}}
{NETWORK}"#
        ),
        expect![[r#"
            aws_x.a[0]
              cidr = "10.0.0.0/16" <data.terraform_remote_state.net.outputs.cidr> @network/main.tf:8
              inner = ?(known after apply: aws_vpc.main (in network).arn) <data.terraform_remote_state.net.outputs>
              none = "other" @main.tf:22
              secret = "hush" <data.terraform_remote_state.net.outputs> <sensitive> @network/main.tf:18
              size = 3 <data.terraform_remote_state.net.outputs> @main.tf:9
              vpc = ?(known after apply: aws_vpc.main.id (in network)) <data.terraform_remote_state.net.outputs>
              zone = "a" <data.terraform_remote_state.net.outputs> @network/main.tf:7
            aws_x.a[1]
              cidr = "10.0.0.0/16" <data.terraform_remote_state.net.outputs.cidr> @network/main.tf:8
              inner = ?(known after apply: aws_vpc.main (in network).arn) <data.terraform_remote_state.net.outputs>
              none = "other" @main.tf:22
              secret = "hush" <data.terraform_remote_state.net.outputs> <sensitive> @network/main.tf:18
              size = 3 <data.terraform_remote_state.net.outputs> @main.tf:9
              vpc = ?(known after apply: aws_vpc.main.id (in network)) <data.terraform_remote_state.net.outputs>
              zone = "b" <data.terraform_remote_state.net.outputs> @network/main.tf:7
            data.terraform_remote_state.net
              backend = "s3" @main.tf:3
              config = {bucket = "states", key = "network.tfstate", region = "eu-west-1"} @main.tf:4
              defaults = {cidr = "no", size = 3} @main.tf:9
            aws_x.a -> data.terraform_remote_state.net
            data.terraform_remote_state.net is Ok("network"), 1 files
        "#]],
    );
}

#[test]
fn a_state_that_is_not_in_the_workspace_is_unknown_with_its_place() {
    check(
        &format!(
            r#"
variable "bucket" {{}}
data "terraform_remote_state" "gone" {{
  backend = "s3"
  config  = {{ bucket = "states", key = "gone.tfstate" }}
}}
data "terraform_remote_state" "open" {{
  backend = "s3"
  config  = {{ bucket = var.bucket, key = "network.tfstate" }}
}}
data "terraform_remote_state" "odd" {{
  backend = "artifactory"
  config  = {{}}
}}
resource "aws_x" "a" {{
  gone = data.terraform_remote_state.gone.outputs.x
  open = data.terraform_remote_state.open.outputs.cidr
  odd  = data.terraform_remote_state.odd.outputs.x
}}
{NETWORK}"#
        ),
        expect![[r#"
            aws_x.a
              gone = ?(data.terraform_remote_state.gone: no stack of the workspace keeps its state in s3 bucket "states", key "gone.tfstate") <data.terraform_remote_state.gone.outputs.x>
              odd = ?(data.terraform_remote_state.odd: the backend "artifactory" is not followed) <data.terraform_remote_state.odd.outputs.x>
              open = ?(data.terraform_remote_state.open: config.bucket is not known: variable bucket has no value) <data.terraform_remote_state.open.outputs.cidr>
            data.terraform_remote_state.gone
              backend = "s3" @main.tf:4
              config = {bucket = "states", key = "gone.tfstate"} @main.tf:5
            data.terraform_remote_state.odd
              backend = "artifactory" @main.tf:12
              config = {} @main.tf:13
            data.terraform_remote_state.open
              backend = "s3" @main.tf:8
              config = {bucket = ?(variable bucket has no value), key = "network.tfstate"} @main.tf:9
            aws_x.a -> data.terraform_remote_state.gone
            aws_x.a -> data.terraform_remote_state.odd
            aws_x.a -> data.terraform_remote_state.open
            data.terraform_remote_state.gone is Err(Some("data.terraform_remote_state.gone: no stack of the workspace keeps its state in s3 bucket \"states\", key \"gone.tfstate\"")), 0 files
            data.terraform_remote_state.odd is Err(Some("data.terraform_remote_state.odd: the backend \"artifactory\" is not followed")), 0 files
            data.terraform_remote_state.open is Err(Some("data.terraform_remote_state.open: config.bucket is not known: variable bucket has no value")), 0 files
        "#]],
    );
}

#[test]
fn every_backend_is_compared_by_what_tells_states_apart() {
    check(
        r#"
data "terraform_remote_state" "file" {
  backend = "local"
  config  = { path = "${path.module}/network/terraform.tfstate" }
}
data "terraform_remote_state" "cloud" {
  backend = "remote"
  config  = { organization = "acme", workspaces = { name = "dns-prod" } }
}
data "terraform_remote_state" "gcs" {
  backend = "gcs"
  config  = { bucket = "b", prefix = "x/other" }
}
resource "aws_x" "a" {
  file  = data.terraform_remote_state.file.outputs.at
  cloud = data.terraform_remote_state.cloud.outputs.at
  gcs   = data.terraform_remote_state.gcs.outputs.at
}
//- network/main.tf
output "at" { value = "network ${terraform.workspace}" }
//- dns/main.tf
terraform {
  cloud {
    organization = "acme"
    workspaces { name = "dns-prod" }
  }
}
output "at" { value = "dns" }
//- other/main.tf.json
{"terraform": {"backend": {"gcs": {"bucket": "b", "prefix": "x/other/"}}}, "output": {"at": {"value": "other"}}}
"#,
        expect![[r#"
            aws_x.a
              cloud = "dns" <data.terraform_remote_state.cloud.outputs.at> @dns/main.tf:7
              file = "network default" <data.terraform_remote_state.file.outputs.at>
              gcs = "other" <data.terraform_remote_state.gcs.outputs.at> @other/main.tf.json:1
            data.terraform_remote_state.cloud
              backend = "remote" @main.tf:7
              config = {organization = "acme", workspaces = {name = "dns-prod"}} @main.tf:8
            data.terraform_remote_state.file
              backend = "local" @main.tf:3
              config = {path = "./network/terraform.tfstate"} @main.tf:4
            data.terraform_remote_state.gcs
              backend = "gcs" @main.tf:11
              config = {bucket = "b", prefix = "x/other"} @main.tf:12
            aws_x.a -> data.terraform_remote_state.cloud
            aws_x.a -> data.terraform_remote_state.file
            aws_x.a -> data.terraform_remote_state.gcs
            data.terraform_remote_state.cloud is Ok("dns"), 1 files
            data.terraform_remote_state.file is Ok("network"), 1 files
            data.terraform_remote_state.gcs is Ok("other"), 1 files
        "#]],
    );
}

#[test]
fn a_workspace_of_a_local_state_is_followed() {
    check(
        r#"
data "terraform_remote_state" "one" {
  backend   = "local"
  workspace = "prod"
  config    = { path = "network/terraform.tfstate" }
}
data "terraform_remote_state" "two" {
  backend = "local"
  config  = { path = "network/terraform.tfstate.d/test/terraform.tfstate" }
}
resource "aws_x" "a" {
  one = data.terraform_remote_state.one.outputs.at
  two = data.terraform_remote_state.two.outputs.at
}
//- network/main.tf
output "at" { value = "network ${terraform.workspace}" }
"#,
        expect![[r#"
            aws_x.a
              one = "network prod" <data.terraform_remote_state.one.outputs.at>
              two = "network test" <data.terraform_remote_state.two.outputs.at>
            data.terraform_remote_state.one
              backend = "local" @main.tf:3
              config = {path = "network/terraform.tfstate"} @main.tf:5
              workspace = "prod" @main.tf:4
            data.terraform_remote_state.two
              backend = "local" @main.tf:8
              config = {path = "network/terraform.tfstate.d/test/terraform.tfstate"} @main.tf:9
            aws_x.a -> data.terraform_remote_state.one
            aws_x.a -> data.terraform_remote_state.two
            data.terraform_remote_state.one is Ok("network"), 1 files
            data.terraform_remote_state.two is Ok("network"), 1 files
        "#]],
    );
}

#[test]
fn circles_and_doubles_say_so() {
    check(
        r#"
terraform {
  backend "local" { path = "here.tfstate" }
}
data "terraform_remote_state" "net" {
  backend = "local"
  config  = { path = "network/terraform.tfstate" }
}
data "terraform_remote_state" "self" {
  backend = "local"
  config  = { path = "here.tfstate" }
}
data "terraform_remote_state" "two" {
  backend = "http"
  config  = { address = "https://x" }
}
output "mine" { value = "mine" }
resource "aws_x" "a" {
  good = data.terraform_remote_state.net.outputs.good
  ring = data.terraform_remote_state.net.outputs.ring
  self = data.terraform_remote_state.self.outputs.mine
  two  = data.terraform_remote_state.two.outputs.x
}
//- network/main.tf
data "terraform_remote_state" "back" {
  backend = "local"
  config  = { path = "../here.tfstate" }
}
output "good" { value = 1 }
output "ring" { value = data.terraform_remote_state.back.outputs.mine }
//- dns/main.tf
terraform {
  backend "http" { address = "https://x" }
}
//- other/main.tf
terraform {
  backend "http" { address = "https://x" }
}
"#,
        expect![[r#"
            aws_x.a
              good = 1 <data.terraform_remote_state.net.outputs.good> @network/main.tf:5
              ring = ?(data.terraform_remote_state.back: .. and this stack read each other's state (in network)) <data.terraform_remote_state.net.outputs.ring>
              self = ?(data.terraform_remote_state.self: it is the state of this very stack) <data.terraform_remote_state.self.outputs.mine>
              two = ?(data.terraform_remote_state.two: dns and other keep their state in the same place) <data.terraform_remote_state.two.outputs.x>
            data.terraform_remote_state.net
              backend = "local" @main.tf:6
              config = {path = "network/terraform.tfstate"} @main.tf:7
            data.terraform_remote_state.self
              backend = "local" @main.tf:10
              config = {path = "here.tfstate"} @main.tf:11
            data.terraform_remote_state.two
              backend = "http" @main.tf:14
              config = {address = "https://x"} @main.tf:15
            aws_x.a -> data.terraform_remote_state.net
            aws_x.a -> data.terraform_remote_state.self
            aws_x.a -> data.terraform_remote_state.two
            data.terraform_remote_state.net is Ok("network"), 1 files
            data.terraform_remote_state.self is Err(Some("data.terraform_remote_state.self: it is the state of this very stack")), 0 files
            data.terraform_remote_state.two is Err(Some("data.terraform_remote_state.two: dns and other keep their state in the same place")), 0 files
        "#]],
    );
}

const CLOUD: &str = r#"
//- network/main.tf
terraform {
  cloud {
    organization = "acme"
    workspaces { name = "network" }
  }
}
resource "aws_vpc" "main" {}
output "zones" { value = ["a", "b"] }
output "vpc" { value = aws_vpc.main.id }
//- dns/main.tf
terraform {
  backend "remote" {
    organization = "acme"
    workspaces { prefix = "dns-" }
  }
}
output "name" { value = "${terraform.workspace}.example.test" }
//- other/main.tf
terraform {
  cloud {
    workspaces { name = "other" }
  }
}
output "size" { value = 3 }
"#;

#[test]
fn the_outputs_of_a_workspace_are_those_of_the_stack_with_its_name() {
    check(
        &format!(
            r#"
variable "env" {{ default = "prod" }}
data "tfe_outputs" "network" {{
  organization = "acme"
  workspace    = "network"
}}
data "tfe_outputs" "dns" {{
  organization = "acme"
  workspace    = "dns-${{var.env}}"
}}
data "tfe_outputs" "other" {{
  organization = "acme"
  workspace    = "other"
}}
data "tfe_outputs" "nobody" {{
  organization = "else"
  workspace    = "network"
}}
data "terraform_remote_state" "dns" {{
  backend   = "remote"
  workspace = "dev"
  config = {{
    organization = "acme"
    workspaces   = {{ prefix = "dns-" }}
  }}
}}
resource "aws_x" "a" {{
  zones  = data.tfe_outputs.network.nonsensitive_values.zones
  vpc    = data.tfe_outputs.network.values.vpc
  name   = data.tfe_outputs.dns.nonsensitive_values.name
  dev    = data.terraform_remote_state.dns.outputs.name
  size   = data.tfe_outputs.other.nonsensitive_values.size
  nobody = data.tfe_outputs.nobody.values.zones
}}
{CLOUD}"#
        ),
        expect![[r#"
            aws_x.a
              dev = "dev.example.test" <data.terraform_remote_state.dns.outputs.name>
              name = "prod.example.test" <data.tfe_outputs.dns.nonsensitive_values.name>
              nobody = ?(data.tfe_outputs.nobody: no stack of the workspace keeps its state in remote hostname "app.terraform.io", organization "else", workspaces.name "network") <data.tfe_outputs.nobody.values.zones> <sensitive>
              size = 3 <data.tfe_outputs.other.nonsensitive_values.size> @other/main.tf:6
              vpc = ?(known after apply: aws_vpc.main.id (in network)) <data.tfe_outputs.network.values.vpc> <sensitive>
              zones = ["a", "b"] <data.tfe_outputs.network.nonsensitive_values.zones> @network/main.tf:8
            data.terraform_remote_state.dns
              backend = "remote" @main.tf:20
              config = {organization = "acme", workspaces = {prefix = "dns-"}} @main.tf:22
              workspace = "dev" @main.tf:21
            data.tfe_outputs.dns
              organization = "acme" @main.tf:8
              workspace = "dns-prod"
            data.tfe_outputs.network
              organization = "acme" @main.tf:4
              workspace = "network" @main.tf:5
            data.tfe_outputs.nobody
              organization = "else" @main.tf:16
              workspace = "network" @main.tf:17
            data.tfe_outputs.other
              organization = "acme" @main.tf:12
              workspace = "other" @main.tf:13
            aws_x.a -> data.terraform_remote_state.dns
            aws_x.a -> data.tfe_outputs.dns
            aws_x.a -> data.tfe_outputs.network
            aws_x.a -> data.tfe_outputs.nobody
            aws_x.a -> data.tfe_outputs.other
            data.terraform_remote_state.dns is Ok("dns"), 1 files
            data.tfe_outputs.dns is Ok("dns"), 1 files
            data.tfe_outputs.network is Ok("network"), 1 files
            data.tfe_outputs.nobody is Err(Some("data.tfe_outputs.nobody: no stack of the workspace keeps its state in remote hostname \"app.terraform.io\", organization \"else\", workspaces.name \"network\"")), 0 files
            data.tfe_outputs.other is Ok("other"), 1 files
        "#]],
    );
}

#[test]
fn a_backend_that_is_completed_by_hand_is_told_by_its_path_or_its_file() {
    check(
        r#"
data "terraform_remote_state" "network" {
  backend = "s3"
  config  = { bucket = "states", key = "stack/network/terraform.tfstate" }
}
data "terraform_remote_state" "dns" {
  backend = "s3"
  config  = { bucket = "states", key = "by-hand" }
}
data "terraform_remote_state" "other" {
  backend = "gcs"
  config  = { bucket = "states", prefix = "other" }
}
data "terraform_remote_state" "nobody" {
  backend = "s3"
  config  = { bucket = "states", key = "elsewhere" }
}
resource "aws_x" "a" {
  network = data.terraform_remote_state.network.outputs.size
  dns     = data.terraform_remote_state.dns.outputs.size
  other   = data.terraform_remote_state.other.outputs.size
  nobody  = data.terraform_remote_state.nobody.outputs.size
}
//- network/main.tf
terraform {
  backend "s3" {}
}
output "size" { value = 1 }
//- dns/main.tf
terraform {
  backend "s3" {
    encrypt = true
  }
}
output "size" { value = 2 }
//- dns/prod.s3.tfbackend
bucket = "states"
key    = "by-hand"
//- other/main.tf
terraform {
  backend "gcs" {}
}
output "size" { value = 3 }
"#,
        expect![[r#"
            aws_x.a
              dns = 2 <data.terraform_remote_state.dns.outputs.size> @dns/main.tf:6
              network = 1 <data.terraform_remote_state.network.outputs.size> @network/main.tf:4
              nobody = ?(data.terraform_remote_state.nobody: no stack of the workspace keeps its state in s3 bucket "states", key "elsewhere") <data.terraform_remote_state.nobody.outputs.size>
              other = 3 <data.terraform_remote_state.other.outputs.size> @other/main.tf:4
            data.terraform_remote_state.dns
              backend = "s3" @main.tf:7
              config = {bucket = "states", key = "by-hand"} @main.tf:8
            data.terraform_remote_state.network
              backend = "s3" @main.tf:3
              config = {bucket = "states", key = "stack/network/terraform.tfstate"} @main.tf:4
            data.terraform_remote_state.nobody
              backend = "s3" @main.tf:15
              config = {bucket = "states", key = "elsewhere"} @main.tf:16
            data.terraform_remote_state.other
              backend = "gcs" @main.tf:11
              config = {bucket = "states", prefix = "other"} @main.tf:12
            aws_x.a -> data.terraform_remote_state.dns
            aws_x.a -> data.terraform_remote_state.network
            aws_x.a -> data.terraform_remote_state.nobody
            aws_x.a -> data.terraform_remote_state.other
            data.terraform_remote_state.dns is Ok("dns"), 1 files
            data.terraform_remote_state.network is Ok("network"), 1 files
            data.terraform_remote_state.nobody is Err(Some("data.terraform_remote_state.nobody: no stack of the workspace keeps its state in s3 bucket \"states\", key \"elsewhere\"")), 0 files
            data.terraform_remote_state.other is Ok("other"), 1 files
        "#]],
    );
}
