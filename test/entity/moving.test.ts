// Machines carried elsewhere and compared.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defineMachine } from '../../src/entity/index.ts'
import { diffDefinitions, dryRun, exportDefinition } from '../../src/graph/index.ts'

const text = readFileSync(
  new URL('../../examples/machines/order_processing.yaml', import.meta.url),
  'utf8',
)
const order = defineMachine(text)

test.each(['json', 'yaml', 'sql'] as const)('%s is read again as the same version', (format) => {
  const written = exportDefinition(order, format)
  const again = defineMachine(written)
  expect([again.version, again.document?.hash]).toEqual([order.version, order.document?.hash])
  if (format === 'sql')
    expect(written).toMatch(/^-- order_processing\nselect millrace\.define_workflow/)
})

test('the database keeps no order of keys: they are put as one would write them', () => {
  const { states, workflow, transitions } = JSON.parse(order.document?.text as string)
  const mixed = defineMachine(JSON.stringify({ transitions, states, workflow }))
  expect(exportDefinition(mixed, 'yaml')).toMatch(
    /^workflow:\n {2}name: order_processing\n[\s\S]*\nstates:\n {2}- name: pending[\s\S]*\ntransitions:\n/,
  )
})

test('what is different is told in words', () => {
  const changed = text
    .replace("version: '1.0'", "version: '2.0'")
    .replace('after: 3 days', 'after: 5 days')
    .replace(
      '  - from: paid\n    to: cancelled\n    name: cancel_paid_order\n    reason_required: true\n',
      '',
    )
  expect(diffDefinitions(order, order)).toEqual([])
  expect(diffDefinitions(order, defineMachine(changed))).toEqual([
    'workflow.version: "1.0", now "2.0"',
    'transition "cancel_paid_order" from paid removed',
    'transition "expire" from pending: after: "3 days", now "5 days"',
  ])
})

test('a machine has no dry run', () => {
  expect(() => dryRun(order)).toThrow(/is a machine; only graphs and flows can be run dry/)
})
