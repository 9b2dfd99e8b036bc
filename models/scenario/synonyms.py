"""Words of other formats for what a scenario file says: what to write instead, or that it isn't modelled."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """What a word means here.

    Attributes:
        words: The word and others for the same, in small letters without signs.
        keys: Keys that say it, where one of them may stand.
        told: What to write, or that it isn't modelled, where none may.
    """

    words: str
    keys: tuple[str, ...]
    told: str


_CALL = "it belongs to a call, in a trace"
MEANINGS = (
    # queues and messages
    Meaning(
        "queue queuesize queuelength queuecapacity backlog buffer buffersize",
        ("queue_limit",),
        "every service and store has a queue, which queue_limit and max_wait_s bound; "
        "a broker of messages is a component of kind queue",
    ),
    Meaning(
        "asynchronous background fireandforget nonblocking deferred sync synchronous",
        ("async",),
        "write async: true on a call that nobody waits for",
    ),
    Meaning(
        "visibilitytimeout visibility lease leasetime ackdeadline acktimeout lockduration",
        ("visibility_s",),
        "visibility_s of a queue is how long a consumer may work on a message",
    ),
    Meaning(
        "maxreceivecount maxdeliveries deliveryattempts redeliveries deadletter deadletters dlq "
        "deadletterqueue",
        ("max_receives",),
        "max_receives of a queue is how often a message is tried before it goes to the dead letters",
    ),
    Meaning("retentionperiod messageretention messagettl retain", ("retention_s",), "a queue's retention_s"),
    Meaning("batchsize prefetch prefetchcount maxbatch", ("batch",), "batch of a queue, with batch_ms"),
    Meaning(
        "kafka topic broker rabbitmq sqs sns pubsub kinesis nats mq messagequeue messagebroker "
        "eventbus stream "
        "producer consumer consumergroup subscriber message messages event events job jobs task tasks",
        (),
        "messages wait in a component of kind queue, whose replicas and slots are the consumers; a call of "
        "it says async: true",
    ),
    Meaning(
        "maxwait waittimeout queuetimeout",
        ("max_wait_s",),
        "max_wait_s of a service or store turns away who would wait longer; timeout_ms of a call "
        "ends the wait",
    ),
    # places
    Meaning(
        "region regions multiregion geo location datacenter datacentre site sites continent dr",
        ("region",),
        "region of a component says where it runs, links what the way between regions takes; "
        "copies nearby stand in zones",
    ),
    Meaning("az azs availabilityzone availabilityzones zone", ("zones",), "zones belongs to a component"),
    # size
    Meaning(
        "autoscale autoscaler hpa scaling elastic elasticity scale scaleup scaleout keda karpenter",
        ("autoscaling",),
        "write autoscaling: true with min_replicas and max_replicas on a service or queue; for copies by the "
        "calendar a decision with one value for each phase: "
        "{integer: [2, 12], sets: web.replicas, adaptive: true}",
    ),
    Meaning("mininstances minpods minsize minnodes", ("min_replicas",), "min_replicas beside autoscaling"),
    Meaning("maxinstances maxpods maxsize maxnodes", ("max_replicas",), "max_replicas beside autoscaling"),
    Meaning(
        "targetcpu targetcpuutilization averageutilization targetutilization targetload cputarget",
        ("target_utilisation",),
        "target_utilisation beside autoscaling",
    ),
    Meaning(
        "cooldown scaledowndelay stabilization stabilizationwindow scaledownstabilization",
        ("cool_down_s",),
        "cool_down_s beside autoscaling",
    ),
    Meaning(
        "startuptime bootseconds startuplag scalelag provisioningtime",
        ("start_up_s",),
        "start_up_s beside autoscaling",
    ),
    Meaning(
        "instance instances node nodes pod pods copy copies server servers machine machines host "
        "hosts vm vms "
        "replica container containers brokers",
        ("replicas",),
        "replicas of a component says how many run",
    ),
    Meaning(
        "cpu cpulimit cpulimits millicpu cpuquota cfsquota",
        ("cpu_quota",),
        "cpu_quota of a component is what its CPU limit allows, slots the cores that its threads run on",
    ),
    Meaning(
        "cpus vcpu vcpus core cores memory ram heap disk iops bandwidth network nic gpu "
        "instancetype machinetype",
        (),
        "machines aren't modelled by their parts: service_ms is how long a call takes, slots how "
        "many a copy "
        "serves at the same time, price_usd_per_hour what a copy costs",
    ),
    Meaning(
        "thread threads worker workers concurrency parallelism connection connections connectionpool pool "
        "poolsize threadpool maxconnections goroutines processes",
        ("slots",),
        "slots of a component is how many calls a copy serves at the same time",
    ),
    Meaning(
        "partition partitions sharding shard",
        ("shards",),
        "shards belongs to a store",
    ),
    # load
    Meaning(
        "rate qps rps tps throughput load traffic requests requestspersecond reqs arrivalrate arrivals "
        "hits users "
        "dau mau sessions peakrps",
        ("rate",),
        "the load is the rate of the phases of the workload, requests per second, and each flow's "
        "share of it",
    ),
    Meaning(
        "burst bursts bursty spike spikes seasonality diurnal schedule",
        ("arrival_scv",),
        "a spike is a phase of the workload; arrival_scv of a component says how uneven arrivals are "
        "within one",
    ),
    Meaning("duration length period", ("hours",), "a phase says its hours"),
    Meaning("weightage probability percentage fraction ratio percent", ("share",), "a flow says its share"),
    # times
    Meaning(
        "latency responsetime servicetime processingtime execution executiontime delay rt p50 mean "
        "average avg",
        ("service_ms", "latency_ms", "limit_ms"),
        "the time of a component's own work is service_ms, that of an external latency_ms; waits "
        "follow from it",
    ),
    Meaning(
        "timeout timeouts requesttimeout calltimeout readtimeout connecttimeout",
        ("timeout_ms",),
        f"write timeout_ms: {_CALL}, as {{call: web, timeout_ms: 200}}",
    ),
    Meaning(
        "p99 p95 p90 p999 percentile sla slo slos slas objective objectives tail",
        ("limit_ms", "percentile"),
        "what is wanted stands in dimensions: latency: {limit: 250, percentile: 0.99}, in ms; "
        "that of one flow is its limit_ms",
    ),
    Meaning("variance stddev sd std deviation cv scv jitterms", ("service_scv", "latency_scv", "sd"), ""),
    # calls
    Meaning("retry retrycount maxretries attempts maxattempts", ("retries",), f"write retries: {_CALL}"),
    Meaning(
        "backoff retrydelay exponentialbackoff retrybackoff", ("backoff_ms",), f"write backoff_ms: {_CALL}"
    ),
    Meaning("circuitbreaker cb", ("breaker",), f"write breaker: true; {_CALL}"),
    Meaning("bulkhead isolation", ("bulkhead_slots",), f"write bulkhead_slots: {_CALL}"),
    Meaning(
        "deadline deadlinepropagation propagatedeadline grpcdeadline contextdeadline",
        ("passes_deadline",),
        f"write timeout_ms and passes_deadline: true; {_CALL}",
    ),
    Meaning(
        "hedge hedging hedged speculative tied backuprequest secondattempt hedgedelay",
        ("hedge_after_ms",),
        f"write hedge_after_ms: {_CALL}",
    ),
    Meaning(
        "either switch case branch exclusive xor",
        ("choice",),
        "write a step choice: [{share: 0.3, calls: [...]}, {share: 0.7, calls: [...]}]",
    ),
    Meaning(
        "dependency dependencies dependson depends calls upstream downstream uses children callees "
        "edges links",
        ("then", "trace"),
        "who calls whom stands in the flows: trace: [{call: web, then: [db]}]",
    ),
    Meaning("critical required mandatory", ("optional",), f"write optional: true where it isn't; {_CALL}"),
    Meaning("operation method op access mode", ("write",), f"write: true where it changes data; {_CALL}"),
    # turning away
    Meaning(
        "ratelimit ratelimiter ratelimiting quota throttle throttling limitrps maxrps maxqps maxrate "
        "capacity",
        ("rate_limit_per_s",),
        "an external has rate_limit_per_s; a service or store turns away by queue_limit or "
        "max_wait_s, a flow "
        "by shed_share",
    ),
    Meaning(
        "shed shedding loadshedding drop admission admissioncontrol backpressure reject",
        ("shed_share",),
        "shed_share of a flow turns requests away at the door; queue_limit and max_wait_s do where "
        "they would wait",
    ),
    Meaning("priority priorities qos", (), "priorities aren't modelled; weight says how much a flow counts"),
    # stores and caches
    Meaning("ttl expiry expiration expires maxage lifetime", ("ttl_s",), "ttl_s belongs to a cache"),
    Meaning("hitrate hit missrate hitratio cachehit", ("hit_ratio",), "hit_ratio belongs to a cache"),
    Meaning(
        "eviction lru lfu maxkeys cachesize entries", ("capacity_keys",), "capacity_keys belongs to a cache"
    ),
    Meaning("items objects keyspace cardinality", ("keys",), "keys belongs to a cache"),
    Meaning(
        "quorum consistencylevel consistency replicationfactor rf raft paxos consensus leader "
        "follower primary "
        "standby synchronousreplication isolationlevel",
        ("read_quorum",),
        "a store has replicas, read_quorum and write_quorum: copies that a read must hear and a "
        "write must reach",
    ),
    Meaning("lag replicationlag staleness", ("replication_lag_ms",), "replication_lag_ms belongs to a store"),
    # failures
    Meaning(
        "uptime reliability sladays durability up",
        ("availability",),
        "availability of a component is that of one copy; what is wanted stands in dimensions.availability",
    ),
    Meaning(
        "errorrate errors error failurerate failures failure errorratio",
        ("error_share",),
        "write error_share",
    ),
    Meaning("mtbf mttf", ("mtbf_hours",), "write mtbf_hours"),
    Meaning("mttr repair repairtime", ("mttr_minutes",), "write mttr_minutes"),
    Meaning(
        "rto recoverytime failovertime failover",
        ("failover_s", "takeover_s"),
        "failover_s among the limits is the recovery time; it follows from health_check_s, "
        "failure_threshold, dns_ttl_s and takeover_s of a component",
    ),
    Meaning(
        "rpo recoverypoint dataloss",
        ("lost_writes",),
        "lost_writes among the limits is the recovery point; it follows from a store's writes and "
        "replication_lag_ms",
    ),
    Meaning("dnsttl ttldns", ("dns_ttl_s",), "dns_ttl_s of a component with health checks"),
    Meaning(
        "coldstart warmup warm rampup startup boottime",
        (),
        "time within a phase isn't modelled: no warm-up, no ramp, and caches are full",
    ),
    Meaning(
        "deploy deployment rollout canary release upgrade maintenance backup backups security "
        "encryption "
        "compliance auth",
        (),
        "this isn't modelled; a cost or time that it takes can be added by a decision",
    ),
    Meaning(
        "healthcheck healthchecks liveness readiness probe probes periodseconds",
        ("health_check_s",),
        "health_check_s of a component is the time between two checks, failure_threshold how many must fail",
    ),
    # money
    Meaning(
        "cost price hourlycost monthlycost pricing costperhour priceperhour usdperhour",
        ("price_usd_per_hour", "usd"),
        "price_usd_per_hour is what one copy costs, price_usd_per_million what a million calls cost",
    ),
    Meaning("revenue value worth", ("value_usd",), "value_usd is what a request of a flow is worth"),
    Meaning(
        "budget budgetusd maxcost", (), "the most that may be spent is dimensions: cost: {limit: 300}, in USD"
    ),
    # the file
    Meaning(
        "service services systems microservices resources parts infrastructure architecture system topology",
        ("components",),
        "the parts of the system are components",
    ),
    Meaning(
        "endpoint endpoints route routes api apis request usecase usecases journeys paths scenarios "
        "operations",
        ("flows",),
        "classes of requests are flows",
    ),
    Meaning(
        "goal goals target targets requirement requirements constraint constraints metrics criteria kpis",
        ("dimensions", "target"),
        "what is wanted stands in dimensions, and in limits",
    ),
    Meaning(
        "parameter parameters variables knobs choices alternatives levers",
        ("decisions",),
        "what is open stands in decisions",
    ),
    Meaning(
        "default defaults current baseline initial",
        ("today",),
        "what runs now stands in today, and in the components",
    ),
    Meaning("type class", ("kind",), "write kind: service, store, cache or external"),
    Meaning("range bounds", ("integer", "real"), "write integer: [2, 12], or real: [0.1, 5]"),
    Meaning("values enum oneof", ("options",), "write options: {small: {}, big: {set: {web.slots: 8}}}"),
    Meaning(
        "description desc note notes comment comments", ("summary", "why", "label"), "write a comment: # ..."
    ),
    Meaning(
        "max maximum min minimum threshold", ("limit",), "write limit: the direction is that of the dimension"
    ),
)
