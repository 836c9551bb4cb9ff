//! Every field of the schema, level by level. A key that has no row here is unknown.

use crate::schema::{Bounds, Field, Level, Origin, Takes};
use crate::section::LARGEST_COUNT;

use Bounds::{Fraction, HoursOfDay, NotNegative, Percent, Positive};
use Takes::{
    Anything, ByName, Count, Domains, Flag, Group, Id, Ids, List, ListOrByName, Map, NewId, Number, Parameters, Region,
    Sources, Text, Words, Zone, Zones,
};

/// A field that files written for FaultRay have.
const fn field(name: &'static str, takes: Takes, default: &'static str, meaning: &'static str) -> Field {
    Field { name, takes, unit: "", default, meaning, origin: Origin::FaultRay, counts: true }
}

/// One with a unit.
const fn quantity(
    name: &'static str,
    bounds: Bounds,
    unit: &'static str,
    default: &'static str,
    meaning: &'static str,
) -> Field {
    Field { unit, ..field(name, Number(bounds), default, meaning) }
}

/// One that is read for its form and changes no figure.
const fn noted(name: &'static str, takes: Takes, meaning: &'static str) -> Field {
    Field { counts: false, ..field(name, takes, "", meaning) }
}

/// One of ours.
const fn ours(field: Field) -> Field {
    Field { origin: Origin::Foreshock, ..field }
}

