import { expect } from 'vitest'
import type { Database } from '../../../src/kernel/database.ts'
import { fastForwardRun, operateRun, startRuns, takeIds } from '../../../src/kernel/runs.ts'
import {
  type Advance,
  advanceTasks,
  claimTasks,
  type LeasedTask,
} from '../../../src/kernel/tasks.ts'
import { recover, registerWorker, stopWorker } from '../../../src/kernel/workers.ts'
import type { JournalRow } from '../../../src/model/journal.ts'
import { encodeRunId } from '../../../src/model/run-id.ts'
import type { TestDatabase } from '../../support/database.ts'
import type { Answer, Life } from './life.ts'

const INFO = { host: 'model', pid: 0, queues: null, workflows: [] }

/** The real run, and the worker that owns it at times. */
export class Subject {
  readonly #database: TestDatabase
  readonly #db: Database
  readonly #tenant: number
  readonly #route: number
  readonly #run: string
  #worker: string | null = null
  #task: LeasedTask | null = null
  #length = 0
  #keys = 0
  #signals = 0

  private constructor(
    database: TestDatabase,
    db: Database,
    tenant: number,
    route: number,
    run: string,
  ) {
    this.#database = database
    this.#db = db
    this.#tenant = tenant
    this.#route = route
    this.#run = run
  }

  /** Starts a run on a route of its own. */
  static async start(
    database: TestDatabase,
    db: Database,
    tenant: number,
    route: number,
  ): Promise<Subject> {
    const run = String((await takeIds(db)) + 1n)
    await startRuns(db, tenant, [{ id: run, route, delayMs: null, input: null, meta: null }])
    return new Subject(database, db, tenant, route, run)
  }

  newKey(): string {
    return `step ${++this.#keys}`
  }

  async claim(expected: boolean): Promise<void> {
    this.#worker ??= await registerWorker(this.#db, this.#tenant, 3_600_000, INFO, '0')
    const call = { worker: this.#worker, epoch: 0, routes: [this.#route], after: ['0'], want: 5 }
    const { tasks } = await claimTasks(this.#db, this.#tenant, {
      ...call,
      suspect: true,
      idle: false,
    })
    expect(tasks.length, 'claimed').toBe(expected ? 1 : 0)
    const [task] = tasks
    if (!task) return
    this.#task = task
    this.#length = task.journal.length
  }

  async say(
    part: Pick<Advance, 'op' | 'rows' | 'waits' | 'output'>,
    expected: Answer,
  ): Promise<void> {
    const { run, task, fence } = this.#task as LeasedTask
    const length = this.#length + part.rows.length
    const [verdict] = await advanceTasks(this.#db, this.#tenant, [
      { ...part, run, task, fence, parent: null, length },
    ])
    expect(verdict?.kind, 'verdict').toBe(expected)
    this.#length = length
    if (verdict?.kind === 'news')
      this.#length += verdict.rows.filter(({ kind }) => kind !== '~').length
  }

  async end(op: 'c' | 'f', tail: JournalRow[]): Promise<void> {
    const { run, task, fence } = this.#task as LeasedTask
    const change = { op, rows: [], tail, output: '{}', length: this.#length }
    const [verdict] = await advanceTasks(this.#db, this.#tenant, [
      { ...change, run, task, fence, parent: null },
    ])
    expect(verdict?.kind, 'verdict').toBe('done')
  }

  async advanceClock(ms: number): Promise<void> {
    await this.#database.advanceClock(ms)
    await this.#db.call('select millrace.tick()', [])
  }

  async signal(name: string, expected: boolean): Promise<void> {
    const id = `signal ${++this.#signals}`
    const values = [this.#tenant, [this.#run], [id], [name], [null]]
    const text = 'select accepted from millrace.send_signals($1, $2, $3, $4, $5)'
    const [row] = await this.#db.call<{ accepted: boolean }>(text, values)
    expect(row?.accepted, 'accepted').toBe(expected)
  }

  async operate(
    operation: 'pause_workflow' | 'resume_workflow' | 'cancel_workflow',
    allowed: boolean,
  ): Promise<void> {
    const call = operateRun(this.#db, operation, encodeRunId(BigInt(this.#run)), {})
    if (allowed) await call
    else await expect(call).rejects.toMatchObject({ code: 'MR011' })
  }

  async fastForward(): Promise<void> {
    await fastForwardRun(this.#db, encodeRunId(BigInt(this.#run)), null, {})
  }

  /** @param held the worker has the run: only then is it worth a death */
  async lose(died: boolean, held: boolean): Promise<void> {
    if (this.#worker === null || !held) return
    if (died) {
      const text = 'update millrace.workers set expires_at = clock_timestamp() where id = $1'
      await this.#database.query(text, [this.#worker])
      await recover(this.#db)
    } else await stopWorker(this.#db, this.#worker)
    this.#worker = null
  }

  /** Status, journal and number of deaths are those of the model. */
  async compare(life: Life): Promise<void> {
    const [real] = await this.#database.query<{
      status: string
      journal: string[]
      deaths: number
    }>(
      `select millrace.get_run($2) ->> 'status' as status, (select l.crashes from millrace.live l where l.run_id = $1) as deaths,
              array(select j.kind::text || ' ' || coalesce(j.name, '') from millrace.get_journal($1) j) as journal`,
      [this.#run, encodeRunId(BigInt(this.#run))],
    )
    const { status, journal } = life
    expect(real, 'the run').toMatchObject({ status, journal })
    if (life.alive && life.state !== 'leased') expect(real?.deaths, 'deaths').toBe(life.deaths)
  }
}
