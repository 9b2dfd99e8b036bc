"""Columns of the tables that the loop works on: compiled code takes them over as constants."""

from __future__ import annotations

#: Scalars that are whole numbers (`State.n`).
(
    HEAP,
    STACK,
    FREE_FRAME,
    USED,
    EVENTS,
    SLICE,
    UNDER_WAY,
    LOGGED,
    LAST_UID,
    TO_TRACE,
    TRACED_FLOW,
    TRACED,
    ENTRIES,
    BROKEN,
    CLIENTS,
) = range(15)
SCALARS = 15
#: Scalars that are times, s (`State.x`): the fifth is when all paused servers go on. Of connected clients:
#: time between answer and request, pause after a failure, the longest one; factor on it after each further
#: failure, share of it that is drawn.
(
    NOW,
    SLICE_END,
    SLICE_S,
    UNTIL,
    PAUSED_TO,
    THINK_S,
    BACKOFF_S,
    MOST_BACKOFF_S,
    GROWTH,
    CLIENT_JITTER,
) = range(10)
TIMES = 10

#: A component's numbers (`State.part`): mean work of a call, s; 1/scv of it (0 = always the same); share of
#: errors; longest wait, s; round trip to a copy, s, and its 1/scv; hit ratio; time to live, s; entries it
#: holds; tokens per s and most tokens of a rate limit; costs of replicas for each other; Zipf's exponent,
#: keys, sum of the keys' weights; share of the hits that is left; lookups per s by which the first state of
#: a key is drawn; constants of the sampler of keys; work of a further copy of a store, share of reads that
#: repair, share of the copies nobody waited for that lag behind then; cores of the quotas of all copies
#: (0 = no quota); of lognormal work the standard deviation of its logarithm (0 = gamma). What faults change:
#: share of calls that are slow, and by how much, s; shares that are refused and never answered; share of the
#: keys that was forgotten since the run began; when paused servers go on, s. Shortest round trip to a copy,
#: s, beyond which `TRIP_S` is the mean.
(
    WORK_S,
    WORK_SHAPE,
    ERROR,
    MAX_WAIT_S,
    TRIP_S,
    TRIP_SHAPE,
    HIT,
    TTL_S,
    CAPACITY,
    TOKENS_PER_S,
    MOST_TOKENS,
    CONTENTION,
    COHERENCY,
    ZIPF,
    KEYS,
    KEY_WEIGHTS,
    HITS_LEFT,
    LOOKUPS_PER_S,
    ZIPF_FIRST,
    ZIPF_LAST,
    ZIPF_CUT,
    TOKENS,
    FILLED_AT,
    COPY_WORK,
    READ_REPAIR,
    BEHIND,
    RATION,
    WORK_SIGMA,
    SLOW_SHARE,
    SLOW_S,
    REFUSED_SHARE,
    SILENT_SHARE,
    FORGOTTEN,
    RESUMES_AT,
    TRIP_LEAST_S,
) = range(35)
PART = 35
#: A component's whole numbers (`State.kind`): somebody else's system; its first queue, queues of a shard,
#: shards; how a queue is chosen; keeps its slot; 0 = no cache, 1 = hit ratio, 2 = keys, 3 = a
#: hit ratio that loads have to earn; other copies, and
#: those of them that a read and a write must hear; misses of a key share a load; entries are evicted; reads
#: and writes that can't be answered since too few copies are up; replicas; next queue in turn; taken slots;
#: all slots; most and least recently used entry; entries it holds; whether each copy that is asked works, and
#: copies that a read and a write must hear then; queues of a shard if all replicas were up.
(
    OUTSIDE,
    FIRST_QUEUE,
    QUEUES,
    SHARDS,
    BALANCING,
    BLOCKING,
    CACHE,
    OTHERS,
    READ_OTHERS,
    WRITE_OTHERS,
    COALESCING,
    EVICTS,
    NO_READS,
    NO_WRITES,
    REPLICAS,
    TURN,
    TAKEN,
    SLOTS,
    NEWEST,
    OLDEST,
    HELD,
    SPREADS,
    READ_NEEDS,
    WRITE_NEEDS,
    STRIDE,
) = range(25)
KIND = 25
#: How a queue is chosen.
SHARED, LEAST_CONNECTIONS, TWO_CHOICES, ROUND_ROBIN, RANDOM = range(5)

