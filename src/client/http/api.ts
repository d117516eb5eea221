// Written by `npm run openapi` of schema/openapi.json: change the routes, not this.

/** What is sent and answered, by the names of the document. */
export type Shapes = {
  Run: { id: string; workflow_id: string; version: string; status: Shapes['Status']; reason: string | null; phase: string | null; queue: string; priority: number; resource_id: string | null; idempotency_key: string | null; parent_id: string | null; retried_from: string | null; forked_from: string | null; forked_at: string | null; schedule_id: string | null; scheduled_for: string | null; continued_from: string | null; continued_as: string | null; input?: unknown; output?: unknown; failure: Shapes['Failure']; state: Record<string, unknown>; tags: readonly (string)[]; attributes: Record<string, unknown>; current_step_id: string | null; starts_at: string | null; waits: readonly ({ step_id: string; event: string | null; key?: string | undefined; until: string | null })[]; created_at: string; updated_at: string; paused_at: string | null; resumed_at: string | null; completed_at: string | null; timeout_at: string | null; retry_count: number; max_retries: number }
  Status: 'pending' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled'
  Failure: { code: string; name: string; message: string; step_id: string | null; attempt: number; fingerprint: string } | null
  Problem: { type: string; title: string; status: number; detail: string; code: string; details: Record<string, unknown>; issues?: readonly ({ message: string; pointer: string; code?: string | undefined })[] | undefined; request_id: string; error: { code: string; message: string; details: readonly (unknown)[] } }
  Duration: string | number
  TimelineEntry: { seq: string; step_id: string; kind: string; status: string; attempt: number; output?: unknown; timed_out: boolean; failure: Shapes['Failure']; timestamp: string; by: string | null; reason: string | null; child_id: string | null; skip_reason: string | null }
  Progress: { run: Shapes['Run']; completion_percentage: number; total_steps: number; completed_steps: number }
  RunEvent: { id: string; type: string; run_id: string; workflow_id?: string | undefined; at: string; step_id?: string | undefined; status?: string | undefined; attempt?: number | undefined; output?: unknown; error?: Shapes['Failure'] | undefined; data?: unknown; index?: number | undefined; stored?: boolean | undefined }
  LogLine: { id: string; at: string; level: 'debug' | 'info' | 'warn' | 'error'; step_id: string | null; attempt: number | null; message: string; fields?: unknown; dropped: number }
  DocumentIssue: { code: string; message: string; pointer: string; line?: number | undefined; column?: number | undefined; details?: Record<string, unknown> | undefined }
  DryRunStep: { id: string; type: string; depends_on: readonly (string)[]; layer: number; within?: string | undefined; only_if?: readonly (string)[] | undefined; branches?: Record<string, readonly (string)[]> | undefined; waits_for?: string | undefined; takes?: string | undefined; is_skipped?: true | undefined; problem?: string | undefined }
  ListedDefinition: { workflow_id: string; version: string; kind: string; document?: unknown; active: boolean; created_at: string; updated_at: string; webhook_path: string | null }
  Workflow: { id: string; version: string; kind: string; live: number; workers: number; state: 'active' | 'inactive' | 'deleted' }
  Definition: { workflow_id: string; version: string; kind: string; document?: unknown; hash: string; created_at: string }
  Version: { workflow_id: string; version: string; kind: string; live: number; pending: number; running: number; waiting: number; paused: number; workers: number; oldest: string | null; registered_at: string; orphaned: boolean; retirable: boolean }
  Limits: { concurrency?: number | { limit: number; key?: string | readonly (string)[] | undefined } | readonly ({ limit: number; key?: string | readonly (string)[] | undefined })[] | undefined; rate_limit?: { limit: number; period: Shapes['Duration']; burst?: number | undefined; key?: string | readonly (string)[] | undefined } | readonly ({ limit: number; period: Shapes['Duration']; burst?: number | undefined; key?: string | readonly (string)[] | undefined })[] | undefined; fairness?: { key: string | readonly (string)[]; weight?: string | undefined } | undefined }
  StateCount: { state: string; final: boolean; count: number }
  StateTimes: { state: string; count: number; average_ms: number; p50_ms: number; p95_ms: number; max_ms: number }
  LateEntity: { id: string; machine: string; version: string; table: string; entity_id: string; state: string; status: 'live' | 'completed'; metadata: Record<string, unknown>; seq: string; entered_at: string; due_at: string | null; created_at: string; updated_at: string; completed_at: string | null; timer: { tries: number; problem: string } | null; sla_ms: number; late_ms: number }
  EntityMigration: { states: readonly ({ from: string; to: string | null; count: number })[]; migrated: number; remaining: number }
  Entity: { id: string; machine: string; version: string; table: string; entity_id: string; state: string; status: 'live' | 'completed'; metadata: Record<string, unknown>; seq: string; entered_at: string; due_at: string | null; created_at: string; updated_at: string; completed_at: string | null; timer: { tries: number; problem: string } | null }
  StartedEntity: { id: string; state: string; started: boolean }
  Transitioned: { instance_id: string; seq: string; from: string; state: string; name: string; at: string; repeated: boolean }
  EntityTransition: { id: string; name: string; to: string; allowed: boolean; reason: string | null; context?: unknown; conditions?: unknown; not_enforced: readonly (string)[]; state_metadata?: unknown }
  EntityHistory: { seq: string; from: string | null; to: string; transition: string | null; executed_by: string; claimed_by: string | null; notes: string | null; context?: unknown; metadata?: unknown; at: string; spent_ms: number | null; version: string; hash: string }
  VerifiedHistory: { ok: boolean; broken_at: string | null; problem: string | null; rows: number }
  Event: { id: string; name: string; key: string; data?: unknown; emitted_at: string; keep_until: string; dedupe_id: string | null; matched: number; spreading: boolean; started: readonly (string)[] }
  Approval: { id: string; run_id: string; step_id: string; workflow_id: string; question: string; details?: unknown; assignees: readonly (string)[]; roles: readonly (string)[]; asked_at: string; expires_at: string | null }
  FailureGroup: { fingerprint: string; code: string; message: string; count: number; sample: string; first_at: string; last_at: string }
  BulkOperation: { id: string | null; verb: string; status: 'running' | 'completed' | 'cancelled'; matched: number; sample: readonly (string)[]; done: number; failed: number; failures: readonly ({ run_id: string | null; code: string; message: string })[]; by: string | null; created_at: string; ended_at: string | null }
  RunFilter: { workflow_id?: string | undefined; version?: string | undefined; statuses?: readonly ('pending' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled')[] | undefined; resource_id?: string | undefined; tags?: readonly (string)[] | undefined; queue?: string | undefined; parent_id?: string | undefined; created_after?: string | undefined; created_before?: string | undefined; ended_before?: string | undefined; fingerprint?: string | undefined; schedule_id?: string | undefined; run_ids?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined }
  Schedule: { id: string; workflow_id: string; cron: string | null; timezone: string | null; every: number | null; overlap: 'skip' | 'queue' | 'allow' | 'replace'; catch_up: 'none' | 'one' | 'all'; input?: unknown; declared_by: string | null; created_at: string; paused: boolean; paused_at: string | null; paused_by: string | null; pause_reason: string | null; next_runs: readonly (string)[]; last_run_at: string | null; last_run_id: string | null; waiting: number; skipped: number; problem: { code: string; message: string; at: string } | null; note: { code: string; message: string; at: string } | null }
  PutSchedule: { workflow_id: string; cron?: string | undefined; timezone?: string | undefined; every?: Shapes['Duration'] | undefined; overlap?: 'skip' | 'queue' | 'allow' | 'replace' | undefined; catch_up?: 'none' | 'one' | 'all' | undefined; input?: unknown; paused?: boolean | undefined; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; resource_id?: string | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; by?: string | undefined }
  Webhook: { id: string; direction: 'in' | 'out'; workflow_id: string | null; scheme: 'github' | 'stripe' | 'slack' | 'standard' | 'none'; path: string | null; tolerance: number | null; url: string | null; events: readonly (string)[] | null; active: boolean; declared_by: string | null; created_at: string; retention: number; secrets: number; counts: { rejected: number; errors: number; duplicates: number }; failures: number; failing_since: string | null; problem: { code: string; message: string; at: string } | null; secret?: string | null | undefined }
  PutWebhook: { workflow_id?: string | undefined; scheme?: 'github' | 'stripe' | 'slack' | 'standard' | 'none' | undefined; secret?: string | undefined; path?: string | undefined; tolerance?: Shapes['Duration'] | undefined; retention?: Shapes['Duration'] | undefined; active?: boolean | undefined; url?: string | undefined; events?: readonly (string)[] | undefined; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; resource_id?: string | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; by?: string | undefined }
  RotateWebhookSecret: { secret?: string | undefined; keep_old?: Shapes['Duration'] | undefined; by?: string | undefined }
  Delivery: { id: string; webhook_id: string; direction: 'in' | 'out'; received_at: string; status: 'accepted' | 'rejected' | 'error' | 'duplicate' | 'pending' | 'delivered' | 'failed'; reason: string | null; event: string | null; run_id: string | null; redelivery_of: string | null; delivery_key: string | null; attempts: number; answer: number | null; next_attempt_at: string | null; source_ip: string | null; headers: Record<string, string> | null; body?: string | null | undefined }
  Queue: { queue: string; ready: number; delayed: number; running: number; waiting: number; paused: number; oldest: string | null; workers: number }
  Limit: { scope: 'everything' | 'workflow' | 'queue'; name: string | null; rule: 'concurrency' | 'rate' | 'fairness' | 'pause'; limit: number | null; period_ms: number | null; burst: number | null; key: readonly (string)[] | null; running: number; waiting_keys: number; busiest: readonly ({ keys: Record<string, unknown>; running: number })[]; paused_at: string | null; paused_by: string | null; pause_reason: string | null }
  Worker: { id: string; host: string; pid: number; queues: readonly (string)[] | null; workflows: readonly ({ id: string; version: string })[]; graphs: readonly (string)[] | null; started_at: string; lease_until: string; draining: boolean; running: readonly ({ run_id: string; step_id: string; since: string })[] }
  Storage: { workflow_id: string; runs: number; live: number; journal_rows: number; bytes: number; estimated: boolean }
  NewApiKey: { id: string; name: string; scopes: readonly (string)[]; created_at: string; created_by: string; expires_at: string | null; revoked_at: string | null; last_used_at: string | null; key: string | null }
  ApiKey: { id: string; name: string; scopes: readonly (string)[]; created_at: string; created_by: string; expires_at: string | null; revoked_at: string | null; last_used_at: string | null }
  Member: { subject: string; email: string | null; name: string | null; roles: readonly (string)[]; created_at: string; changed_at: string }
  Secret: { name: string; key: string; created_at: string; changed_at: string; changed_by: string }
  Tenant: { slug: string; name: string; created_at: string; suspended_at: string | null; suspend_reason: string | null; deleting_at: string | null }
  Quota: { kind: string; most: number | null; own: boolean; used: number | null }
  AuditEntry: { id: string; at: string; subject: string; action: string; target: string | null; detail?: unknown }
  Metrics: { since: string; until: string; from: string; complete: boolean; total: number; by_status: Record<string, number>; durations: { count: number; avg: number | null; p50: number | null; p90: number | null; p95: number | null; p99: number | null; max: number | null }; by_workflow: readonly ({ workflow_id: string; count: number; completed: number; failed: number; cancelled: number; avg: number | null; p50: number | null; p90: number | null; p95: number | null; p99: number | null; max: number | null })[]; steps: readonly ({ workflow_id: string; step_id: string; type: string | null; ended: number; failed: number; rate: number; attempts: number; failed_attempts: number })[]; steps_of: number; queues: readonly ({ queue: string; ready: number; capped: boolean; oldest: string | null })[]; webhooks: { accepted: number; rejected: number; errors: number; duplicates: number; pending: number; delivered: number; failed: number; complete: boolean } }
}

/** What operations take and give. */
export type Operations = {
  startRun: { given: { query?: { wait?: string | undefined }; body: { workflow_id: string; input?: unknown; resource_id?: string | undefined; idempotency_key?: string | undefined; run_id?: string | undefined; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; delay?: Shapes['Duration'] | undefined; start_within?: Shapes['Duration'] | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; signal?: { event_name: string; data?: unknown; dedupe_id?: string | undefined } | undefined } }; answer: Shapes['Run'] }
  getRuns: { given: { query?: { workflow_id?: string | undefined; version?: string | undefined; status?: readonly ('pending' | 'running' | 'waiting' | 'paused' | 'completed' | 'failed' | 'cancelled')[] | undefined; resource_id?: string | undefined; tag?: readonly (string)[] | undefined; queue?: string | undefined; parent_id?: string | undefined; created_after?: string | undefined; created_before?: string | undefined; ended_before?: string | undefined; fingerprint?: string | undefined; schedule_id?: string | undefined; run_id?: readonly (string)[] | undefined; attributes?: string | undefined; order_by?: string | undefined; order?: 'asc' | 'desc' | undefined; limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined } }; answer: { data: readonly (Shapes['Run'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined; wait?: string | undefined } }; answer: Shapes['Run'] }
  startRuns: { given: { body: { workflow_id: string; runs: readonly ({ input?: unknown; resource_id?: string | undefined; idempotency_key?: string | undefined; run_id?: string | undefined; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; delay?: Shapes['Duration'] | undefined; start_within?: Shapes['Duration'] | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; signal?: { event_name: string; data?: unknown; dedupe_id?: string | undefined } | undefined })[] } }; answer: { data: readonly (Shapes['Run'])[] } }
  pauseRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined; reason?: string | undefined } }; answer: Shapes['Run'] }
  cancelRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined; reason?: string | undefined } }; answer: Shapes['Run'] }
  terminateRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined; reason?: string | undefined } }; answer: Shapes['Run'] }
  discardRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined; reason?: string | undefined } }; answer: Shapes['Run'] }
  resumeRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined } }; answer: Shapes['Run'] }
  retryRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { by?: string | undefined } }; answer: Shapes['Run'] }
  forkRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body: { from_step: string; input?: unknown; output?: unknown; version?: string | undefined; by?: string | undefined } }; answer: Shapes['Run'] }
  migrateRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body: { to_version: string; by?: string | undefined } }; answer: Shapes['Run'] }
  signalRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body: { event_name: string; data?: unknown; dedupe_id?: string | undefined } }; answer: Shapes['Run'] }
  fastForwardRun: { given: { params: { id: string }; query?: { resource_id?: string | undefined }; body?: { data?: unknown } }; answer: Shapes['Run'] }
  getTimeline: { given: { params: { id: string }; query?: { resource_id?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['TimelineEntry'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getProgress: { given: { params: { id: string }; query?: { resource_id?: string | undefined } }; answer: Shapes['Progress'] }
  getState: { given: { params: { id: string }; query?: { resource_id?: string | undefined } }; answer: { state: Record<string, unknown> } }
  getChildren: { given: { params: { id: string }; query?: { resource_id?: string | undefined; limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined } }; answer: { data: readonly (Shapes['Run'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  streamRunEvents: { given: { params: { id: string }; query?: { resource_id?: string | undefined; after?: string | undefined } }; answer: Shapes['RunEvent'] }
  streamDefinitionEvents: { given: { params: { id: string }; query?: { after?: string | undefined } }; answer: Shapes['RunEvent'] }
  streamEvents: { given: { query?: { after?: string | undefined } }; answer: Shapes['RunEvent'] }
  getLogs: { given: { params: { id: string }; query?: { resource_id?: string | undefined; limit?: number | undefined; starting_after?: string | undefined; step_id?: string | undefined; level?: 'debug' | 'info' | 'warn' | 'error' | undefined } }; answer: { data: readonly (Shapes['LogLine'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  checkDocument: { given: { body: { document: string | Record<string, unknown> } }; answer: { issues: readonly (Shapes['DocumentIssue'])[] } }
  dryRun: { given: { body: { document: string | Record<string, unknown>; input?: unknown } }; answer: { steps: readonly (Shapes['DryRunStep'])[] } }
  diffVersions: { given: { params: { id: string }; query: { from: string; to?: string | undefined } }; answer: { from: string; to: string; differences: readonly (string)[] } }
  getDefinitions: { given: { query?: { workflow_id?: string | undefined; kind?: 'graph' | 'flow' | 'machine' | undefined; trigger_type?: 'manual' | 'webhook' | 'cron' | undefined; active?: 'true' | 'false' | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['ListedDefinition'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getWorkflows: { given: {  }; answer: { data: readonly (Shapes['Workflow'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getDefinition: { given: { params: { id: string }; query?: { version?: string | undefined } }; answer: Shapes['Definition'] }
  putWorkflow: { given: { params: { id: string }; body: { document: string | Record<string, unknown>; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; retries?: number | undefined; timeout?: Shapes['Duration'] | undefined; limits?: Shapes['Limits'] | undefined } }; answer: { workflow_id: string; version: string; created: boolean; notes?: readonly (unknown)[] | undefined } }
  deleteWorkflow: { given: { params: { id: string }; query?: { leave_runs?: 'true' | 'false' | undefined } }; answer: { versions: number; live: number } }
  getVersions: { given: { params: { id: string } }; answer: { data: readonly (Shapes['Version'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  startRunOf: { given: { params: { id: string }; query?: { wait?: string | undefined }; body?: { input?: unknown; resource_id?: string | undefined; idempotency_key?: string | undefined; run_id?: string | undefined; version?: string | undefined; queue?: string | undefined; priority?: number | undefined; delay?: Shapes['Duration'] | undefined; start_within?: Shapes['Duration'] | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; signal?: { event_name: string; data?: unknown; dedupe_id?: string | undefined } | undefined } }; answer: Shapes['Run'] }
  deactivateWorkflow: { given: { params: { id: string }; body?: { reason?: string | undefined; by?: string | undefined } }; answer: { changed: boolean } }
  activateWorkflow: { given: { params: { id: string } }; answer: { changed: boolean } }
  countEntities: { given: { query: { machine: string; version?: string | undefined; table?: string | undefined } }; answer: { data: readonly (Shapes['StateCount'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getStateTimes: { given: { query: { machine: string; version?: string | undefined; state?: string | undefined; since?: string | undefined } }; answer: { data: readonly (Shapes['StateTimes'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getSlaBreaches: { given: { query: { machine: string; version?: string | undefined; table?: string | undefined; state?: string | undefined; limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined } }; answer: { data: readonly (Shapes['LateEntity'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  migrateEntities: { given: { body: { machine: string; from_version: string; to_version: string; mapping?: Record<string, string> | undefined; dry_run?: boolean | undefined; notes?: string | undefined; claimed_by?: string | undefined } }; answer: Shapes['EntityMigration'] }
  getEntities: { given: { query?: { machine?: string | undefined; version?: string | undefined; table?: string | undefined; entity_id?: string | undefined; state?: string | undefined; status?: 'live' | 'completed' | undefined; updated_after?: string | undefined; limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined } }; answer: { data: readonly (Shapes['Entity'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  startEntity: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined }; body?: { claimed_by?: string | undefined; notes?: string | undefined; context?: Record<string, unknown> | undefined; idempotency_key?: string | undefined; metadata?: Record<string, unknown> | undefined; version?: string | undefined; if_exists?: 'fail' | 'return' | undefined } }; answer: Shapes['StartedEntity'] }
  getEntity: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined } }; answer: Shapes['Entity'] }
  transitionEntity: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined }; body: { name?: string | undefined; to_state?: string | undefined; claimed_by?: string | undefined; notes?: string | undefined; context?: Record<string, unknown> | undefined; idempotency_key?: string | undefined; metadata?: Record<string, unknown> | undefined; set?: Record<string, unknown> | undefined; expected_state?: string | undefined } }; answer: Shapes['Transitioned'] }
  getEntityTransitions: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined } }; answer: { data: readonly (Shapes['EntityTransition'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getEntityHistory: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['EntityHistory'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  verifyEntityHistory: { given: { params: { machine: string; id: string }; query?: { table?: string | undefined } }; answer: Shapes['VerifiedHistory'] }
  getInstance: { given: { params: { id: string } }; answer: Shapes['Entity'] }
  transitionInstance: { given: { params: { id: string }; body: { name?: string | undefined; to_state?: string | undefined; claimed_by?: string | undefined; notes?: string | undefined; context?: Record<string, unknown> | undefined; idempotency_key?: string | undefined; metadata?: Record<string, unknown> | undefined; set?: Record<string, unknown> | undefined; expected_state?: string | undefined } }; answer: Shapes['Transitioned'] }
  getInstanceTransitions: { given: { params: { id: string } }; answer: { data: readonly (Shapes['EntityTransition'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getInstanceHistory: { given: { params: { id: string }; query?: { limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['EntityHistory'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  verifyInstanceHistory: { given: { params: { id: string } }; answer: Shapes['VerifiedHistory'] }
  emitEvent: { given: { body: { event_name: string; key: string; data?: unknown; dedupe_id?: string | undefined; keep_for?: Shapes['Duration'] | undefined } }; answer: { matched: number; started: readonly (string)[] } }
  getEvents: { given: { query?: { event_name?: string | undefined; key?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['Event'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getApprovals: { given: { query?: { assignee?: string | undefined; role?: readonly (string)[] | undefined; workflow_id?: string | undefined; run_id?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['Approval'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  answerApproval: { given: { params: { id: string }; body: { approved: boolean; data?: unknown; comment?: string | undefined; by?: string | undefined; roles?: readonly (string)[] | undefined } }; answer: null }
  getFailures: { given: { query?: { workflow_id?: string | undefined; version?: string | undefined; resource_id?: string | undefined; tag?: readonly (string)[] | undefined; queue?: string | undefined; parent_id?: string | undefined; created_after?: string | undefined; created_before?: string | undefined; ended_before?: string | undefined; fingerprint?: string | undefined; schedule_id?: string | undefined; run_id?: readonly (string)[] | undefined; attributes?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['FailureGroup'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  bulkCancel: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; reason?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkTerminate: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; reason?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkPause: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; reason?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkResume: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkRetry: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkDiscard: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; reason?: string | undefined } }; answer: Shapes['BulkOperation'] }
  bulkFork: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; from_step: string; version?: string | undefined; input?: unknown; output?: unknown } }; answer: Shapes['BulkOperation'] }
  bulkSignal: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; event_name: string; data?: unknown } }; answer: Shapes['BulkOperation'] }
  bulkMigrate: { given: { body: { where: Shapes['RunFilter']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; to_version: string } }; answer: Shapes['BulkOperation'] }
  getBulk: { given: { params: { id: string } }; answer: Shapes['BulkOperation'] }
  stopBulk: { given: { params: { id: string } }; answer: Shapes['BulkOperation'] }
  getSchedules: { given: { query?: { workflow_id?: string | undefined } }; answer: { data: readonly (Shapes['Schedule'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getSchedule: { given: { params: { id: string } }; answer: Shapes['Schedule'] }
  putSchedule: { given: { params: { id: string }; body: Shapes['PutSchedule'] }; answer: Shapes['Schedule'] }
  deleteSchedule: { given: { params: { id: string } }; answer: null }
  getNextTimes: { given: { params: { id: string }; query?: { count?: number | undefined } }; answer: { data: readonly (string)[] } }
  pauseSchedule: { given: { params: { id: string }; body?: { reason?: string | undefined; by?: string | undefined } }; answer: Shapes['Schedule'] }
  resumeSchedule: { given: { params: { id: string } }; answer: Shapes['Schedule'] }
  runSchedule: { given: { params: { id: string } }; answer: Shapes['Run'] }
  getWebhooks: { given: { query?: { workflow_id?: string | undefined; direction?: 'in' | 'out' | undefined } }; answer: { data: readonly (Shapes['Webhook'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getWebhook: { given: { params: { id: string } }; answer: Shapes['Webhook'] }
  putWebhook: { given: { params: { id: string }; body: Shapes['PutWebhook'] }; answer: Shapes['Webhook'] }
  deleteWebhook: { given: { params: { id: string } }; answer: null }
  rotateWebhookSecret: { given: { params: { id: string }; body?: Shapes['RotateWebhookSecret'] }; answer: Shapes['Webhook'] }
  getDeliveries: { given: { params: { id: string }; query?: { limit?: number | undefined; starting_after?: string | undefined; ending_before?: string | undefined; status?: 'accepted' | 'rejected' | 'error' | 'duplicate' | 'pending' | 'delivered' | 'failed' | undefined } }; answer: { data: readonly (Shapes['Delivery'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  getDelivery: { given: { params: { id: string; delivery_id: string } }; answer: Shapes['Delivery'] }
  redeliver: { given: { params: { id: string; delivery_id: string } }; answer: Shapes['Delivery'] }
  getQueues: { given: { query?: { queue?: string | undefined } }; answer: { data: readonly (Shapes['Queue'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  putQueue: { given: { params: { name: string }; body: Shapes['Limits'] }; answer: null }
  sendToQueue: { given: { params: { name: string }; body: { workflow_id: string; input?: unknown; resource_id?: string | undefined; idempotency_key?: string | undefined; run_id?: string | undefined; version?: string | undefined; priority?: number | undefined; delay?: Shapes['Duration'] | undefined; start_within?: Shapes['Duration'] | undefined; tags?: readonly (string)[] | undefined; attributes?: Record<string, unknown> | undefined; timeout?: Shapes['Duration'] | undefined; retries?: number | undefined; signal?: { event_name: string; data?: unknown; dedupe_id?: string | undefined } | undefined } }; answer: Shapes['Run'] }
  purgeQueue: { given: { params: { name: string }; body?: { dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined; reason?: string | undefined } }; answer: Shapes['BulkOperation'] }
  getLimits: { given: { query?: { workflow_id?: string | undefined; queue?: string | undefined } }; answer: { data: readonly (Shapes['Limit'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  pauseQueue: { given: { params: { name: string }; body?: { reason?: string | undefined; by?: string | undefined } }; answer: null }
  resumeQueue: { given: { params: { name: string } }; answer: null }
  pauseWorkflow: { given: { params: { id: string }; body?: { reason?: string | undefined; by?: string | undefined } }; answer: null }
  resumeWorkflow: { given: { params: { id: string } }; answer: null }
  pauseDispatch: { given: { body?: { reason?: string | undefined; by?: string | undefined } }; answer: null }
  resumeDispatch: { given: {  }; answer: null }
  getWorkers: { given: {  }; answer: { data: readonly (Shapes['Worker'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  drainWorkers: { given: { body: { worker_ids?: readonly (string)[] | undefined; all?: true | undefined } }; answer: { worker_ids: readonly (string)[] } }
  getStorage: { given: { query?: { workflow_id?: string | undefined } }; answer: { data: readonly (Shapes['Storage'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  prune: { given: { body: { where: Shapes['RunFilter']; older_than: Shapes['Duration']; dry_run?: boolean | undefined; per_second?: number | undefined; by?: string | undefined } }; answer: Shapes['BulkOperation'] }
  createKey: { given: { body: { name: string; scopes: readonly ('runs:read' | 'runs:write' | 'workflows:read' | 'workflows:write' | 'admin')[]; expires_in?: Shapes['Duration'] & unknown | undefined } }; answer: Shapes['NewApiKey'] }
  getKeys: { given: { query?: { limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['ApiKey'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  revokeKey: { given: { params: { id: string } }; answer: Shapes['ApiKey'] }
  getMembers: { given: { query?: { limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['Member'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  putMember: { given: { params: { subject: string }; body?: { roles?: readonly ('viewer' | 'operator' | 'admin')[] | undefined; email?: string | undefined; name?: string | undefined } }; answer: Shapes['Member'] }
  removeMember: { given: { params: { subject: string } }; answer: null }
  getSecrets: { given: { query?: { limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['Secret'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  putSecret: { given: { params: { name: string }; body: { value: string } }; answer: null }
  deleteSecret: { given: { params: { name: string } }; answer: null }
  registerTenant: { given: { body: { name: string } }; answer: { slug: string; name: string; created_at: string; suspended_at: string | null; suspend_reason: string | null; deleting_at: string | null; key: Shapes['NewApiKey'] } }
  getTenant: { given: {  }; answer: Shapes['Tenant'] }
  getQuotas: { given: {  }; answer: { data: readonly (Shapes['Quota'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  exportTenant: { given: {  }; answer: string }
  getAudit: { given: { query?: { subject?: string | undefined; action?: string | undefined; target?: string | undefined; limit?: number | undefined; starting_after?: string | undefined } }; answer: { data: readonly (Shapes['AuditEntry'])[]; next_cursor: string | null; prev_cursor: string | null; has_more: boolean; has_prev: boolean } }
  pruneAudit: { given: { body: { older_than: Shapes['Duration'] } }; answer: { pruned: number } }
  getMetrics: { given: { query?: { workflow_id?: string | undefined; since?: string | undefined; most?: number | undefined } }; answer: Shapes['Metrics'] }
}

/** Where operations are. */
export const ROUTES = {
  startRun: 'POST /api/runs',
  getRuns: 'GET /api/runs',
  getRun: 'GET /api/runs/{id}',
  startRuns: 'POST /api/runs/bulk',
  pauseRun: 'POST /api/runs/{id}/pause',
  cancelRun: 'POST /api/runs/{id}/cancel',
  terminateRun: 'POST /api/runs/{id}/terminate',
  discardRun: 'POST /api/runs/{id}/discard',
  resumeRun: 'POST /api/runs/{id}/resume',
  retryRun: 'POST /api/runs/{id}/retry',
  forkRun: 'POST /api/runs/{id}/fork',
  migrateRun: 'POST /api/runs/{id}/migrate',
  signalRun: 'POST /api/runs/{id}/signal',
  fastForwardRun: 'POST /api/runs/{id}/fast-forward',
  getTimeline: 'GET /api/runs/{id}/timeline',
  getProgress: 'GET /api/runs/{id}/progress',
  getState: 'GET /api/runs/{id}/state',
  getChildren: 'GET /api/runs/{id}/children',
  streamRunEvents: 'GET /api/runs/{id}/events',
  streamDefinitionEvents: 'GET /api/definitions/{id}/events',
  streamEvents: 'GET /api/events/stream',
  getLogs: 'GET /api/runs/{id}/logs',
  checkDocument: 'POST /api/definitions/check',
  dryRun: 'POST /api/definitions/dry-run',
  diffVersions: 'GET /api/definitions/{id}/diff',
  getDefinitions: 'GET /api/documents',
  getWorkflows: 'GET /api/definitions',
  getDefinition: 'GET /api/definitions/{id}',
  putWorkflow: 'PUT /api/definitions/{id}',
  deleteWorkflow: 'DELETE /api/definitions/{id}',
  getVersions: 'GET /api/definitions/{id}/versions',
  startRunOf: 'POST /api/definitions/{id}/runs',
  deactivateWorkflow: 'POST /api/definitions/{id}/deactivate',
  activateWorkflow: 'POST /api/definitions/{id}/activate',
  countEntities: 'GET /api/entities/counts',
  getStateTimes: 'GET /api/entities/times',
  getSlaBreaches: 'GET /api/entities/late',
  migrateEntities: 'POST /api/entities/migrate',
  getEntities: 'GET /api/entities',
  startEntity: 'POST /api/entities/{machine}/{id}',
  getEntity: 'GET /api/entities/{machine}/{id}',
  transitionEntity: 'POST /api/entities/{machine}/{id}/transition',
  getEntityTransitions: 'GET /api/entities/{machine}/{id}/transitions',
  getEntityHistory: 'GET /api/entities/{machine}/{id}/history',
  verifyEntityHistory: 'GET /api/entities/{machine}/{id}/verify',
  getInstance: 'GET /api/instances/{id}',
  transitionInstance: 'POST /api/instances/{id}/transition',
  getInstanceTransitions: 'GET /api/instances/{id}/transitions',
  getInstanceHistory: 'GET /api/instances/{id}/history',
  verifyInstanceHistory: 'GET /api/instances/{id}/verify',
  emitEvent: 'POST /api/events',
  getEvents: 'GET /api/events',
  getApprovals: 'GET /api/approvals',
  answerApproval: 'POST /api/approvals/{id}/answer',
  getFailures: 'GET /api/failures',
  bulkCancel: 'POST /api/bulk/cancel',
  bulkTerminate: 'POST /api/bulk/terminate',
  bulkPause: 'POST /api/bulk/pause',
  bulkResume: 'POST /api/bulk/resume',
  bulkRetry: 'POST /api/bulk/retry',
  bulkDiscard: 'POST /api/bulk/discard',
  bulkFork: 'POST /api/bulk/fork',
  bulkSignal: 'POST /api/bulk/signal',
  bulkMigrate: 'POST /api/bulk/migrate',
  getBulk: 'GET /api/bulk/{id}',
  stopBulk: 'POST /api/bulk/{id}/stop',
  getSchedules: 'GET /api/schedules',
  getSchedule: 'GET /api/schedules/{id}',
  putSchedule: 'PUT /api/schedules/{id}',
  deleteSchedule: 'DELETE /api/schedules/{id}',
  getNextTimes: 'GET /api/schedules/{id}/next',
  pauseSchedule: 'POST /api/schedules/{id}/pause',
  resumeSchedule: 'POST /api/schedules/{id}/resume',
  runSchedule: 'POST /api/schedules/{id}/run',
  getWebhooks: 'GET /api/webhooks',
  getWebhook: 'GET /api/webhooks/{id}',
  putWebhook: 'PUT /api/webhooks/{id}',
  deleteWebhook: 'DELETE /api/webhooks/{id}',
  rotateWebhookSecret: 'POST /api/webhooks/{id}/rotate',
  getDeliveries: 'GET /api/webhooks/{id}/deliveries',
  getDelivery: 'GET /api/webhooks/{id}/deliveries/{delivery_id}',
  redeliver: 'POST /api/webhooks/{id}/deliveries/{delivery_id}/redeliver',
  getQueues: 'GET /api/queues',
  putQueue: 'PUT /api/queues/{name}',
  sendToQueue: 'POST /api/queues/{name}',
  purgeQueue: 'POST /api/queues/{name}/purge',
  getLimits: 'GET /api/limits',
  pauseQueue: 'POST /api/queues/{name}/pause',
  resumeQueue: 'POST /api/queues/{name}/resume',
  pauseWorkflow: 'POST /api/definitions/{id}/pause',
  resumeWorkflow: 'POST /api/definitions/{id}/resume',
  pauseDispatch: 'POST /api/dispatch/pause',
  resumeDispatch: 'POST /api/dispatch/resume',
  getWorkers: 'GET /api/workers',
  drainWorkers: 'POST /api/workers/drain',
  getStorage: 'GET /api/storage',
  prune: 'POST /api/prune',
  createKey: 'POST /api/keys',
  getKeys: 'GET /api/keys',
  revokeKey: 'DELETE /api/keys/{id}',
  getMembers: 'GET /api/members',
  putMember: 'PUT /api/members/{subject}',
  removeMember: 'DELETE /api/members/{subject}',
  getSecrets: 'GET /api/secrets',
  putSecret: 'PUT /api/secrets/{name}',
  deleteSecret: 'DELETE /api/secrets/{name}',
  registerTenant: 'POST /api/tenants',
  getTenant: 'GET /api/tenant',
  getQuotas: 'GET /api/tenant/quotas',
  exportTenant: 'GET /api/tenant/export',
  getAudit: 'GET /api/audit',
  pruneAudit: 'POST /api/audit/prune',
  getMetrics: 'GET /api/metrics',
} as const satisfies Record<keyof Operations, string>
