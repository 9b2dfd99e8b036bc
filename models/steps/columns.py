"""Columns of the tables that the steps work on: compiled code takes them over as constants."""

from __future__ import annotations

#: A component's numbers (`Run.part`): servers that are up (infinite = somebody else's), mean service at
#: work 1, s, and its scv; share of errors; places to wait in; longest wait, s; whether it keeps its slot
#: during the calls under it; share that is turned away at once, and that is never answered; share that is
#: slowed, and by how much, s; when it goes on after a pause, s (0 = it isn't paused); a rate limit, 1/s,
#: and its most tokens; costs of replicas for each other, and replicas; kind of cache (0 = none, 1 = a hit
#: ratio, 2 = keys); a given hit ratio; share of hits that is left; whether misses of a key share a load;
#: time to live, s; entries that it holds; queues of its own (1 = one for all); whether reads, and writes,
#: have too few copies; mean and variance of the time on the way to the copies that a read, and a write,
#: must hear, s; of a read and of a write: servers that it takes, in calls, mean and variance of the time
#: until enough copies have done their part, in services; share of the copies that faults leave; whether it
#: keeps messages for its consumers.
(
    SERVERS,
    SERVICE_S,
    SERVICE_SCV,
    ERROR,
    PLACES,
    MAX_WAIT_S,
    BLOCKS,
    TURNED_AWAY,
    SILENT,
    SLOWED,
    SLOWED_S,
    RESUMES_AT,
    TOKENS_PER_S,
    MOST_TOKENS,
    CONTENTION,
    COHERENCY,
    REPLICAS,
    CACHE,
    HIT,
    HITS_LEFT,
    COALESCES,
    TTL_S,
    CAPACITY,
    QUEUES,
    NO_READS,
    NO_WRITES,
    READ_S,
    READ_VAR,
    WRITE_S,
    WRITE_VAR,
    READ_WORK,
    READ_FACTOR,
    READ_FACTOR_VAR,
    WRITE_WORK,
    WRITE_FACTOR,
    WRITE_FACTOR_VAR,
    COPIES_LEFT,
    KEEPS,
) = range(38)
PART = 38
#: Points of the utilisation at which the wait in a queue of one's own is known (`Run.own_wait`).
POINTS = 33

#: What changes at a component (`Run.station`): servers that are taken; mean time for which one is, s; wait
#: of who comes now, s, its variance and third cumulant; the same beyond what the common queue tells, where
#: replicas have queues of their own; factor on the service of replicas that cost each other time; offered
#: work over servers and share that is turned away, both smoothed; tokens; share of hits; calls that came,
#: smoothed; of a cache: time that a load takes, s, and share of them that bring something; services that a
#: server does, 1/s, smoothed over the wait.
(
    TAKEN,
    HELD_S,
    WAIT_S,
    WAIT_VAR,
    WAIT_THIRD,
    OWN_S,
    OWN_VAR,
    OWN_THIRD,
    STRETCH,
    REFUSED,
    HITS,
    OFFERED,
    TOKENS,
    CAME,
    LOAD_S,
    LOADS_WELL,
    PACE,
) = range(17)
#: Of these what a caller feels, and the same when callers last looked at it.
FIRST_FELT, FELT, SEEN = WAIT_S, 9, 17
STATION = 26

#: A call's numbers (`Run.call`): times, 0 where it is left out; longest time, s; retries; pause, s, and
#: share of it that is drawn; factor on the component's work; whether a failure doesn't matter, or is
#: replaced, and after which time, s; mean and variance of the time on the network, s; whether it has a
#: breaker; share of failures at which that opens, calls that it must have heard, length of a bucket of its
#: window, s, and of its sleep, s; places of its bulkhead; retries that its budget allows for each call;
#: whether nobody waits for it.
(
    TIMES,
    TIMEOUT_S,
    RETRIES,
    PAUSE_S,
    JITTER,
    WORK,
    OPTIONAL,
    FALLBACK,
    FALLBACK_S,
    NETWORK_S,
    NETWORK_VAR,
    BREAKER,
    TRIPS_AT,
    VOLUME,
    BUCKET_S,
    SLEEP_S,
    BULKHEAD,
    BUDGET,
    ASYNC,
) = range(19)
CALL = 19
#: What changes at a call (`Run.gate`): state of its breaker; when that tries again, s; when it hears of its
#: trial, s, and whether that succeeds; attempts behind its bulkhead; tokens of its budget; share that a
#: guard turned away, smoothed; attempts that wait for a server; attempts that came, smoothed;
#: the share that a guard turned away when its caller last looked at it.
STATE, TRY_AT, HEARD_AT, TRIAL, UNDER_WAY, BUDGET_LEFT, SHUT, WAITING, MIX, SEEN_SHUT = range(10)
GATE = 10
CLOSED, OPEN, PROBING = range(3)
BUCKETS = 10
#: Tokens that a budget of retries holds (as many as the events have).
MOST_BUDGET = 10.0

