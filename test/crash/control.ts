import { setTimeout as pause } from 'node:timers/promises'
import {
  expireRuns,
  fastForwardRun,
  operateRun,
  type RunJson,
  type Start,
  startRuns,
  triggerEvent,
} from '../../src/kernel/runs.ts'
import { recover } from '../../src/kernel/workers.ts'
import { Actor } from './actor.ts'
import { sendMessages } from './messages.ts'
import { NAMES } from './program.ts'
import { isRefusal, uuid } from './world.ts'

const CALLS = {
  start: 26,
  signal: 26,
  event: 4,
  cancel: 5,
  terminate: 1,
  pause: 9,
  resume: 12,
  forward: 4,
  retry: 4,
  tick: 10,
  recover: 9,
  expire: 3,
} as const
type Call = keyof typeof CALLS

/** Somebody outside who starts, signals and disturbs runs, one call after the other, and insists on answers. */
export class Control extends Actor {
  #messages = 0

  async act(calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) {
      const { starts, children } = this.world.ledger
      const runs = [...starts.keys(), ...children]
      const call = runs.length === 0 ? 'start' : this.random.weighted(CALLS)
      const run = this.random.pick(runs)
      const known = starts.get(run)?.acknowledged === true
      try {
        await this.#call(call, run)
      } catch (error) {
        const absent = !known && (error as { code?: string }).code === 'MR041'
        if (!isRefusal(error) && !absent) this.world.broke(`${this.name} (${call})`, error)
      }
      await pause(this.random.next() * 4)
    }
  }

  async #call(call: Call, run: string): Promise<void> {
    const { world } = this
    world.ledger.note(this.name, `${call} ${call === 'start' ? '' : run}`)
    switch (call) {
      case 'start':
        return this.#start()
      case 'signal':
        return this.#signal(run)
      case 'event':
        return this.#event(run)
      case 'cancel':
        return this.#cancel(run)
      case 'terminate':
        return this.#terminate(run)
      case 'pause':
        return this.#pause(run)
      case 'resume':
        world.ledger.resumed.add(run)
        return void (await this.#operate('resume_workflow', run))
      case 'forward':
        world.ledger.forwarded.add(run)
        return void (await world.surely(() =>
          fastForwardRun(this.db, uuid(run), '{"forward":true}', {}),
        ))
      case 'retry':
        return this.#retry()
      case 'tick':
        return void (await world.surely(() => this.db.call('select millrace.tick(100)', [])))
      case 'recover':
        return void (await world.surely(() => recover(this.db)))
      case 'expire':
        return void (await world.surely(() => expireRuns(this.db)))
    }
  }

  async #operate(
    operation: 'pause_workflow' | 'resume_workflow' | 'cancel_workflow' | 'terminate_workflow',
    run: string,
  ): Promise<RunJson> {
    const options = { by: this.name }
    const { answer } = await this.world.surely(() =>
      operateRun(this.db, operation, uuid(run), options),
    )
    this.world.ledger.note(this.name, `${operation} ${run}: ${answer.status}`)
    return answer
  }

  async #pause(run: string): Promise<void> {
    await this.#operate('pause_workflow', run)
    this.world.ledger.paused.set(run, this.world.ledger.tick())
  }

  async #start(): Promise<void> {
    const { ledger, lab, slot } = this.world
    const starts = Array.from({ length: this.random.between(1, 2) }, () => this.#describe())
    for (const { id, input, delayMs, meta } of starts) {
      const { timeout_ms: timeoutMs, key } = JSON.parse(meta ?? '{}') as {
        timeout_ms?: number
        key?: string
      }
      const sent = {
        input: input as string,
        delayMs,
        timeoutMs: timeoutMs ?? null,
        key: key ?? null,
      }
      ledger.starts.set(id, { ...sent, sentAt: Date.now(), acknowledged: false })
      ledger.note(
        this.name,
        `starts ${id} ${input} ${meta ?? ''} delay ${delayMs} ${slot.workflow}`,
      )
    }
    const { answer } = await this.world.surely(() => startRuns(this.db, lab.tenant, starts))
    answer.forEach((started, i) => {
      const { id } = starts[i] as Start
      if (started.kind === 'made')
        (ledger.starts.get(id) as { acknowledged: boolean }).acknowledged = true
      else if (started.kind === 'existing') {
        const other = ledger.starts.get(started.run)
        if (!other || other.key !== ledger.starts.get(id)?.key)
          ledger.violated(`run ${id} was given ${started.run} instead`)
        ledger.starts.delete(id)
      } else ledger.violated(`start of ${id}: ${started.kind} ${started.run}`)
    })
  }

  #describe(): Start {
    const random = this.random
    const key = random.chance(0.1) ? `${this.world.base}-${random.pick(['x', 'y'])}` : null
    const timeout = random.chance(0.06) ? random.between(5, 60) : null
    const { limits, workflow } = this.world.slot
    const keys = limits && random.chance(0.7) ? { k: random.between(0, 2) } : null
    const meta = {
      ...(timeout ? { timeout_ms: timeout } : {}),
      ...(key ? { key } : {}),
      ...(keys ? { keys } : {}),
      ...(key || keys ? { workflow } : {}),
    }
    const id = this.world.drawId()
    return {
      id,
      route: random.pick(this.world.slot.routes),
      delayMs: random.chance(0.15) ? random.between(1, 10) : null,
      input: JSON.stringify({ seed: key ?? id, depth: 0, ...this.world.common }),
      meta: Object.keys(meta).length > 0 ? JSON.stringify(meta) : null,
    }
  }

  async #signal(run: string): Promise<void> {
    const runs = Array.from({ length: this.random.between(1, 2) }, () => run)
    const others = [...this.world.ledger.starts.keys()]
    if (this.random.chance(0.3)) runs.push(this.random.pick(others))
    const messages = runs.map((to) => this.#compose(to, this.random.pick(NAMES)))
    await sendMessages(this.world, this.db, messages)
  }

  #compose(run: string, name: string): { run: string; name: string; id: string } {
    return { run, name, id: `${this.name}-${++this.#messages}` }
  }

  async #event(run: string): Promise<void> {
    const { run: to, name, id } = this.#compose(run, this.random.pick(NAMES))
    const { ledger } = this.world
    const message = {
      id,
      run: to,
      name,
      sent: ledger.tick(),
      answered: null as number | null,
      accepted: false,
    }
    ledger.messages.set(`${run}/${id}`, message)
    await this.world.surely(() =>
      triggerEvent(
        this.db,
        { run: uuid(run), name, data: JSON.stringify({ id }) },
        { dedupe_id: id },
      ),
    )
    message.answered = ledger.tick()
    message.accepted = true
  }

  async #cancel(run: string): Promise<void> {
    const { status, phase } = await this.#operate('cancel_workflow', run)
    if (status === 'cancelled' || phase === 'undoing')
      this.world.ledger.cancelled.set(run, this.world.ledger.tick())
    else this.world.ledger.violated(`run ${run}: its cancel was acknowledged, but it is ${status}`)
  }

  async #terminate(run: string): Promise<void> {
    this.world.ledger.terminated.add(run)
    const { status } = await this.#operate('terminate_workflow', run)
    if (status === 'cancelled') this.world.ledger.cancelled.set(run, this.world.ledger.tick())
    else this.world.ledger.violated(`run ${run}: it was terminated, but it is ${status}`)
  }

  async #retry(): Promise<void> {
    const { ledger, lab, slot, base } = this.world
    const failed = await lab.ask<{ id: string }>(RETRYABLE, [slot.routes, base])
    if (failed.length === 0) return
    const { id } = this.random.pick(failed)
    ledger.unknownRetries++
    const { answer, times } = await this.world.surely(() =>
      operateRun(this.db, 'retry_workflow', uuid(id), {}),
    )
    if (times === 1) ledger.unknownRetries--
    const [made] = await lab.ask<{ id: string }>('select millrace.run_number($1) as id', [
      answer.id,
    ])
    ledger.retries.set((made as { id: string }).id, id)
    ledger.note(this.name, `retries ${id} as ${made?.id}`)
  }
}

const RETRYABLE = `
select r.id from millrace.runs r join millrace.outcomes o on o.run_id = r.id
where r.route_id = any ($1) and r.id >= $2 and o.status = 'f' order by r.id`
