import type { Evidence } from './evidence.ts'
import type { Entry } from './ledger.ts'
import { STEPS } from './orders.ts'

/** A promise that was broken, and the cases that show it. */
export type Violation = { readonly promise: string; readonly cases: readonly string[] }

/** What the demo promises; each check gives the cases that break it. */
const promises: readonly [promise: string, check: (evidence: Evidence) => string[]][] = [
  ['every run that was started is there, and no other', checkRuns],
  ['every run completed', checkCompleted],
  ['every step has one result', checkResults],
  ['no completed step ran again', checkNoneAgain],
  ['a step was repeated only because its worker died', checkRepeats],
  ['every transactional effect happened exactly once', checkReservations],
  ['the stock is short of what was reserved, and of no more', checkStock],
  ['the bank was paid once for each order', checkPayments],
  ['the worker was killed while runs were in its hands', checkKills],
]

/** Compares what the engine recorded with what the others saw. Nothing, if all is well. */
export function audit(evidence: Evidence): Violation[] {
  return promises
    .map(([promise, check]) => ({ promise, cases: check(evidence) }))
    .filter(({ cases }) => cases.length > 0)
}

function checkRuns({ started, runs, entries }: Evidence): string[] {
  const known = new Set(started)
  const seen = new Set([...runs.keys(), ...entries.map(({ run }) => run)])
  return [
    ...started.filter((run) => !runs.has(run)).map((run) => `run ${run} is not there`),
    ...[...seen].filter((run) => !known.has(run)).map((run) => `nobody started run ${run}`),
  ]
}

function checkCompleted({ started, runs }: Evidence): string[] {
  return started.flatMap((run) => {
    const { status, error } = runs.get(run) ?? { status: 'completed', error: null }
    return status === 'completed' ? [] : [`run ${run} is ${status}${error ? `: ${error}` : ''}`]
  })
}

function checkResults({ started, recorded }: Evidence): string[] {
  const results = group(recorded)
  return started.flatMap((run) =>
    STEPS.flatMap((step) => {
      const n = results.get(key({ run, step }))?.length ?? 0
      return n === 1 ? [] : [`${key({ run, step })} has ${n} results`]
    }),
  )
}

/**
 * The result that was recorded names, by its receipt, the entry that made it. That has to be the
 * last one: a handler that was entered after it ran although its step had its result.
 */
function checkNoneAgain({ recorded, entries }: Evidence): string[] {
  const entered = group(entries)
  return recorded.flatMap(({ run, step, receipt }) => {
    const all = entered.get(key({ run, step })) ?? []
    const made = all.findIndex((entry) => entry.receipt === receipt)
    if (made < 0) return [`${key({ run, step })} has a result that none of its attempts made`]
    return all.slice(made + 1).map((entry) => `${describe(entry)}, which had its result already`)
  })
}

/**
 * Entries before the last are those of processes that died before they had recorded a result: each
 * of another process, and each of these dead.
 */
function checkRepeats({ entries, dead }: Evidence): string[] {
  return [...group(entries).values()].flatMap((all) =>
    all.slice(0, -1).flatMap((entry, i) => {
      const next = all[i + 1] as Entry
      if (!dead.has(entry.pid)) return [`${describe(next)}, although process ${entry.pid} lived`]
      const same = all.slice(i + 1).some(({ pid }) => pid === entry.pid)
      return same ? [`${describe(next)}, again by the same process`] : []
    }),
  )
}

function checkReservations({ started, reservations, recorded }: Evidence): string[] {
  const rows = groupBy(reservations, ({ run }) => run)
  const results = group(recorded)
  const known = new Set(started)
  return [
    ...[...rows.keys()].filter((run) => !known.has(run)).map((run) => `nobody ordered ${run}`),
    ...started.flatMap((run) => {
      const [row, ...more] = rows.get(run) ?? []
      if (!row || more.length > 0)
        return [`run ${run} has ${row ? 1 + more.length : 0} reservations`]
      const [result] = results.get(key({ run, step: 'reserve' })) ?? []
      return result && result.receipt !== row.receipt
        ? [`run ${run} has the reservation of another attempt than its journal says`]
        : []
    }),
  ]
}

function checkStock({ stock: { gone, reserved } }: Evidence): string[] {
  return gone === reserved ? [] : [`${reserved} pieces are reserved, ${gone} are gone`]
}

function checkPayments({ started, payments }: Evidence): string[] {
  return payments === started.length ? [] : [`${payments} payments for ${started.length} orders`]
}

function checkKills({ kills: { wanted, done } }: Evidence): string[] {
  if (done >= wanted) return []
  return [`${done} of ${wanted} kills: the runs were over too soon; start more with --orders`]
}

type Step = { readonly run: string; readonly step: string }

function key({ run, step }: Step): string {
  return `step "${step}" of run ${run}`
}

function group<T extends Step>(items: readonly T[]): Map<string, T[]> {
  return groupBy(items, key)
}

/** Map.groupBy, which Node has from 21 on. */
function groupBy<T>(items: readonly T[], name: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const members = groups.get(name(item))
    if (members) members.push(item)
    else groups.set(name(item), [item])
  }
  return groups
}

function describe(entry: Entry): string {
  return `process ${entry.pid} entered ${key(entry)} (ledger entry ${entry.seq})`
}
