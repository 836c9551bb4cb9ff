//! Laws on stacks that nobody would write: every row's attributes refer to anything at all.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stdout, clippy::print_stderr)] // a test may

mod generated;
mod rendering;

use foreshock_catalog::{Catalog, assemble};
use generated::{Dice, paths, stack};
use rendering::resolve_text;

#[test]
fn any_stack_makes_a_sound_system() {
    let types = paths();
    let mut dice = Dice(36);
    let (mut components, mut dependencies, mut groups) = (0, 0, 0);
    for round in 0..150 {
        let text = stack(&mut dice, &types, 3 + round % 40);
        let resolved = resolve_text(&text);
        let assembled = assemble(&resolved.resources, Catalog::bundled());
        let system = &assembled.system;
        assert_eq!(system.check(), Vec::new(), "{text}");
        assert_eq!(assembled, assemble(&resolved.resources, Catalog::bundled()), "{text}");
        assert!(system.dependencies.is_sorted_by_key(|dependency| (dependency.from, dependency.to)), "{text}");
        for dependency in &system.dependencies {
            assert_ne!(dependency.from, dependency.to, "{text}");
            assert!(!dependency.evidence.is_empty(), "{text}");
            for evidence in &dependency.evidence {
                assert!(!evidence.place.span.text(&format!("{text}\n")).is_empty(), "{text}");
            }
        }
        let mut grouped: Vec<_> = system.alternatives.iter().flat_map(|group| &group.members).collect();
        let before = grouped.len();
        grouped.sort();
        grouped.dedup();
        assert_eq!(grouped.len(), before, "a dependency in two groups: {text}");
        let mut parts: Vec<usize> = assembled.members.iter().flatten().copied().collect();
        let all = parts.len();
        parts.sort_unstable();
        parts.dedup();
        assert_eq!(parts.len(), all, "an instance in two components: {text}");
        components += system.components.len();
        dependencies += system.dependencies.len();
        groups += system.alternatives.len();
    }
    println!("{components} components, {dependencies} dependencies, {groups} groups");
    assert!(dependencies > 500 && groups > 5, "the stacks say too little");
}

#[test]
fn what_means_nothing_changes_nothing() {
    let types = paths();
    let mut dice = Dice(7);
    for _ in 0..40 {
        let text = stack(&mut dice, &types, 20);
        let more = format!("{text}\nresource \"random_id\" \"z\" {{ keepers = {{ x = 1 }} }}\n");
        let (before, after) = (resolve_text(&text), resolve_text(&more));
        let (before, after) = (
            assemble(&before.resources, Catalog::bundled()).system,
            assemble(&after.resources, Catalog::bundled()).system,
        );
        assert_eq!(before, after, "{text}");
    }
}

/// Work stays near linear where one thing has very many others: rules of a listener, names of a zone, members of a group.
#[test]
fn hundreds_of_everything() {
    let text = r#"
        locals { n = 600 }
        resource "aws_security_group" "app" {}
        resource "aws_security_group" "db" {
          ingress { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_lb" "l" { internal = true }
        resource "aws_lb_listener" "l" {
          load_balancer_arn = aws_lb.l.arn
          default_action { type = "fixed-response" }
        }
        resource "aws_lb_listener_rule" "r" {
          count        = local.n
          listener_arn = aws_lb_listener.l.arn
          action {
            type             = "forward"
            target_group_arn = aws_lb_target_group.t[count.index].arn
          }
        }
        resource "aws_lb_target_group" "t" { count = local.n }
        resource "aws_ecs_service" "s" {
          count = local.n
          load_balancer { target_group_arn = aws_lb_target_group.t[count.index].arn }
          network_configuration { security_groups = [aws_security_group.app.id] }
        }
        resource "aws_db_instance" "d" {
          count                  = 10
          vpc_security_group_ids = [aws_security_group.db.id]
        }
        resource "aws_route53_zone" "z" {}
        resource "aws_route53_record" "r" {
          count   = local.n
          zone_id = aws_route53_zone.z.zone_id
          name    = "n${count.index}"
          type    = "A"
          alias { name = aws_lb.l.dns_name }
        }
        "#;
    let started = std::time::Instant::now();
    let resolved = resolve_text(text);
    let resolving = started.elapsed();
    let started = std::time::Instant::now();
    let assembled = assemble(&resolved.resources, Catalog::bundled());
    println!(
        "{} instances resolved in {:.0} ms; {} components, {} dependencies assembled in {:.0} ms",
        resolved.resources.instances.len(),
        resolving.as_secs_f64() * 1e3,
        assembled.system.components.len(),
        assembled.system.dependencies.len(),
        started.elapsed().as_secs_f64() * 1e3,
    );
    assert_eq!(assembled.system.check(), Vec::new());
}