#: What is expected of an attempt that begins now (`Run.attempt`), of those that aren't turned away: share
#: that is answered in time, that is too late, and that fails in time; mean, variance and third cumulant of
#: the time of the first, s; mean time to the failure of the last, s; mean time until its work is done, s;
#: time for which it takes a server, s; share of the first that a cache answers by itself, mean, variance
#: and third cumulant of their time, s.
(
    GOOD,
    LATE,
    BAD,
    GOOD_S,
    GOOD_VAR,
    GOOD_THIRD,
    BAD_S,
    DONE_S,
    OWN_HELD_S,
    FOUND,
    FOUND_S,
    FOUND_VAR,
    FOUND_THIRD,
) = range(13)
ATTEMPT = 13
#: What is expected of a call or a sequence of steps that begins now (`Run.answer`, `Run.sequence`,
#: `Run.together`): share that succeeds; mean, variance and third cumulant of its time where it does, s;
#: mean time to the failure, s, and to the end of either kind, s.
SUCCESS, MEAN_S, VAR_S, THIRD, FAILS_S, ENDS_S = range(6)
ANSWER = 6

#: Lines of a call (`Run.line`): its first attempts; what its breaker hears; what leaves its bulkhead (-1 =
#: none).
FIRST, HEARS, LEAVES = range(3)
LINES = 3
#: What stands in a line for a step: how many, and the sum of their ages, s. Of what a breaker hears: how many
#: succeeded, and how many failed.
COUNT, AGES = range(2)

#: A popularity (`Run.keys`): share of the look-ups that one of its keys gets; keys; share of them that is
#: there, and that is loaded; weight by which entries make room.
KEY_SHARE, KEYS, WARM, LOADING, WEIGHT = range(5)
KEY = 5
#: Slots of the ring in which entries wait for the end of their life.
LIVES = 96

#: An autoscaler (`Run.scaler`): whether there is one; fewest and most copies; busy share that it aims at;
#: time between its decisions, s, until a new copy serves, s, and for which no more must be asked for before
#: copies are stopped, s; whether it stops any. Then: copies that run; with those that are being started;
#: servers of each; busy share over the time since the last decision, s, and that time, s; since when fewer
#: are asked for, s (-1 = they aren't), and how many at the most; share of the copies that faults left when it
#: last looked, and how many they took.
(
    SCALES,
    LEAST,
    MOST,
    TARGET,
    LOOK_BACK_S,
    START_UP_S,
    COOL_DOWN_S,
    STOPS,
    COPIES,
    ORDERED,
    EACH,
    BUSY,
    SINCE_S,
    LOW_SINCE_S,
    HIGHEST,
    ALL_LEFT,
    GONE,
) = range(17)
SCALER = 17
#: Orders of copies that can be open at a time (`Run.orders`): when they are ready, s, and how many.
ORDERS = 64

#: Scalars (`Run.x`, `Run.n`): length of a step, s; length of a bin, s; when the first bin begins, s. Steps
#: so far; bins; slots of the lines; whether something was changed from outside.
STEP_S, BIN_S, BEGINS_S = range(3)
STEP, BINS, SLOTS, IS_NEW = range(4)
#: Histogram of response times: the shortest, s, bins for a factor e, and bins.
SHORTEST_S, BINS_PER_E, HISTOGRAM = 1e-4, 14.0, 200

#: Clients of a flow that come back (`Run.crowd`): pause after a failure, s; share of it that is drawn;
#: factor on it after each further one; longest pause, s. Failures that are told apart (`Run.coming`).
RETURN_PAUSE_S, RETURN_JITTER, RETURN_GROWTH, RETURN_MOST_S = range(4)
CROWD = 4
RETURNS = 8
#: Connected clients (`Run.closed`): how many; time between answer and request, s; how many think now.
CLIENTS, THINK_S, THINKING = range(3)
CLOSED_LOAD = 3
