import { WorkflowEngine } from '../worker/workflow-engine.ts'
import { approveAll } from './approvals.ts'
import { audit } from './audit.ts'
import { Counter } from './census.ts'
import { gather } from './evidence.ts'
import { Ledger } from './ledger.ts'
import { type DemoOptions, type DemoPlan, planDemo } from './options.ts'
import { orderWorkflow } from './orders.ts'
import { openPlace, type Place } from './place.ts'
import { table, verdict } from './report.ts'
import { count, Screen } from './screen.ts'
import { Shop } from './shop.ts'
import { Show } from './show.ts'
import { Stopped, stopSignal } from './stop-signal.ts'
import { WorkerProcess } from './worker-process.ts'

export { type DemoFlag, type DemoOptions, demoFlags } from './options.ts'

/**
 * Runs a thousand orders, kills their worker twice meanwhile, and checks what became of them.
 * @returns the exit code: 0 only if every run completed, every transactional effect is there exactly
 *   once, and no completed step ran twice
 * @throws InvalidInputError for an option
 */
export async function runDemo(options: DemoOptions = {}): Promise<number> {
  const plan = planDemo(options)
  const screen = new Screen(options.output ?? process.stdout, plan.orders)
  const stop = stopSignal()
  try {
    return await inPlace(plan, screen, stop.signal)
  } catch (error) {
    screen.clear()
    const { reason } = stop.signal // whatever failed since then failed because of that
    if (!(reason instanceof Stopped)) throw error
    screen.say(`The demo was ${reason.message}; all that it made is removed.`)
    return reason.exitCode
  } finally {
    stop.dispose()
  }
}

async function inPlace(plan: DemoPlan, screen: Screen, signal: AbortSignal): Promise<number> {
  screen.say(plan.databaseUrl ? 'Connecting …' : 'Starting a Postgres of its own …')
  const place = await openPlace(plan.databaseUrl)
  let keep = false
  try {
    const code = await perform(place, plan, screen, signal)
    keep = plan.keep
    if (keep) screen.say(`\nKept. ${place.remains}`)
    return code
  } finally {
    await place.leave(keep)
  }
}

async function perform(
  place: Place,
  plan: DemoPlan,
  screen: Screen,
  signal: AbortSignal,
): Promise<number> {
  const { connectionString, schema, shopSchema } = place
  const { leaseSeconds, concurrency } = plan
  const shop = new Shop(connectionString, shopSchema)
  const ledger = new Ledger(connectionString, shopSchema)
  const counter = new Counter(connectionString, schema, ledger)
  const order = orderWorkflow(shop, ledger)
  const client = new WorkflowEngine({ connectionString, schema, workflows: [order] })
  const worker = new WorkerProcess(
    { connectionString, schema, shopSchema, leaseSeconds, concurrency },
    (line) => screen.tell(line),
  )
  const closing = new AbortController()
  let approving = Promise.resolve()
  try {
    signal.throwIfAborted()
    await client.start(false)
    await shop.create()
    await ledger.create()
    await worker.start()
    introduce(place, plan, screen, worker.pid)

    const show = new Show({ plan, client, order, worker, counter, screen })
    approving = approveAll(client, shop, show.early, closing.signal)
    const seconds = await Promise.race([
      show.run(AbortSignal.any([signal, closing.signal])),
      approving.then(never),
    ])
    screen.clear()
    await worker.stop('SIGTERM')

    const { started, held } = show
    const kills = { wanted: plan.kills, done: held.length }
    const evidence = await gather({ client, ledger, shop }, { started, dead: worker.dead, kills })
    const violations = audit(evidence)
    screen.say(`\n${table(evidence, { seconds, held })}\n`)
    screen.say(verdict(violations))
    if (violations.length > 0 && !plan.keep)
      screen.say('With --keep the database stays, to look at.')
    return violations.length === 0 ? 0 : 1
  } finally {
    closing.abort()
    await worker.stop('SIGKILL')
    await approving.catch(() => {})
    await Promise.all([client.stop(), counter.close(), ledger.close(), shop.close()])
  }
}

function introduce(place: Place, plan: DemoPlan, screen: Screen, pid: number): void {
  const times = { 0: 'not at all', 1: 'once', 2: 'twice' }[plan.kills] ?? `${plan.kills} times`
  screen.say(
    `${count(plan.orders)} orders on ${place.what}. Each is validated, charged, reserved, waits for
its approval, sleeps, and is shipped. Their worker, process ${pid}, is killed ${times} meanwhile.
Its lease is ${plan.leaseSeconds} s here (15 s by default), so that its death is noticed soon.\n`,
  )
}

function never(): Promise<never> {
  return new Promise(() => {})
}
