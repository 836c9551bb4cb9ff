//! Load and limits, as far as written.

use foreshock_model::{Autoscaling, Capacity, Seconds};

use crate::section::{Bounds, Report, Section, Written};

/// `capacity.max_connections` where connections are measured and no limit is written.
const MAX_CONNECTIONS: f64 = 1000.0;

/// Load and limits; and the timeout of its calls where it is written.
pub(crate) fn read(section: &mut Section<'_>, report: &mut Report, replicas: u32) -> (Capacity, Option<Seconds>) {
    let replicas = f64::from(replicas);
    let metrics = metrics(section, report);
    let limits = limits(section, report);
    let most = limits.connections.unwrap_or(MAX_CONNECTIONS);
    let busy = metrics.connections.map(|connections| connections / most);
    let highest = |one: Option<f64>, other: Option<f64>| match (one, other) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    let share = |percent: Option<f64>| percent.map(|percent| percent / 100.0);
    let all = |each: Option<f64>| each.map(|each| each * replicas);
    let capacity = Capacity {
        movable_utilisation: highest(busy, share(metrics.cpu)),
        resident_utilisation: highest(share(metrics.memory), share(metrics.disk)),
        in_flight: all(metrics.connections),
        most_in_flight: all(limits.connections.or(metrics.connections.map(|_| MAX_CONNECTIONS))),
        pool: all(limits.pool),
        most_requests_per_second: all(limits.requests),
        latency: latency(section, report),
        calls: Default::default(),
        autoscaling: autoscaling(section, report),
    };
    (capacity, limits.timeout)
}

/// What was measured on one instance.
#[derive(Default)]
struct Metrics {
    cpu: Option<f64>,
    memory: Option<f64>,
    disk: Option<f64>,
    connections: Option<f64>,
}

fn metrics(section: &mut Section<'_>, report: &mut Report) -> Metrics {
    let Some((mut block, _)) = section.section(report, "metrics", "metrics.") else { return Metrics::default() };
    let mut percent = |block: &mut Section<'_>, key| block.number(report, key, Bounds::Percent).map(|it| it.value);
    let cpu = percent(&mut block, "cpu_percent");
    let memory = percent(&mut block, "memory_percent");
    let disk = percent(&mut block, "disk_percent");
    for key in ["memory_used_mb", "memory_total_mb", "disk_used_gb", "disk_total_gb", "open_files"] {
        block.number(report, key, Bounds::NotNegative);
    }
    let connections = block.number(report, "network_connections", Bounds::NotNegative).map(|it| it.value);
    block.finish(report);
    Metrics { cpu, memory, disk, connections }
}

/// What one instance can take.
#[derive(Default)]
struct Limits {
    connections: Option<f64>,
    pool: Option<f64>,
    requests: Option<f64>,
    timeout: Option<Seconds>,
}

fn limits(section: &mut Section<'_>, report: &mut Report) -> Limits {
    let Some((mut block, _)) = section.section(report, "capacity", "capacity.") else { return Limits::default() };
    let mut limit = |block: &mut Section<'_>, key| block.number(report, key, Bounds::Positive).map(|it| it.value);
    let connections = limit(&mut block, "max_connections");
    let requests = limit(&mut block, "max_rps");
    let pool = limit(&mut block, "connection_pool_size");
    let timeout = limit(&mut block, "timeout_seconds").and_then(Seconds::new);
    for key in ["max_memory_mb", "max_disk_gb", "retry_multiplier"] {
        block.number(report, key, Bounds::NotNegative);
    }
    block.finish(report);
    Limits { connections, pool, requests, timeout }
}

/// Its own time for a request: the round trip, where it is written.
fn latency(section: &mut Section<'_>, report: &mut Report) -> Option<Seconds> {
    let (mut block, _) = section.section(report, "network", "network.")?;
    let rtt = block.seconds(report, "rtt_ms", 1e-3);
    block.number(report, "packet_loss_rate", Bounds::Fraction);
    for key in ["jitter_ms", "dns_resolution_ms", "tls_handshake_ms"] {
        block.number(report, key, Bounds::NotNegative);
    }
    block.finish(report);
    rtt.map(|rtt| rtt.value)
}

fn autoscaling(section: &mut Section<'_>, report: &mut Report) -> Option<Autoscaling> {
    /// The schema's delay where autoscaling is on and no delay is written.
    const DELAY_SECONDS: f64 = 15.0;
    let (mut block, _) = section.section(report, "autoscaling", "autoscaling.")?;
    let enabled = block.flag(report, "enabled").is_some_and(|enabled| enabled.value);
    block.count(report, "min_replicas", 0);
    let most: Option<Written<u32>> = block.count(report, "max_replicas", 1);
    block.number(report, "scale_up_threshold", Bounds::Percent);
    block.number(report, "scale_down_threshold", Bounds::Percent);
    let delay = block.seconds(report, "scale_up_delay_seconds", 1.0).map(|delay| delay.value);
    block.seconds(report, "scale_down_delay_seconds", 1.0);
    block.count(report, "scale_up_step", 1);
    block.finish(report);
    let delay = delay.or_else(|| Seconds::new(DELAY_SECONDS))?;
    enabled.then(|| Autoscaling { most_instances: most.map_or(1, |most| most.value), delay })
}
