import { getWorkflows } from '../../kernel/definitions.ts'
import { getRuns, type RunJson } from '../../kernel/runs.ts'
import { inSchema } from '../../kernel/schema-name.ts'
import { getWorkers, type WorkerRow } from '../../kernel/workers.ts'
import { count, versionWord } from '../show/words.ts'
import { type Check, ok, type Patient, skip, type Verdict, warn } from './check.ts'

/** Reasons for which the system itself pauses a run. */
const systemReasons: readonly RunJson['reason'][] = [
  'poison',
  'history_mismatch',
  'limit',
  'undo_failed',
]

/** Routes that are named in one finding. */
const SHOWN = 10

/** Whether somebody does the work. */
export const workers: Check = {
  name: 'workers',
  async look(patient) {
    const { all, alive } = await readWorkers(patient)
    const lapsed = all.length - alive.length
    const idle = alive.length > 0 ? '' : unfinished(numberOf(await liveRoutes(patient)))
    if (lapsed > 0) {
      const text = `${count(lapsed, 'worker')} died without a word; ${alive.length} alive.${idle}`
      return warn(text, 'Runs go on as soon as a worker lives: look why these died.')
    }
    if (alive.length > 0) return ok(`${count(alive.length, 'worker')} alive`)
    return warn(
      `No worker is alive.${idle}`,
      'Start one with "millrace worker", or "millrace dev".',
    )
  },
}

/** Runs that wait for a worker that does not exist: of a version or a queue that nobody takes. */
export const unserved: Check = {
  name: 'routes',
  async look(patient) {
    const { alive } = await readWorkers(patient)
    const routes = await liveRoutes(patient)
    if (routes.length === 0) return ok('no unfinished run')
    // that has one cause, and is told already
    if (alive.length === 0) return skip('no worker is alive that could take runs')
    const lonely = routes.filter((route) => !alive.some((worker) => serves(worker, route)))
    if (lonely.length > 0) return unservedRoutes(lonely)
    return ok('every unfinished run has a worker that can take it')
  },
}

async function readWorkers({ db, tenant }: Patient) {
  const all = await getWorkers(db, { tenant })
  return { all, alive: all.filter((worker) => worker.alive) }
}

type Route = { name: string; version: string; queue: string | null; live: number }

/** Routes with unfinished runs; without their queues for a role that may not read tables. */
async function liveRoutes({ db, tenant }: Patient): Promise<Route[]> {
  const text = `select w.name, w.version, r.queue, count(*)::int as live
    from millrace.live l join millrace.routes r on r.id = l.route_id
    join millrace.workflows w on w.id = r.workflow_id
    join millrace.tenants t on t.id = l.tenant_id
    where l.task = 0 and t.slug = $1 group by 1, 2, 3 order by 1, 2, 3`
  try {
    return (await db.pool.query<Route>(inSchema(text, db.schema), [tenant])).rows
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error
    const known = await getWorkflows(db, { tenant })
    return known
      .filter(({ live }) => live > 0)
      .map(({ id, version, live }) => ({ name: id, version, queue: null, live }))
  }
}

function serves({ info }: WorkerRow, { name, version, queue }: Route): boolean {
  const has =
    info.workflows.some((one) => one[0] === name && one[1] === version) ||
    // of many tenants' graphs it does not name them all
    (info.shared && info.graphs?.some((one) => one === '*' || one === name))
  return has === true && (queue === null || info.queues === null || info.queues.includes(queue))
}

function unservedRoutes(routes: readonly Route[]): Verdict {
  const [first] = routes as [Route]
  const live = numberOf(routes)
  if (routes.length === 1) {
    const runs = `${count(live, 'unfinished run')} of ${nameRoute(first)}`
    const text = `${runs}, and no worker for ${live === 1 ? 'it' : 'them'}.`
    return warn(text, `Start a worker that has ${nameRoute(first, ' and takes')}.`)
  }
  const shown = routes.slice(0, SHOWN).map((route) => `${route.live} of ${nameRoute(route)}`)
  const more = routes.length > SHOWN ? ', …' : ''
  return warn(
    `${live} unfinished runs, and no worker for them: ${shown.join(', ')}${more}.`,
    'Start workers that have these workflows and take these queues.',
  )
}

function nameRoute({ name, version, queue }: Route, takes = ' in queue'): string {
  return `${name} ${versionWord(version)}${queue === null || queue === 'default' ? '' : `${takes} "${queue}"`}`
}

function numberOf(routes: readonly Route[]): number {
  return routes.reduce((sum, { live }) => sum + live, 0)
}

function unfinished(runs: number): string {
  if (runs === 0) return ''
  return runs === 1 ? ' 1 run is unfinished.' : ` ${runs} runs are unfinished.`
}

/** Runs that the engine stopped because a person has to look. */
export const paused: Check = {
  name: 'paused runs',
  async look({ db, tenant }) {
    const { runs: listed } = await getRuns(db, { tenant, statuses: ['paused'], limit: 101 })
    const runs = listed.map(({ run }) => run)
    const stuck = runs.filter(({ reason }) => systemReasons.includes(reason))
    if (stuck.length === 0) return ok('the engine has paused no run')
    const first = stuck[0] as RunJson
    const number = runs.length > 100 ? `${stuck.length} or more` : String(stuck.length)
    return warn(
      `${number} paused by the engine; the newest is ${first.id} (${first.reason}).`,
      'See "millrace runs show <id>"; mend the cause, then "millrace runs resume <id>".',
    )
  },
}