#: A queue (`State.queue`): free slots; first and last that waits, how many wait, places; where its slots
#: stand in `State.free_at` (-1 = nobody asks when); its slots; its component; whether a timer runs.
Q_FREE, Q_HEAD, Q_TAIL, Q_WAITING, Q_PLACES, Q_FREE_AT, Q_SLOTS, Q_PART, Q_TIMER = range(9)
QUEUE = 9
#: What a queue's copy has of CPU time (`State.cpu`): cores of its quota (infinite = no limit), period, s;
#: time of the period that is left, s; when that was noted, how long it has stood still by then, s; when its
#: present period began.
CPU_CORES, CPU_PERIOD_S, CPU_LEFT_S, CPU_AT, CPU_LOST_S, CPU_FIRST = range(6)
CPU = 6

#: A call's numbers (`State.call`): chance of one call more; longest time, s; pause, s; share of it that is
#: drawn; time of the fallback, s; factor on the component's work; of a breaker: share of failures at which it
#: opens, length of a bucket of its window, s, sleep, s, and the time at which it is tried again; time on the
#: network, s, and 1/scv of it; of a budget of
#: retries: tokens for each call, and those that are there; time after which a second attempt is sent, s; when
#: the first that is late will be given up.
(
    ONE_MORE,
    TIMEOUT_S,
    PAUSE_S,
    JITTER,
    FALLBACK_S,
    WORK_FACTOR,
    TRIPS_AT,
    BUCKET_S,
    SLEEP_S,
    TRY_AT,
    NETWORK_S,
    NETWORK_SHAPE,
    RETRY_BUDGET,
    RETRIES_LEFT,
    HEDGE_S,
    TIMER_AT,
) = range(16)
CALL = 16
#: A call's whole numbers (`State.node`): component; steps under it (-1 = none); calls one after the other;
#: retries; whether it has a breaker; places of its bulkhead (-1 = any number); whether a failure is replaced,
#: or doesn't matter; whether it writes; calls that trip the breaker at the least; attempts under way; first
#: and last that can be late; whether a timer runs; state of the breaker; whether nobody waits for it, and
#: whether its time begins only when a consumer takes it; whether it passes its time-out on.
(
    COMPONENT,
    THEN,
    WHOLE,
    RETRIES,
    BREAKER,
    BULKHEAD,
    FALLBACK,
    OPTIONAL,
    WRITES,
    VOLUME,
    N_UNDER_WAY,
    FIRST_LATE,
    LAST_LATE,
    TIMER,
    GATE,
    ASYNC,
    IS_MESSAGE,
    PASSES_DEADLINE,
) = range(18)
NODE = 18
#: States of a breaker, buckets of its window.
CLOSED, OPEN, PROBING = range(3)
BUCKETS = 10

#: A flow (`State.flow`): mean time between requests, s; 1/scv of it; share turned away; share of the requests
#: of connected clients that are its.
GAP_S, GAP_SHAPE, SHED, CLIENT_SHARE = range(4)
FLOW = 4

#: A frame: a request, an attempt, a branch or one copy's part of an attempt (`State.frame`). Node: call or
#: flow. Place: of an attempt. Left: calls to go, branches to come home, or copies to be heard; tries of
#: an attempt: copies that may turn it away; position of a copy's part: 0 = the first copy. Twin: the attempt
#: beside it of which the first answer counts; of a request of a client its failures before (else -1).
(
    F_NODE,
    F_ROLE,
    F_PARENT,
    F_PARENT_LIFE,
    F_LIFE,
    F_POSITION,
    F_LEFT,
    F_TRIES,
    F_NEXT,
    F_QUEUE,
    F_PROBE,
    F_EARLIER,
    F_LATER,
    F_ENTRY,
    F_TIMED,
    F_UID,
    F_TWIN,
) = range(17)
FRAME = 17
#: Bits of a frame's number, and those of its life that an event may name beside it.
FRAME_BITS, LIFE_MASK = 21, (1 << 26) - 1
NOBODY, REQUEST, ATTEMPT, BRANCH, COPY, BACKGROUND = range(6)
#: Times of a frame (`State.times`): when it came, when it was begun to be served, when its caller goes on
#: without it, how long it will be served (drawn beforehand; -1 = not yet), how long its copy had stood still
#: when it began, s, and from when on its answer is of no use to anybody.
CAME, BEGAN, LATE_AT, SERVED_S, LOST_S, EXPIRES = range(6)
FRAME_TIMES = 6
#: The queue of an attempt that will never be answered.
NO_ANSWER = -2
#: Ends a sequence of steps.
END = -(2**62)

