/**
 * Every limit of the engine, by name and with its reason. A limit that is reached gives a typed
 * error that says its number; only what is kept of a failure is cut.
 */

/** UTF-8 bytes of one payload (input, step result, signal): larger ones belong in a store. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024

/** Nesting of a payload: Postgres' JSON parser and V8's both recurse and fail far above this. */
export const MAX_DEPTH = 64

/** Steps of one run, by default: the history is read at each replay, so it must stay readable. */
export const MAX_STEPS = 10_000

/** Bytes of one run's history: it goes to its worker in one piece, at each replay. */
export const MAX_JOURNAL_BYTES = 64 * 1024 * 1024

/** Bytes of payloads in one write: a statement is one text in this process and in Postgres. */
export const MAX_WRITE_BYTES = 8 * 1024 * 1024

/** Items in one call to the kernel: keeps a transaction short and its locks few. */
export const MAX_BATCH = 1000

/**
 * Runs that a worker holds beyond its places: what waits for one, and what is through but not written. A
 * database that writes slowly stops claims, instead of filling memory with what would be done again.
 */
export const MAX_UNWRITTEN = 3000

/** Bytes of payloads that a worker has to write: with more, it claims nothing. */
export const MAX_UNWRITTEN_BYTES = 64 * 1024 * 1024

/** Runs a second of a bulk operation, where it is given a rate: more is as fast as it goes. Kept by the kernel. */
export const MAX_BULK_RATE = 10_000

/** Runs of one bulk operation: more are a filter that says too little. Kept by the kernel. */
export const MAX_BULK_RUNS = 100_000

/** Characters of a question to people: more is told by its details. */
export const MAX_QUESTION = 2000

/** Characters of the reason of a cancel, a pause and the like: it is in the journal. Kept by the kernel. */
export const MAX_REASON = 2000

/** People, or roles, that one question is for: each is looked for in an index. */
export const MAX_ASKED = 100

/** Limits of one kind, concurrency or rates, of a workflow or a queue: each is looked at for every run that is given out. */
export const MAX_RULES = 8

/** The highest concurrency, rate or burst: more is no limit. */
export const MAX_LIMIT = 1_000_000

/** Paths of one key of a limit or a rule of starts: their values are in the row of every run. */
export const MAX_PATHS = 4

/** Characters of a path into an input. */
export const MAX_PATH = 128

/** Runs whose handlers are at work at once in a worker: more are a matter of more processes. */
export const MAX_CONCURRENCY = 10_000

/** Items of one page of a list; of a timeline 1,000. */
export const MAX_PAGE = 100

/** Signals that one step waits for: they are arrays in the run's hot row. */
export const MAX_SOURCES = 32

/** Waiting runs that the answer of an emission counts: of more it says so many. Kept by the kernel. */
export const MAX_MATCHED = 100_000

/** Entities, or rows of their trails, that one list looks at for what no index finds. Kept by the kernel. */
export const MAX_LOOKED_AT = 20_000

/** Messages to one run that it has not taken: more are refused until it has. Kept by the kernel. */
export const MAX_SIGNALS = 10_000

/** Characters of the name of a workflow, version, queue or signal: they are in every index row. */
export const MAX_NAME = 128

/** Characters of a step id: names that loops and maps build are longer than those people type. */
export const MAX_STEP_ID = 256

/** Characters of a caller's key (resourceId, idempotencyKey, that of an event), or of who did something: fits an index row of Postgres. */
export const MAX_KEY = 256

/** Tags of a run: each one is an index row written at the start. */
export const MAX_TAGS = 32

/** Characters of one tag. */
export const MAX_TAG = 64

/** UTF-8 bytes of all attributes of a run, at its start, and of one `step.setAttributes`: lists show them. */
export const MAX_ATTRIBUTES_BYTES = 16 * 1024

/** Attributes that a workflow declares: each one is two index rows for every run that has it. */
export const MAX_ATTRIBUTES = 16

/** Characters of a declared attribute that is a text: it is in every index row. */
export const MAX_ATTRIBUTE_TEXT = 256

