import { expect } from 'vitest'
import type { WorkflowClient } from '../../src/client/workflow-client.ts'
import type { TestDatabase } from './database.ts'

type Query = TestDatabase['query']

const act = { start: 'steps', input: { count: 1, ms: 1 } }

/** new -> asked -> done: three runs for each entity. `timed`: they move by themselves. */
export async function define(query: Query, name: string, timed: boolean) {
  const document = {
    workflow: { name },
    states: [
      { name: 'new', initial: true },
      { name: 'asked', on_enter: [act] },
      { name: 'done', final: true, on_enter: [act] },
    ],
    transitions: [
      { from: 'new', to: 'asked', name: 'ask', ...(timed ? { after: '0.2 s' } : {}) },
      {
        from: 'asked',
        to: 'done',
        name: 'end',
        actions: [act],
        ...(timed ? { after: '0.3 s' } : {}),
      },
    ],
  }
  await query('select * from millrace.define_machine($1)', [JSON.stringify(document)])
}

/** Starts entities, one after the other. */
export async function startSome(client: WorkflowClient, machine: string, count: number) {
  const ids: string[] = []
  for (let n = 0; n < count; n++)
    ids.push((await client.entity(machine, `e${n}`, { table: 't' }).start()).id)
  return ids
}

/** Every trail is whole and has three rows, and each of these has its runs, which each ran once. */
export async function check(
  query: Query,
  client: WorkflowClient,
  ids: readonly string[],
  by: string,
) {
  for (const instanceId of ids)
    expect(await client.verifyHistory({ instanceId })).toMatchObject({ ok: true, rows: 3 })
  const rows = await query<{ names: string[]; by: string[] }>(
    `select array_agg(transition order by seq) as names, array_agg(executed_by order by seq) as by
     from millrace.entity_history where instance_id = any ($1) group by instance_id`,
    [ids],
  )
  expect(rows.filter(({ names }) => names.join() !== ',ask,end')).toEqual([])
  expect(rows.filter((row) => row.by.slice(1).join() !== `${by},${by}`)).toEqual([])
  const keys = await query<{ key: string; noted: boolean }>(
    `select d.meta ->> 'key' as key, h.instance_id is not null as noted
     from millrace.run_details d left join millrace.entity_history h
       on h.instance_id = split_part(d.meta ->> 'key', ':', 2)::uuid and h.seq = split_part(d.meta ->> 'key', ':', 3)::int
       and h.metadata -> '$actions' @> jsonb_build_array(jsonb_build_object('run_id', d.id))
     where split_part(d.meta ->> 'key', ':', 2) = any ($1)`,
    [ids],
  )
  expect(keys.filter(({ noted }) => !noted)).toEqual([])
  expect(keys.map(({ key }) => key).sort()).toEqual(
    ids.flatMap((id) => ['2:1', '3:1', '3:2'].map((at) => `entity:${id}:${at}`)).sort(),
  )
}
export const countRows = (db: TestDatabase) =>
  db.value<number>('select count(*)::int from millrace.entity_history where seq > 1')
