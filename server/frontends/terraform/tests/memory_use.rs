//! A resolution leaves nothing behind but its answer. A server resolves a stack at every keystroke.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod memory;

use std::sync::Arc;

use foreshock_terraform::{ResolveOptions, TerraformFiles, resolve};
use memory::Memory;

#[test]
fn nothing_of_the_trees_is_held_afterwards() {
    let files = Memory::fixture(
        r#"
locals { zones = ["a", "b"] }
resource "aws_subnet" "s" {
  count             = length(local.zones)
  availability_zone = local.zones[count.index]
}
module "web" {
  for_each = toset(local.zones)
  source   = "./web"
  subnets  = aws_subnet.s[*].id
}
output "arn" { value = module.web["a"].arn }
//- web/main.tf
variable "subnets" {}
resource "aws_lb" "this" { subnets = var.subnets }
output "arn" { value = aws_lb.this.arn }
"#,
    );
    let file = files.files.parsed(&files.path("web/main.tf")).unwrap();
    let holders = || Arc::strong_count(&file.body.blocks[1].body.attributes[0].expr);
    let before = holders();
    let root = files.path("main.tf").as_path().parent().unwrap().to_owned();
    for _ in 0..3 {
        let resolved = resolve(&root, &files.files, &ResolveOptions::default());
        assert_eq!(resolved.resources.instances.len(), 4);
    }
    assert_eq!(holders(), before);
}