/** Attempts of one step: above this an error is not passing, and each attempt is a history row. */
export const MAX_ATTEMPTS = 1000

/** Items of one `step.map`: each has its checkpoint, and all results are held at once. */
export const MAX_MAP_ITEMS = 10_000

/** Milliseconds that setTimeout takes: above, Node fires after 1 ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1

/** Milliseconds of any duration, 100 years: longer is a mistake of units. */
export const MAX_DURATION_MS = 36_525 * 24 * 60 * 60 * 1000

/** Highest priority of a run; the lowest is its negative. */
export const MAX_PRIORITY = 1000

/** Bytes of the message kept of a failure: a driver may put a whole query into it. */
export const MAX_FAILURE_MESSAGE_BYTES = 4 * 1024

/** Bytes of the stack kept of a failure, causes included. */
export const MAX_FAILURE_STACK_BYTES = 8 * 1024

/** Causes of an error that are followed: chains can be long, or circular. */
export const MAX_CAUSES = 5

/** Characters of a cron: lists of values may be long. Kept by the kernel. */
export const MAX_CRON = 256

/** Schedules of a tenant: one may start many runs, or a run many others. Kept by the kernel. */
export const MAX_SCHEDULES = 10_000

/** Schedules that a workflow has in its code; others are put at run time. */
export const MAX_DECLARED = 100

/** Milliseconds of the shortest period of a schedule: shorter ones are a loop in a run. Kept by the kernel. */
export const MIN_EVERY_MS = 100

/** Milliseconds by which a time of a schedule may be late before it counts as one for which nobody was there. */
export const LATE_TICK_MS = 10_000

/** Times that a schedule catches up with after a time without any worker: more say nothing new. */
export const MAX_CATCH_UP = 1000

/** Times of a schedule that wait for its last run to end (overlap 'queue'): the oldest go. Kept by the kernel. */
export const MAX_WAITING_TICKS = 1000

/** UTF-8 bytes of a secret of a tenant: a certificate fits, a file does not. Kept by the kernel. */
export const MAX_SECRET_BYTES = 64 * 1024
/** Routes of all tenants that a worker for all of them remembers, the last used: who has more asks for them again. */
export const MAX_KNOWN_ROUTES = 50_000

/** Tenants as which a worker for all of them has connections, and batches of writes, ready; others get them anew. */
export const MAX_KNOWN_TENANTS = 5000

/** Stored definitions of tenants that a worker for all of them keeps loaded, the last used: tenants may store millions. */
export const MAX_KEPT_DOCUMENTS = 1000

/** Characters of their documents together: what a document makes is several times its size. */
export const MAX_KEPT_DOCUMENT_BYTES = 16 * 1024 * 1024

/** Partitions (engines) that fit into a run id: 14 bits. */
export const MAX_PARTITION = 2 ** 14 - 1

/** UTF-8 bytes of the document of a graph: it is stored, read and compared as a whole. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024

/** UTF-8 bytes of the document of a machine as JSON: the database reads it whole before it is stored. */
export const MAX_MACHINE_BYTES = 1024 * 1024

/** Ways from a state of a machine, with lists and * spread: each is a row in the database. */
export const MAX_MACHINE_WAYS = 10_000

/** Entries of the metadata and context of all conditions of a machine together: the database looks whether each is a comparison. */
export const MAX_MACHINE_COMPARISONS = 2000

/** Characters of one expression of a machine. */
export const MAX_MACHINE_EXPRESSION = 4000

/** Characters of all expressions of a machine together, each counted as 20 at least: the database reads them one by one. */
export const MAX_MACHINE_EXPRESSIONS = 20_000

/** What one of the timers of a machine takes at least, where timers alone lead round: else an entity would move for ever, and as fast as can be. */
export const MIN_TIMER_ROUND_MS = 1000

/** Nodes of a graph, those in its blocks included, unless its reader is told otherwise: as the steps of a run. */
export const MAX_NODES = 10_000

/** Characters of the id of a graph's node: loops and maps add their counts to it. */
export const MAX_NODE_ID = 128

