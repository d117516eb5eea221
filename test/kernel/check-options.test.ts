import { describe, expect, test } from 'vitest'
import { openKernel, uuid } from '../support/kernel.ts'
import { refusal } from '../support/refusal.ts'

const kernel = await openKernel()
const route = await kernel.route()
const id = uuid(await kernel.start(route))

/** Every public function, with what it takes before its options, and an option of each kind. */
const functions: Record<string, { before: unknown[]; kinds: Record<string, string> }> = {
  start_workflow: { before: [route.name, '{}'], kinds: { resource_id: 'text', version: 'text' } },
  get_run: { before: [id], kinds: { resource_id: 'text' } },
  get_timeline: { before: [id], kinds: { resource_id: 'text', after: 'seq', limit: 'whole' } },
  check_progress: { before: [id], kinds: { resource_id: 'text' } },
  trigger_event: { before: [id, 'go', '{}'], kinds: { resource_id: 'text', dedupe_id: 'text' } },
  pause_workflow: { before: [id], kinds: { resource_id: 'text', reason: 'text', by: 'text' } },
  resume_workflow: { before: [id], kinds: { resource_id: 'text', by: 'text' } },
  cancel_workflow: { before: [id], kinds: { resource_id: 'text', reason: 'text', by: 'text' } },
  retry_workflow: { before: [id], kinds: { resource_id: 'text', by: 'text' } },
  fast_forward_workflow: { before: [id, '{}'], kinds: { resource_id: 'text' } },
  get_workers: { before: [], kinds: {} },
  get_workflows: { before: [], kinds: {} },
  get_runs: {
    before: [],
    kinds: {
      ...{ workflow_id: 'text', version: 'text', queue: 'text', resource_id: 'text' },
      ...{ statuses: 'texts', tags: 'texts', parent_id: 'uuid', after: 'uuid', before: 'uuid' },
      ...{ created_after: 'time', created_before: 'time', limit: 'whole' },
    },
  },
}
/** What is no value of a kind. */
const wrong: Record<string, unknown[]> = {
  text: [7, true, ['x'], {}],
  whole: ['7', 1.5, true, [], 12345678901],
  seq: ['x', 1.5, '', {}],
  texts: ['x', { a: 1 }, [1], [['x']], [null], 7],
  uuid: ['x', 7, '', [], '00000000000000000000000000000000'],
  time: [7, 'soon', '', '2026-13-01', []],
}
const says = {
  text: 'a text',
  whole: 'a whole number',
  seq: 'a whole number',
  texts: 'an array of texts',
}

describe.each(Object.entries(functions))('%s', (name, { before, kinds }) => {
  const call = (options: unknown) => {
    const values = [...before, JSON.stringify(options)]
    const text = `select * from millrace.${name}(${values.map((_, i) => `$${i + 1}`)})`
    return kernel.query(text, values)
  }

  test('refuses an option that it does not know, and says which it knows', async () => {
    const known = Object.keys(kinds)
    const error = await call({ colour: 'red' }).catch((refused) => refused)
    expect(error).toMatchObject({
      code: 'MR001',
      message: `The options of ${name} were refused: option "colour" is not known.`,
    })
    for (const option of ['tenant', ...known]) expect(error.hint).toContain(option)
    expect(JSON.parse(error.detail)).toEqual({ options: { colour: 'red' } })
  })

  test('refuses what is no object', async () => {
    for (const options of [[], 'x', 7, true, null])
      await refusal(call(options), 'MR001', 'they must be an object, not')
  })

  test('refuses values of another type', async () => {
    for (const [option, kind] of Object.entries({ tenant: 'text', ...kinds }))
      for (const value of wrong[kind] as unknown[]) {
        const rule =
          (says as Record<string, string>)[kind] ?? `a ${kind === 'uuid' ? 'UUID' : kind}`
        await refusal(call({ [option]: value }), 'MR001', `${option} must be ${rule}`)
      }
  })

  test('refuses a tenant that there is not', async () => {
    await refusal(call({ tenant: 'nobody' }), 'MR042', '"nobody"')
  })
})

test('what is null is as if it were not there, the options too', async () => {
  const nothing = {
    tenant: null,
    statuses: null,
    tags: null,
    limit: null,
    created_after: null,
    after: null,
  }
  const rows = (options: object | null) =>
    kernel.query('select run ->> $2 as id from millrace.get_runs($1)', [options, 'id'])
  expect(await rows(nothing)).toEqual([{ id }])
  expect(await rows(null)).toEqual([{ id }])
  expect(await kernel.call('get_run', id, { tenant: null, resource_id: null })).toMatchObject({
    id,
  })
})

test('a timeline goes on after a seq that is a number or a text', async () => {
  await kernel.call('pause_workflow', id)
  await kernel.call('resume_workflow', id)
  for (const after of [0, '0']) {
    const rows = await kernel.query('select seq from millrace.get_timeline($1, $2)', [
      id,
      { after, limit: 1 },
    ])
    expect(rows).toEqual([{ seq: 1 }])
  }
})

test('who and why fit into a journal, and what is too long changes nothing', async () => {
  const run = uuid(await kernel.start(route))
  const verbs = ['pause', 'cancel', 'terminate', 'discard', 'migrate', 'fork', 'retry', 'resume']
  for (const verb of verbs) {
    const by = kernel.call(`${verb}_workflow`, run, { by: 'x'.repeat(257) })
    await refusal(by, 'MR001', 'by must be a text of at most 256 characters')
  }
  for (const verb of verbs.slice(0, 4)) {
    const reason = kernel.call(`${verb}_workflow`, run, { reason: 'x'.repeat(2001) })
    await refusal(reason, 'MR001', 'reason must be a text of at most 2,000 characters')
  }
  const rows = await kernel.query('select kind from millrace.get_timeline($1)', [run])
  expect(rows).toEqual([])
  const huge = { reason: 'x'.repeat(1_000_000) }
  const error = await kernel
    .call('pause_workflow', run, huge)
    .catch((refused: { detail: string }) => refused)
  expect((error as { detail: string }).detail.length).toBeLessThan(100)
  const fits = { by: 'ä'.repeat(256), reason: 'x'.repeat(2000) }
  expect(await kernel.call('pause_workflow', run, fits)).toMatchObject({ status: 'paused' })
})
