import { DAY_MS } from './events.ts'
import type { Hands } from './owner.ts'
import type { Input } from './program.ts'
import type { Worker } from './worker.ts'

/** The hands of a worker's owners: what they do in the outside world, and what the ledger makes of it. */
export function makeHands(worker: Worker): Hands {
  const { random, world } = worker
  const { ledger, slot } = world
  return {
    chance: (probability) => random.chance(probability),
    wants: () => random.chance(world.phase === 'chaos' ? 0.7 : 0.95),
    attempt(owner, key, number) {
      const { run, fence } = owner.task
      const tag = JSON.stringify(`${run}|${key}|${number}|${fence}|${ledger.tick()}`)
      ledger.effects.set(tag, { run, key, fence: BigInt(fence) })
      if (!worker.zombie && ledger.acknowledged.has(`${run}/${key}`)) {
        ledger.violated(`run ${run} step "${key}" ran again although its result was acknowledged`)
      }
      const due = ledger.dueAt(run, `~${key}#${number - 1}`)
      if (due !== undefined && Date.now() < due && !ledger.forwarded.has(run)) {
        ledger.violated(`run ${run} step "${key}" was tried again ${due - Date.now()} ms too early`)
      }
      worker.note(`does ${run} "${key}" attempt ${number} fence ${fence}`)
      return tag
    },
    emission(owner, place, tag) {
      const id = world.drawId()
      const known = { ...place, by: owner.task.run, sent: ledger.tick(), answered: null }
      ledger.emissions.set(JSON.parse(tag) as string, { ...known, fate: 'open' })
      return { ...place, id, data: `{"id":${tag}}`, dedupeId: null, keepMs: DAY_MS }
    },
    child(owner, input: Input) {
      const meta = JSON.stringify({ parent: owner.task.run })
      const id = world.drawId()
      ledger.children.add(id)
      return { id, route: random.pick(slot.routes), input: JSON.stringify(input), meta }
    },
  }
}