/** Blocks of a graph (map, loop, parallel, race) in each other: each one lengthens the ids of what it holds. */
export const MAX_BLOCKS = 8

/** Containers in each other in a graph's document: four for each block, and 64 of a payload in the innermost. */
export const MAX_DOCUMENT_DEPTH = 128

/** Problems of a document that are told at once: more say nothing new. */
export const MAX_ISSUES = 1000

/** Runs that wait for each other, a sub_workflow in another: a graph that starts itself has an end. */
export const MAX_SUB_WORKFLOW_DEPTH = 32

/** Iterations of one loop of a graph: each is in the history of its run. */
export const MAX_ITERATIONS = 10_000

/** UTF-8 bytes of a JSON Schema in a document: it is compiled at each registration. */
export const MAX_SCHEMA_BYTES = 64 * 1024

/** UTF-8 bytes of all JSON Schemas of a document that are not the same. */
export const MAX_SCHEMAS_BYTES = 256 * 1024

/**
 * Schemas in the JSON Schemas of a document, with each $ref in its place, and five more for each that is not the
 * same as another: their number is what compiling them, and checking a value, costs.
 */
export const MAX_SUBSCHEMAS = 10_000

/** States of a regular expression in a JSON Schema: a text is matched in as much work for each character. */
export const MAX_PATTERN_STATES = 256

/** Characters of one expression between `{{` and `}}`: longer ones are programs, which belong in a step. */
export const MAX_EXPRESSION = 10_000

/** Levels of an expression: brackets within brackets, or links of a chain such as `a + b + c`. */
export const MAX_EXPRESSION_DEPTH = 200

/** Units of work of one template, by default: about a tenth of a second at worst, in which nothing else runs. */
export const MAX_EXPRESSION_FUEL = 500_000

/** Bits of an integer within an expression: they are exact, so `10 ** 10 ** 10` must have an end. */
export const MAX_EXPRESSION_NUMBER_BITS = 4096

/** Characters of the id and of the table of an entity: they are in the indexes. */
export const MAX_ENTITY_ID = 200

/**
 * UTF-8 bytes of the metadata of an entity, and of the context, the metadata and the changes of one transition: each row of the
 * trail keeps them for ever. Kept by the kernel.
 */
export const MAX_ENTITY_BYTES = 64 * 1024

/** Characters of the notes of a transition: they are in the trail, and in what is told of it. Kept by the kernel. */
export const MAX_NOTES = 10_000

/**
 * States and transitions, with lists and `*` spread, of a machine that the server draws as SVG: to lay them out takes a second of the
 * process that serves everybody. The command line draws larger ones, and as text for Mermaid there is no such limit.
 */
export const MAX_DRAWN = 200

/** Roles in which a transition is asked for, each of up to 256 characters: every guard looks through them. Kept by the kernel. */
export const MAX_ROLES = 100

/** UTF-8 bytes of the message of a logged line that are kept: the rest is cut. */
export const MAX_LOG_MESSAGE_BYTES = 8 * 1024

/** UTF-8 bytes of the fields of a logged line, as JSON: larger ones are replaced by a note. */
export const MAX_LOG_FIELDS_BYTES = 16 * 1024

/** Lines that a worker holds while the database is away, or slow: further ones are dropped, and counted. */
export const MAX_PENDING_LOG_LINES = 10_000

/** Bytes of these lines. */
export const MAX_PENDING_LOG_BYTES = 8 * 1024 * 1024

/** Bytes of chunks that a worker holds until they are sent: the oldest go, as they are only live. */
export const MAX_PENDING_CHUNK_BYTES = 4 * 1024 * 1024

/** Events that are only live and that a slow reader of a run's events has not taken: the oldest go. */
export const MAX_UNREAD_LIVE = 1000

/** Bytes of these. */
export const MAX_UNREAD_LIVE_BYTES = 1024 * 1024

/** Streams of events that a server keeps open for a tenant at once, by default: each holds a connection. */
export const MAX_STREAMS = 100