#: What is to be done (`State.stack`), and events (`State.what`, above `EVENT_BITS`).
DO_STEP, DO_ATTEMPT, DO_DONE, DO_RESULT, DO_FINISH, DO_ENOUGH = range(6)
(
    ARRIVAL,
    SERVED,
    HEARD,
    TIMEOUT,
    LEAVES,
    RETRY,
    ANSWERED,
    REACHES,
    COPY_HEARD,
    TOLD_ANSWER,
    TOLD_FAILURE,
    HEDGES,
    CLIENT,
) = range(13)
EVENT_BITS = 48

#: What is counted of a component within a slice of time (`State.counted`). A call of a store whose copies all
#: work arrives, is begun and refused once at each copy.
ARRIVALS, REFUSED, BUSY_S, WAITED_S, BEGUN, TIMED_OUT, LOOKUPS, HITS, CALLED, SINCE = range(10)
COUNTED = 10
#: What is counted of a flow within a slice (`State.answers`): requests, answered ones, their responses, s,
#: the requests that were shed at the door, and those that came.
ENDED, ANSWERS, RESPONSE_S, SHED_REQUESTS, OFFERED = range(5)
ANSWER = 5
#: What is counted of a call (`State.tried`): attempts by try, the last column all later ones; those that
#: failed or came too late; time that its breaker was open, s, and when that was last noted, s.
TRIES, FAILURES, OPEN_S, OPEN_SINCE = 4, 4, 5, 6
TRIED = 7
#: Slices, and how many of them share a histogram.
SLICES, SLICES_EACH = 640, 8
#: Histogram: shortest response, s, bins for each factor e, bins. Each is 0.5 % wide.
SHORTEST_S, BINS_PER_E, BINS = 1e-6, 200.0, 5100

#: An entry of a cache (`State.entry`): next and last in the order of use, first attempt that waits for its
#: load (-1 = none, -2 = it isn't loaded), component, key, whether it is there.
E_NEWER, E_OLDER, E_WAITING, E_PART, E_KEY, E_THERE = range(6)
ENTRY = 6
NOT_LOADED = -2
#: What a look-up comes to.
MISSED, FOUND, JOINED = range(3)

#: Streams of random numbers of a component, a call and a flow.
S_WORK, S_CHOICE, S_ERROR, S_QUORUM, S_HIT, S_KEY, S_FIRST_STATE, S_FAULT = range(8)
PART_STREAMS = 8
S_TIMES, S_JITTER, S_NETWORK = range(3)
CALL_STREAMS = 3
S_ARRIVAL, S_SHED, S_BRANCH = range(3)
FLOW_STREAMS = 3

#: Tokens that a budget of retries holds.
MOST_RETRIES_LEFT = 10.0
#: Why the loop came back.
WENT_ON, FULL_SLICES, NO_ROOM, REACHED, STUCK = range(5)

#: A row of the log: time, s; what; uid of the frame and of its parent; component or flow; call; a number.
L_AT, L_WHAT, L_UID, L_PARENT, L_WHERE, L_CALL, L_VALUE = range(7)
LOG = 7
(
    LOG_REQUEST,
    LOG_SHED,
    LOG_ATTEMPT,
    LOG_REFUSED,
    LOG_BREAKER,
    LOG_BULKHEAD,
    LOG_WAIT,
    LOG_SERVICE,
    LOG_SERVED,
    LOG_ERROR,
    LOG_QUORUM,
    LOG_HIT,
    LOG_MISS,
    LOG_JOINED,
    LOG_TIMED_OUT,
    LOG_RETRY,
    LOG_FALLBACK,
    LOG_GIVEN_UP,
    LOG_DONE,
    LOG_FAILED,
    LOG_NETWORK,
) = range(21)
