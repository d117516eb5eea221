import type { JournalKind } from '../../src/model/journal.ts'
import { type Item, type Program, programOf, readInput } from './program.ts'
import type { World } from './world.ts'

export type RemainingRow = {
  readonly seq: number
  readonly at: Date
  readonly kind: JournalKind
  readonly name: string | null
  readonly data: string | null
}

/** What the database holds of a run when its history is over. */
export type Remains = {
  readonly run: string
  readonly createdAt: Date
  readonly input: string
  readonly parent: string | null
  /** The journal begins with a copy of that run's. */
  readonly retriedFrom: string | null
  readonly meta: Meta
  readonly program: Program
  readonly items: ReadonlyMap<string, Item>
  /** With the rows that were recorded with the outcome. */
  readonly journal: readonly RemainingRow[]
  readonly outcome: {
    readonly status: 'c' | 'f' | 'x'
    readonly at: Date
    readonly output: string | null
  } | null
  /** Tags that the run's transactions committed, by key. */
  readonly committed: ReadonlyMap<string, readonly string[]>
}

/** What a run is kept with, as far as it matters here. */
export type Meta = {
  readonly parent?: string
  readonly retried_from?: string
  readonly rules?: Partial<Record<'singleton' | 'throttle' | 'debounce' | 'batch', Rule>>
  readonly start_within_ms?: number
  readonly schedule?: string
  /** Of a run of a schedule: its time. */
  readonly scheduled_for?: string
}

/** A rule of starts, with the values of its key. */
export type Rule = {
  readonly key: Readonly<Record<string, unknown>>
  readonly on?: string
  readonly size?: number
  readonly period_ms?: number
}

type RunRow = {
  run: string
  created_at: Date
  input: string
  meta: string | null
  status: 'c' | 'f' | 'x' | null
  at: Date
  output: string | null
}

/** Reads all runs of a history. */
export async function readRemains(world: World): Promise<Map<string, Remains>> {
  const { lab, slot, base } = world
  const runs = await lab.ask<RunRow>(
    `select r.id as run, r.created_at, r.input, r.meta, o.status, o.at, o.output
     from millrace.runs r left join millrace.outcomes o on o.run_id = r.id
     where r.route_id = any ($1) and r.id >= $2 order by r.id`,
    [slot.routes, base],
  )
  const ids = runs.map(({ run }) => run)
  const rows = await lab.ask<RemainingRow & { run: string }>(
    `select u.id as run, j.* from unnest($1::bigint[]) u (id), lateral millrace.get_journal(u.id) j`,
    [ids],
  )
  const effects = await lab.ask<{ run: string; key: string; tag: string }>(
    'select run_id as run, key, tag from oracle.effects where run_id = any ($1)',
    [ids],
  )
  return new Map(runs.map((row) => [row.run, assemble(row, rows, effects)]))
}

function assemble(
  row: RunRow,
  rows: readonly (RemainingRow & { run: string })[],
  effects: readonly { run: string; key: string; tag: string }[],
): Remains {
  const { run, created_at: createdAt, input, status, at, output } = row
  const meta = JSON.parse(row.meta ?? '{}') as Meta
  const program = programOf(readInput(input))
  const committed = new Map<string, string[]>()
  for (const { key, tag } of effects.filter((effect) => effect.run === run)) {
    committed.set(key, [...(committed.get(key) ?? []), tag])
  }
  return {
    run,
    createdAt,
    input,
    parent: meta.parent ?? null,
    retriedFrom: meta.retried_from ?? null,
    meta,
    program,
    items: new Map(program.stages.flat().map((item) => [item.key, item])),
    journal: rows.filter((each) => each.run === run),
    outcome: status === null ? null : { status, at, output },
    committed,
  }
}