const fn level(name: &'static str, groups: &'static [&'static [Field]]) -> Level {
    Level { name, groups, is_open: false, exclusive: &[] }
}

const fn open(name: &'static str, groups: &'static [&'static [Field]]) -> Level {
    Level { is_open: true, ..level(name, groups) }
}

const MOST: u32 = LARGEST_COUNT;
const MOST_PORT: u32 = 65_535;

/// The file itself.
pub static TOP: Level = level(
    "the file",
    &[&[
        noted("schema_version", Anything, "the version of FaultRay's schema, `3.0` or `4.0`"),
        field("components", ListOrByName(&COMPONENT), "", "what there is: a list, or a map from ids"),
        field("dependencies", List(&DEPENDENCY), "none", "who depends on whom"),
        ours(field(
            "zones",
            ByName(&ZONE),
            "",
            "the zones, `{name: {unavailability: 1e-4}}`; `{}`: zones do not apply to this system",
        )),
        ours(field(
            "domains",
            ByName(&DOMAIN),
            "",
            "what several share and fail with, by name: one NAT gateway, one DNS zone, one key",
        )),
        ours(field("regions", ByName(&REGION), "", "the regions, by name")),
        field("slos", List(&TARGET), "none", "what is promised of the whole system"),
        noted("operational_simulation", Anything, "FaultRay's settings of its simulation"),
    ]],
);

const UNIT: &[Field] = &[
    ours(quantity(
        "unavailability",
        Fraction,
        "share of time",
        "1e-4, of a region 2e-5",
        "how much of the time all of it is down",
    )),
    ours(quantity("availability", Fraction, "share of time", "", "the same from the other side")),
];
const ONE_FIGURE: &[&[&str]] = &[&["unavailability", "availability"]];

static ZONE: Level = Level { exclusive: ONE_FIGURE, ..level("a zone", &[UNIT]) };
static DOMAIN: Level = Level { exclusive: ONE_FIGURE, ..level("a domain", &[UNIT]) };
static REGION: Level = Level { exclusive: ONE_FIGURE, ..level("a region", &[UNIT]) };

static TARGET: Level = level(
    "a target",
    &[&[
        noted("name", Text, "what a person calls it"),
        field(
            "metric",
            Words(&["availability", "latency_p99", "error_rate"]),
            "availability",
            "what is promised; only availability becomes an objective",
        ),
        field("target", Number(NotNegative), "99.9", "how much of it, in `unit`"),
        field("unit", Words(&["percent", "ratio", "ms"]), "percent", "what `target` is written in"),
        quantity("window_days", Positive, "days", "30", "over how long it is measured"),
    ]],
);

pub(crate) static COMPONENT: Level = Level {
    exclusive: &[&["unavailability", "availability", "instance_unavailability", "instance_availability"]],
    ..level("a component", &[IDENTITY, FIGURES, BLOCKS, ACCEPTED])
};

const IDENTITY: &[Field] = &[
    field("id", NewId, "", "its name in the file, once only"),
    field("name", Text, "`id`", "what a person calls it"),
    field("type", Takes::Kind, "custom", "what it is; decides its figures where none are written"),
    Field { unit: "instances", ..field("replicas", Count(1, MOST), "1", "how many there are of it") },
    ours(Field {
        unit: "instances",
        ..field("required", Count(1, MOST), "1", "how many of them must serve, at most `replicas`")
    }),
    ours(field(
        "zones",
        Zones,
        "in one zone or in several, not known which",
        "the zones that its replicas are spread over in turn; `[]`: zones do not apply",
    )),
    ours(field("domains", Domains, "none", "shared underlays: all of its instances fail with each of them")),
    ours(field("entry", Flag, "false", "users reach it directly")),
    ours(field("entry_weight", Number(NotNegative), "1", "how much it weighs among the entries")),
    field("host", Text, "", "the machine that all of its replicas run on: what names the same host falls with it"),
];

const FIGURES: &[Field] = &[
    ours(quantity(
        "unavailability",
        Fraction,
        "share of time",
        "",
        "how much of the time all of it is down, with all of its own causes",
    )),
    ours(quantity(
        "availability",
        Fraction,
        "share of time",
        "",
        "how much of the time it is up, with all of its own causes; 1 can't fail itself",
    )),
    ours(quantity("instance_unavailability", Fraction, "share of time", "", "the same for each instance")),
    ours(quantity("instance_availability", Fraction, "share of time", "", "the same for each instance")),
    ours(quantity(
        "common_cause",
        Fraction,
        "share of what one replica is down",
        "0.1; 0 beside `instance_availability`",
        "how much of it has a cause that takes all replicas",
    )),
    ours(field("cause", Takes::Cause, "", "why all of it is down when it is; decides how long that takes")),
];

const BLOCKS: &[Field] = &[
    field("metrics", Map(&METRICS), "nothing measured", "what one instance was seen to use"),
    field("capacity", Map(&CAPACITY), "", "what one instance can take"),
    field("autoscaling", Map(&AUTOSCALING), "off", "more instances under load"),
    field(
        "failover",
        Map(&FAILOVER),
        "automatic for databases and caches with several replicas",
        "how a standby takes over",
    ),
    field("operational_profile", Map(&PROFILE), "", "how often it fails and how long that takes"),
    field("region", Map(&LOCATION), "", "where it is, and how soon it has to be back"),
    field("network", Map(&NETWORK), "", "its own time for a request"),
    field("runtime_jitter", Map(&JITTER), "", "the pauses of its runtime"),
    field("external_sla", Map(&EXTERNAL), "", "the promise of a third party"),
    ours(field("recovery", Map(&RECOVERY), "", "how it comes back")),
    field("team", Map(&TEAM), "", "how soon somebody begins to repair it"),
    field("security", Map(&SECURITY), "", "backups; every other key is accepted"),
    field("slo_targets", List(&TARGET), "none", "what is promised of it"),
    field("agent_config", Map(&AGENT), "", "how often an agent's answers are wrong, and what they rest on"),
    field("llm_config", Map(&MODEL), "", "the same of a model, and what its provider promises"),
    field("tool_config", Map(&TOOL), "", "the same of a tool"),
    field("orchestrator_config", Map(&ORCHESTRATOR), "", "the same of an orchestrator, and how it calls"),
    field("parameters", Parameters(&PARAMETERS), "", "in an agent as `agent_config`, else accepted"),
];

const ACCEPTED: &[Field] = &[
    noted("port", Count(0, MOST_PORT), "where it listens"),
    noted("tags", Anything, "labels"),
    noted(
        "health",
        Words(&["healthy", "degraded", "overloaded", "down"]),
        "how it was when somebody looked; every figure is of the long run",
    ),
    noted("cost_profile", Map(&COST), "what it costs"),
    noted("compliance_tags", Anything, "the regimes it is under"),
    noted("ownership", Anything, "who looks after it"),
    noted("owner", Text, "who looks after it"),
    noted("created_by", Text, "who made it"),
    noted("last_modified", Text, "when it was changed"),
    noted("last_executed", Text, "when it ran"),
    noted("documentation_url", Text, "where it is described"),
    noted("source_url", Text, "where its source is"),
    noted("lifecycle_status", Text, "whether it is still in use"),
    noted("cache_warming", Map(&WARMING), "how a cache fills up again"),
    noted("singleflight", Map(&SINGLEFLIGHT), "calls that are answered together"),
];

static METRICS: Level = level(
    "metrics",
    &[&[
        quantity(
            "cpu_percent",
            Percent,
            "percent",
            "not known",
            "load that moves to the survivors when an instance is lost",
        ),
        quantity(
            "network_connections",
            NotNegative,
            "connections",
            "not known",
            "connections of one instance; beside `max_connections` load that moves",
        ),
        quantity("memory_percent", Percent, "percent", "not known", "load that stays where it is"),
        quantity("disk_percent", Percent, "percent", "not known", "load that stays where it is"),
        noted("memory_used_mb", Number(NotNegative), "memory in use, MB"),
        noted("memory_total_mb", Number(NotNegative), "memory there is, MB"),
        noted("disk_used_gb", Number(NotNegative), "disk in use, GB"),
        noted("disk_total_gb", Number(NotNegative), "disk there is, GB"),
        noted("open_files", Number(NotNegative), "open files"),
    ]],
);

static CAPACITY: Level = level(
    "capacity",
    &[&[
        quantity(
            "max_connections",
            Positive,
            "connections",
            "1000 where connections are measured",
            "what one instance takes; times `replicas` the requests that can be in work",
        ),
        quantity(
            "connection_pool_size",
            Positive,
            "connections",
            "not known",
            "of one instance; times `replicas` the requests that can wait for dependencies",
        ),
        quantity("max_rps", Positive, "requests a second", "not known", "what one instance answers"),
        quantity(
            "timeout_seconds",
            Positive,
            "seconds",
            "none",
            "for each of its dependencies that does not say its own",
        ),
        noted("max_memory_mb", Number(NotNegative), "the limit of memory, MB"),
        noted("max_disk_gb", Number(NotNegative), "the limit of disk, GB"),
        noted("retry_multiplier", Number(NotNegative), "FaultRay's factor of load by retries"),
    ]],
);

static AUTOSCALING: Level = level(
    "autoscaling",
    &[&[
        field("enabled", Flag, "false", "instances are added under load"),
        Field { unit: "instances", ..field("max_replicas", Count(1, MOST), "1", "how many there are at most") },
        quantity("scale_up_delay_seconds", NotNegative, "seconds", "15", "until another one serves"),
        noted("min_replicas", Count(0, MOST), "how many there are at least; `replicas` counts"),
        noted("scale_up_threshold", Number(Percent), "above which load one is added, percent"),
        noted("scale_down_threshold", Number(Percent), "below which load one is taken away, percent"),
        noted("scale_down_delay_seconds", Number(NotNegative), "until one is taken away, seconds"),
        noted("scale_up_step", Count(1, MOST), "how many are added at once"),
    ]],
);

static FAILOVER: Level = level(
    "failover",
    &[&[
        field("enabled", Flag, "true", "`false`: a person promotes the standby"),
        quantity(
            "promotion_time_seconds",
            NotNegative,
            "seconds",
            "30 where failover is enabled; else 120 s in all",
            "until a standby is the primary",
        ),
        quantity(
            "health_check_interval_seconds",
            NotNegative,
            "seconds",
            "10 where failover is enabled",
            "how often the primary is looked at",
        ),
        Field {
            unit: "checks",
            ..field("failover_threshold", Count(0, MOST), "3 where failover is enabled", "how many of them must fail")
        },
        ours(quantity(
            "coverage",
            Fraction,
            "share of losses",
            "0.95",
            "how many losses of a primary the mechanism really covers",
        )),
    ]],
);

static PROFILE: Level = level(
    "operational_profile",
    &[&[
        quantity(
            "mtbf_hours",
            NotNegative,
            "hours",
            "the table of defaults",
            "mean time between failures of one instance; 0 = not known",
        ),
        quantity("mttr_minutes", NotNegative, "minutes", "30", "mean time to repair"),
        quantity(
            "deploy_downtime_seconds",
            NotNegative,
            "seconds",
            "none",
            "down at each deploy that goes well, one a week",
        ),
        quantity(
            "maintenance_downtime_minutes",
            NotNegative,
            "minutes",
            "none",
            "down at each maintenance, one a month",
        ),
        noted("degradation", Map(&DEGRADATION), "what grows until it is restarted"),
    ]],
);

static DEGRADATION: Level = level(
    "degradation",
    &[&[
        noted("memory_leak_mb_per_hour", Number(NotNegative), "memory that leaks, MB an hour"),
        noted("disk_fill_gb_per_hour", Number(NotNegative), "disk that fills, GB an hour"),
        noted("connection_leak_per_hour", Number(NotNegative), "connections that leak, an hour"),
    ]],
);

static LOCATION: Level = level(
    "region",
    &[&[
        field("region", Region, "", "the region it is in"),
        field("availability_zone", Zone, "", "the zone it is in, where `zones` is not written"),
        quantity(
            "rto_seconds",
            NotNegative,
            "seconds",
            "0: nothing promised",
            "how soon it has to be back; what the text can't reach is a finding",
        ),
        quantity(
            "rpo_seconds",
            NotNegative,
            "seconds",
            "0: nothing promised",
            "how much data may be lost, as time; what the text can't reach is a finding",
        ),
        field(
            "dr_target_region",
            Text,
            "",
            "where to go after the loss of its region; then `rto_seconds` and `rpo_seconds` hold for that, too",
        ),
        noted("is_primary", Flag, "whether it is the first of its regions"),
    ]],
);

static NETWORK: Level = level(
    "network",
    &[&[
        quantity("rtt_ms", NotNegative, "milliseconds", "not known", "its own time for a request"),
        noted("packet_loss_rate", Number(Fraction), "packets that are lost, 0 to 1; what TCP repairs is no outage"),
        noted("jitter_ms", Number(NotNegative), "how much the time varies, ms"),
        noted("dns_resolution_ms", Number(NotNegative), "until its name is found, ms"),
        noted("tls_handshake_ms", Number(NotNegative), "until a connection is secured, ms"),
    ]],
);

static JITTER: Level = level(
    "runtime_jitter",
    &[&[
        quantity("gc_pause_ms", NotNegative, "milliseconds", "none", "how long its runtime stands still each time"),
        quantity("gc_pause_frequency", NotNegative, "times a second", "none", "how often it does"),
        noted("scheduling_jitter_ms", Number(NotNegative), "how long it waits for a processor, ms"),
    ]],
);

static EXTERNAL: Level = level(
    "external_sla",
    &[&[quantity("provider_sla", Percent, "percent", "99.9", "the availability that a third party promises")]],
);

static RECOVERY: Level = level(
    "recovery",
    &[&[
        ours(quantity("automatic_seconds", NotNegative, "seconds", "not known", "until it is back without a person")),
        ours(quantity(
            "restart_seconds",
            NotNegative,
            "seconds",
            "not known",
            "its own start, once everything it requires is back",
        )),
        ours(field("needs", Ids, "none", "what is needed to repair it")),
    ]],
);

static TEAM: Level = level(
    "team",
    &[&[
        quantity("mean_acknowledge_time_minutes", NotNegative, "minutes", "5", "until somebody has seen a failure"),
        quantity("mean_diagnosis_time_minutes", NotNegative, "minutes", "15", "until somebody knows what it is"),
        quantity(
            "oncall_coverage_hours",
            HoursOfDay,
            "hours a day",
            "24",
            "when somebody is there; a failure in the other hours waits",
        ),
        quantity(
            "runbook_coverage_percent",
            Percent,
            "percent of failures",
            "50",
            "whose diagnosis takes half as long",
        ),
        noted("team_size", Number(NotNegative), "how many they are"),
        noted("timezone_coverage", Number(NotNegative), "how many time zones they are in"),
        noted("automation_percent", Number(Percent), "how much is automated, percent"),
    ]],
);

static SECURITY: Level = open(
    "security",
    &[&[
        field("backup_enabled", Flag, "not known", "it is backed up: what a store is restored from"),
        quantity("backup_frequency_hours", NotNegative, "hours", "24", "how often"),
    ]],
);

static COST: Level = open("cost_profile", &[]);

static WARMING: Level = level(
    "cache_warming",
    &[&[
        noted("enabled", Flag, "whether it does"),
        noted("initial_hit_ratio", Number(Fraction), "hits when it is empty, 0 to 1"),
        noted("warm_duration_seconds", Number(NotNegative), "until it is full, seconds"),
        noted("warming_curve", Text, "how it gets there"),
    ]],
);

static SINGLEFLIGHT: Level = level(
    "singleflight",
    &[&[noted("enabled", Flag, "whether they are"), noted("coalesce_ratio", Number(Fraction), "how many, 0 to 1")]],
);

const H0: &str = "share of answers that are wrong with every source healthy";
const RESTS_ON: &str = "what its answers rest on";
const GIVES: &str = "what a source that fails gives";
const FAIL_MODES: Takes = Words(&["error", "stale", "empty"]);

const fn base_rate(name: &'static str) -> Field {
    quantity(name, Fraction, "share of answers", "0.05 for an ai_agent", H0)
}

const GROUNDED: &[Field] = &[
    ours(base_rate("base_hallucination_rate")),
    base_rate("h0"),
    base_rate("hallucination_rate"),
    base_rate("hallucination_risk"),
    base_rate("hallucination_probability"),
    base_rate("base_rate"),
    ours(field("grounding", Sources(&SOURCE), "none", RESTS_ON)),
    field("grounding_sources", Sources(&SOURCE), "none", RESTS_ON),
    field("data_sources", Sources(&SOURCE), "none", RESTS_ON),
    field("data_source_weights", Sources(&SOURCE), "none", RESTS_ON),
    field("sources", Sources(&SOURCE), "none", RESTS_ON),
    field(
        "requires_grounding",
        Flag,
        "false",
        "without sources: it rests on the databases, caches, storage, tools and external APIs it depends on",
    ),
];
const FAILING: &[Field] = &[
    ours(field("fail_mode", FAIL_MODES, "stale", GIVES)),
    field("failure_mode", FAIL_MODES, "stale", GIVES),
    field("on_failure", FAIL_MODES, "stale", GIVES),
    field("fails_with", FAIL_MODES, "stale", GIVES),
];
const PROMISED: &[Field] = &[quantity(
    "availability_sla",
    Percent,
    "percent",
    "not known",
    "the availability that a model's provider promises",
)];
const CALLS: &[Field] = &[field("pattern", Text, "sequential", "`parallel`: it calls all at once")];

static AGENT: Level = open("agent_config", &[GROUNDED, FAILING]);
static MODEL: Level = open("llm_config", &[GROUNDED, FAILING, PROMISED]);
static TOOL: Level = open("tool_config", &[GROUNDED, FAILING]);
static ORCHESTRATOR: Level = open("orchestrator_config", &[GROUNDED, FAILING, CALLS]);
pub(crate) static PARAMETERS: Level = open("parameters", &[GROUNDED, FAILING, PROMISED, CALLS]);

pub(crate) static SOURCE: Level = level(
    "a source",
    &[
        &[
            ours(field("source", Id, "", "the component that it rests on")),
            field("id", Id, "", "the same as `source`"),
            field("component", Id, "", "the same as `source`"),
            quantity("weight", Fraction, "share of answers", "0.5", "how much rests on it"),
        ],
        FAILING,
    ],
);

const DEPENDENCY_KINDS: Takes = Words(&["requires", "optional", "async"]);
const HOW: &str = "how it needs it: requires, optional, or async";

static DEPENDENCY: Level = Level {
    exclusive: &[&["source", "source_id"], &["target", "target_id"], &["type", "dependency_type"]],
    ..level(
        "a dependency",
        &[&[
            field("source", Id, "", "who depends"),
            field("target", Id, "", "on whom"),
            field("type", DEPENDENCY_KINDS, "requires", HOW),
            quantity("latency_ms", NotNegative, "milliseconds", "0", "one way"),
            quantity(
                "weight",
                Fraction,
                "share",
                "1",
                "how much of the caller's function needs it; a 1 that is written is certain",
            ),
            ours(quantity(
                "timeout_seconds",
                Positive,
                "seconds",
                "the source's `capacity.timeout_seconds`",
                "of one attempt",
            )),
            ours(quantity(
                "deadline_seconds",
                Positive,
                "seconds",
                "none",
                "after so long it gives up whatever attempts are left",
            )),
            ours(Field {
                unit: "attempts",
                ..field(
                    "attempts",
                    Count(1, MOST),
                    "1",
                    "how often it is tried; `retry_strategy.max_retries` + 1 where that is enabled",
                )
            }),
            ours(field("fallback", Flag, "false", "the caller has a real substitute: a cache, a static answer")),
            ours(quantity(
                "buffer_seconds",
                NotNegative,
                "seconds",
                "for ever",
                "with `type: async`: how long an outage is absorbed before it counts as `requires`",
            )),
            ours(field(
                "plane",
                Words(&["data", "start", "management"]),
                "data",
                "start: needed by whatever starts; management: needed for changes and repairs only",
            )),
            ours(field(
                "confidence",
                Words(&["certain", "likely", "guess"]),
                "certain",
                "likely: makes no circle that is warned of; guess: shown, counted nowhere",
            )),
            ours(field(
                "alternatives",
                Group,
                "",
                "the name of a group; dependencies of one source that share it stand in for each other",
            )),
            ours(Field {
                unit: "members",
                ..field("required", Count(1, MOST), "1", "of a group: how many must hold; the same on all members")
            }),
            ours(field("shares_load", Flag, "false", "of a group: losing a member degrades; the same on all members")),
            field("circuit_breaker", Map(&BREAKER), "none", "stops calling what is down"),
            field("retry_strategy", Map(&RETRIES), "none", "tries again"),
            field("source_id", Id, "", "the same as `source`"),
            field("target_id", Id, "", "the same as `target`"),
            field("dependency_type", DEPENDENCY_KINDS, "requires", "the same as `type`"),
            noted("protocol", Text, "how they talk"),
            noted("port", Count(0, MOST_PORT), "where"),
        ]],
    )
};

static BREAKER: Level = level(
    "circuit_breaker",
    &[&[
        field("enabled", Flag, "false", "calls stop where the target is down"),
        noted("failure_threshold", Number(NotNegative), "failures until it opens"),
        noted("recovery_timeout_seconds", Number(NotNegative), "until it is tried again, seconds"),
        noted("half_open_max_requests", Number(NotNegative), "requests that try"),
        noted("success_threshold", Number(NotNegative), "successes until it closes"),
    ]],
);

static RETRIES: Level = level(
    "retry_strategy",
    &[&[
        field("enabled", Flag, "false", "a call that fails is tried again"),
        Field { unit: "retries", ..field("max_retries", Count(0, MOST), "3", "how often") },
        noted("initial_delay_ms", Number(NotNegative), "before the first, ms"),
        noted("max_delay_ms", Number(NotNegative), "before any, ms"),
        noted("multiplier", Number(NotNegative), "how the delay grows"),
        noted("retry_budget_per_second", Number(NotNegative), "retries a second at most"),
        noted("jitter", Flag, "whether the delay varies"),
    ]],
);
