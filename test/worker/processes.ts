import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { WorkflowEngine } from '../../src/worker/workflow-engine.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { collect } from '../support/engine.ts'
import { openPool } from '../support/pool.ts'

/** Worker processes and a client, in a database of their own. */
export type Processes = {
  readonly db: TestDatabase
  readonly client: WorkflowEngine
  readonly log: string[]
  /** Starts a worker process, and waits until it works. */
  spawn(options?: object): Promise<ChildProcess>
  /** What ran, in order. */
  effects(): Promise<Effect[]>
  /** Steps that began again although their result was recorded: there must be none. */
  repeats(): Promise<unknown[]>
  /** Lets the workflow `held` go on. */
  tell(what: string): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type Effect = { run: string; step: string; attempt: number; pid: number }

/** @param at another server than that of all tests */
export async function startProcesses(at?: { url: string }): Promise<Processes> {
  const db = at ? null : await createDatabase({ testClock: false })
  const url = at?.url ?? (db as TestDatabase).url
  const log: string[] = []
  const client = new WorkflowEngine({ connectionString: url, logger: collect(log) })
  await client.start(false)
  const pool = openPool({ connectionString: url, max: 2 })
  await pool.query(`create table if not exists effects (
      n serial, run text, step text, attempt int, pid int, at timestamptz);
    create table if not exists told (what text);
    create table if not exists places (
      n serial, run text, customer text, pid int, began timestamptz, ended timestamptz)`)
  const children: ChildProcess[] = []
  return {
    db: db as TestDatabase,
    client,
    log,
    async spawn(options = {}) {
      const child = startWorker({ url, lease: '2 s', pollInterval: 100, ...options }, log)
      children.push(child)
      await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(() => Promise.reject(new Error(`it ended: ${log.join('\n')}`))),
      ])
      return child
    },
    effects: async () =>
      (await pool.query<Effect>('select run, step, attempt, pid from effects order by n')).rows,
    repeats: async () =>
      (
        await pool.query(
          `select e.run, e.step, e.pid, e.at, c.at as recorded_at from effects e
           join millrace.checkpoints c on c.run_id = millrace.run_number(e.run::uuid) and c.name = e.step and c.kind = 'r'
           where date_trunc('milliseconds', e.at) > date_trunc('milliseconds', c.at)`,
        )
      ).rows,
    async tell(what) {
      await pool.query('insert into told values ($1)', [what])
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await client.stop()
      await pool.end()
      await db?.drop()
    },
  }
}

/** Kills the worker that has the most runs. */
export async function killTheBusy({ db }: Processes, workers: readonly ChildProcess[]) {
  const busiest = `select (w.info ->> 'pid')::int from millrace.workers w join millrace.live l on l.worker_id = w.id
    group by w.id order by count(*) desc limit 1`
  const pid = await db.value<number | undefined>(busiest)
  workers.find((worker) => worker.pid === pid)?.kill('SIGKILL')
}

function startWorker(options: object, log: string[]): ChildProcess {
  const file = fileURLToPath(new URL('./fixtures/worker.js', import.meta.url))
  const child = fork(file, [JSON.stringify(options)], { execArgv: [], stdio: 'pipe' })
  child.stdout?.on('data', (data) => log.push(String(data)))
  child.stderr?.on('data', (data) => log.push(String(data)))
  return child
}
