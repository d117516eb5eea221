import { setTimeout as pause } from 'node:timers/promises'
import {
  advanceTasks,
  type Claim,
  claimTasks,
  heldTasks,
  type LeasedTask,
} from '../../src/kernel/tasks.ts'
import { registerWorker, renewLease, stopWorker } from '../../src/kernel/workers.ts'
import type { Verdict } from '../../src/model/journal.ts'
import { problemsOf } from './claimed.ts'
import { type FaultyDatabase, Lost } from './faulty-database.ts'
import { makeHands } from './hands.ts'
import { type Draft, describeWrite, Owner } from './owner.ts'
import type { Random } from './random.ts'
import { transact } from './transaction.ts'
import { isRefusal, type World } from './world.ts'

/** Far longer than a history. Registrations whose reply was lost are nobody's, and go when it is over. */
const LEASE_MS = 600_000
const CAPACITY = 4
/** The process is gone; whatever it knew is too. */
class Died extends Error {}

/**
 * A worker process: claims runs, owns them by the rules of Owner, and dies at any moment. A zombie goes
 * on after its lease is over: what it does outside is its own fault, but nothing it writes may count.
 */
export class Worker {
  readonly world: World
  readonly name: string
  readonly random: Random
  readonly owners = new Map<string, Owner>()
  /** Leased ahead of their time, and when that was asked for. */
  readonly #early = new Map<string, { task: LeasedTask; asked: number }>()
  readonly db: FaultyDatabase
  id = ''
  zombie = false
  #epoch = 0
  #sendings = 0
  readonly #ends = new Map<number, string>()
  #turns = 0

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
    this.random = world.random.fork(name)
    this.db = world.database(name)
  }

  /** Lives until it dies, is stopped, or everything is over. */
  async live(): Promise<void> {
    try {
      this.id = (
        await this.world.surely(() =>
          registerWorker(this.db, this.world.lab.tenant, LEASE_MS, INFO, '0'),
        )
      ).answer
      this.note(`is worker ${this.id}`)
      while (await this.#turn()) this.#turns++
    } catch (error) {
      if (error instanceof Died) await this.#expire('died')
      else if (isRefusal(error)) this.note('is not registered any more')
      else {
        this.world.broke(this.name, error)
        await this.#expire('broke')
      }
    }
  }

  note(what: string): void {
    this.world.ledger.note(this.name, what)
  }
  dieBy(probability: number): void {
    if (this.world.phase === 'chaos' && this.random.chance(probability)) throw new Died()
  }

  async #turn(): Promise<boolean> {
    this.dieBy(0.015)
    if (this.world.phase === 'chaos') await this.#misbehave()
    this.#ripen()
    const has = this.owners.size + this.#early.size
    if (this.world.phase === 'over' && (has === 0 || this.random.chance(0.1))) return this.#stop()
    if (this.zombie) {
      if (has === 0) return false
      await pause(this.random.next() * 40) // others shall have taken its runs meanwhile
    } else if (this.owners.size < CAPACITY && this.world.phase !== 'over') await this.#claim()
    if (this.owners.size === 0) await pause(8 + this.random.next() * 25)
    for (const owner of [...this.owners.values()]) {
      if (this.random.chance(0.7)) await transact(this, owner)
    }
    await this.#advance()
    return true
  }

  async #misbehave(): Promise<void> {
    if (!this.zombie && this.random.chance(0.015)) {
      this.zombie = true
      await this.#expire('is a zombie')
      await pause(this.random.next() * 150) // as if the process had been stopped
    }
    if (this.random.chance(0.02)) await renewLease(this.db, this.id, LEASE_MS).catch(ignoreLoss)
  }

  /** The lease ends now: by the clock, as recover sees it. */
  async #expire(what: string): Promise<void> {
    this.note(`${what}, holding ${[...this.owners.keys()].join(' ')}`)
    this.world.lab.figures.add(`worker ${what}`)
    const text = 'update millrace.workers set expires_at = clock_timestamp() where id = $1'
    const late = this.random.next() * 5
    const { lab } = this.world
    const recoverSoon = this.zombie && this.random.chance(0.7)
    const end = async () => {
      await pause(late)
      await lab.ask(text, [this.id])
      this.world.dead.add(this.id)
      if (recoverSoon) await lab.ask('select millrace.recover()')
    }
    this.world.background(end())
  }

  async #stop(): Promise<false> {
    await this.#audit()
    await this.world.surely(() => stopWorker(this.db, this.id))
    this.note('stopped')
    return false
  }

  async #claim(): Promise<void> {
    const { ledger, lab, slot, phase } = this.world
    const sweep = phase !== 'chaos' || this.random.chance(0.5)
    const claim: Claim = {
      worker: this.id,
      epoch: this.#epoch,
      routes: slot.routes,
      after: slot.routes.map((route) => (sweep ? '0' : (this.#ends.get(route) ?? '0'))),
      want: this.random.between(1, CAPACITY),
      suspect: ![...this.owners.values()].some((owner) => owner.task.crashes >= 3),
      idle: this.random.chance(0.2),
      ahead: this.random.chance(0.5) ? CAPACITY : 0,
    }
    const asked = ledger.tick()
    try {
      const { tasks, ends } = await claimTasks(this.db, lab.tenant, claim)
      for (const [route, end] of ends) this.#ends.set(route, end)
      this.#adopt(tasks, asked)
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      this.dieBy(0.3)
      await this.#ask()
    }
    if (this.#turns % 16 === 15) await this.#audit()
  }

  /** The reply of a claim was lost: what came of it is looked up, and the claim must not come later. */
  async #ask(): Promise<void> {
    const { answer } = await this.world.surely(() =>
      heldTasks(this.db, this.world.lab.tenant, {
        worker: this.id,
        epoch: ++this.#epoch,
        after: '0',
        most: 1000,
      }),
    )
    this.world.lab.figures.add('held asked')
    this.#adopt(answer, 0) // leased whenever the lost claim was
    await this.#audit()
  }

  /** @param asked when the claim began; what is known since before that must hold in its reply */
  #adopt(tasks: readonly LeasedTask[], asked: number): void {
    for (const task of tasks) {
      if (this.#knows(task)) continue
      this.note(`owns ${task.run} fence ${task.fence} journal ${task.journal.length}`)
      this.world.ledger.owned(task.run, task.fence)
      if (task.dueAt === null) this.#begin(task, asked)
      else this.#early.set(task.run, { task, asked })
    }
  }

  #begin(task: LeasedTask, asked: number): void {
    this.#early.delete(task.run) // of an earlier lease
    for (const problem of problemsOf(task, this.world, asked)) this.world.ledger.violated(problem)
    this.owners.set(task.run, new Owner(task))
  }

  /** The database is of this machine: its clock is ours. */
  #ripen(): void {
    for (const { task, asked } of this.#early.values())
      if (Date.now() >= (task.dueAt as number)) this.#begin(task, asked)
  }

  #knows({ run, fence }: Pick<LeasedTask, 'run' | 'fence'>): boolean {
    const known = this.#early.get(run)?.task ?? this.owners.get(run)?.task
    return known?.fence === fence
  }

  /** Whatever is leased to this worker, it knows of. */
  async #audit(): Promise<void> {
    const text = "select run_id, fence from millrace.live where state = 'l' and worker_id = $1"
    const rows = await this.world.lab.ask<{ run_id: string; fence: string }>(text, [this.id])
    for (const { run_id: run, fence } of rows) {
      if (this.#knows({ run, fence })) continue
      this.world.ledger.violated(
        `run ${run} fence ${fence} is leased to ${this.name}, who never heard of it`,
      )
    }
  }

  async #advance(): Promise<void> {
    const hands = makeHands(this)
    const drafts: Draft[] = []
    for (const owner of this.owners.values()) {
      if (this.world.phase === 'chaos' && this.random.chance(0.25)) continue
      const draft = owner.next(hands)
      if (draft) drafts.push(draft)
    }
    if (drafts.length === 0) return
    this.dieBy(0.02) // the effects are done, and nothing of them is recorded
    if (this.random.chance(0.5)) await this.write(drafts)
    else for (const draft of drafts) await this.write([draft])
    this.dieBy(0.015)
  }

  /** Sends drafts until they are answered, and heeds what the kernel says. */
  async write(drafts: readonly Draft[]): Promise<void> {
    const { ledger, lab } = this.world
    const advances = drafts.map(({ advance }) => advance)
    const overtaken = advances.map(({ run, fence }) => ledger.isOvertaken(run, fence))
    for (const { advance, after } of drafts) {
      ledger.asked(advance, (key) => after.entry(key).failures)
      this.note(`says ${advance.run} ${describeWrite(advance)}`)
    }
    const { answer, times } = await this.world.surely(async () => {
      this.dieBy(0.01)
      return advanceTasks(this.db, lab.tenant, advances, { stamp: ++this.#sendings })
    })
    drafts.forEach((draft, i) => {
      const verdict = answer[i] as Verdict
      if (overtaken[i] && verdict.kind !== 'stale') {
        ledger.violated(
          `run ${draft.advance.run} took a write of fence ${draft.advance.fence}, after a later one`,
        )
      }
      this.heed(draft, verdict, times)
    })
  }

  heed(draft: Draft, verdict: Verdict, times: number): void {
    const { ledger, lab } = this.world
    const { run, rows, tail = [], waits = [], op } = draft.advance
    const news =
      verdict.kind === 'news' ? ` ${verdict.rows.map((row) => row.kind + row.name).join(' ')}` : ''
    this.note(`hears ${run} ${verdict.kind}${news}${times > 1 ? ` (sent ${times} times)` : ''}`)
    for (const { kind, name } of verdict.kind === 'news' ? verdict.rows : []) {
      if (ledger.isEarly(run, kind, name)) ledger.violated(`run ${run} ended "${name}" too early`)
    }
    const results = [...rows, ...tail].filter((row) => 'ref'.includes(row.kind))
    const undone = rows.filter(({ kind }) => kind === 'n')
    if (verdict.kind === 'undo') lab.figures.add('writes refused for undos')
    else if (verdict.kind === 'stale') {
      if (times === 1) for (const row of results) ledger.refused.add(row.data as string)
      lab.figures.add('stale writes refused')
    } else {
      for (const row of results)
        if (row.kind !== 'e') ledger.acknowledged.set(`${run}/${row.name}`, row.data as string)
      for (const { name, data } of undone)
        ledger.acknowledged.set(`${run}/$undo:${name}`, data as string)
      if ('kwp'.includes(op)) ledger.kept(run, waits)
      if (verdict.kind === 'paused' && (op === 'c' || op === 'f'))
        ledger.violated(`run ${run} ended, but its owner hears paused`)
    }
    const owner = this.owners.get(run)
    if (owner && !owner.heed(draft, verdict)) this.owners.delete(run)
  }
}

const INFO = { host: 'crash', pid: 0, queues: null, workflows: [] }

function ignoreLoss(error: unknown): void {
  if (!(error instanceof Lost)) throw error
}
