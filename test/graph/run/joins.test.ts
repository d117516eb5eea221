import { describe, expect, test } from 'vitest'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep, NonRetryableError } from '../../../src/index.ts'
import { useEngine } from '../../support/engine.ts'

const fails = defineStep('fails', () => {
  throw new NonRetryableError('it does')
})
const engine = useEngine({}, { steps: [fails] })
let names = 0

/** How each node of a document ends: its output's result, or '-' if it is skipped. */
async function ends(steps: object[], input: object = {}): Promise<Record<string, unknown>> {
  const $schema = 'https://millrace.dev/schema/graph.json'
  const graph = defineGraph({ $schema, name: `joins ${++names}`, steps: steps as never })
  const run = await engine.start(graph, input)
  await run.result()
  const rows = await run.timeline()
  return Object.fromEntries(
    rows
      .filter(({ stepId }) => !stepId.includes('~'))
      .map(({ stepId, status, output }) => [
        stepId,
        status === 'skipped' ? '-' : (output as { result?: unknown })?.result,
      ]),
  )
}

const value = (id: string, depends_on: string[] = []) => ({
  ...{ id, type: 'transform', depends_on, config: { expression: id } },
})
/** Is skipped, as its branch is not taken. */
const choice = (
  id: string,
  yes: string[],
  no: string[],
  expression = '{{ trigger.data.yes }}',
) => ({
  ...{ id, type: 'condition', config: { expression, true_branch: yes, false_branch: no } },
})

/**
 * The truth table of docs/graphs.md: what a node does whose two dependencies have ended in each way.
 */
describe('a node with two dependencies', () => {
  const after = [
    choice('c', ['a'], ['b']),
    value('a', ['c']),
    value('b', ['c']),
    value('d', ['a', 'b']),
  ]
  test('completed and skipped: it runs', async () => {
    expect(await ends(after, { yes: true })).toEqual({ c: true, a: 'a', b: '-', d: 'd' })
    expect(await ends(after, { yes: false })).toEqual({ c: false, a: '-', b: 'b', d: 'd' })
  })

  test('what it reads of a skipped one it must ask for first, and is told so if it does not', async () => {
    const reads = (expression: string) => [
      ...after.slice(0, 3),
      { ...value('d', ['a', 'b']), config: { expression } },
    ]
    const asks = reads(
      '{{ steps.b.output.result if steps.b is defined else steps.a.output.result }}',
    )
    expect(await ends(asks, { yes: true })).toMatchObject({ d: 'a' })
    expect(await ends(asks, { yes: false })).toMatchObject({ d: 'b' })
    // a default is for the last part of a path alone
    const blind = reads("{{ steps.b.output.result | default('none') }}")
    await expect(ends(blind, { yes: true })).rejects.toThrow(
      'steps.b is not there; steps has: c, a. What was skipped is not in steps: ask first, as in "steps.b.output if steps.b is defined else none".',
    )
    const far = reads('{{ steps.a.output.nope }}')
    await expect(ends(far, { yes: true })).rejects.toThrow(/steps\.a\.output has: result$/)
  })

  test('both skipped: it is skipped, and so is what depends on it alone', async () => {
    const steps = [
      choice('c', [], ['a', 'b']),
      ...[value('a', ['c']), value('b', ['c']), value('d', ['a', 'b']), value('e', ['d'])],
      ...[value('f'), value('g', ['d', 'f'])],
    ]
    expect(await ends(steps, { yes: true })).toEqual({
      ...{ c: true, a: '-', b: '-', d: '-', e: '-', f: 'f', g: 'g' },
    })
  })

  test('one failed: the run fails, unless that node says otherwise', async () => {
    const bad = { ...value('a'), config: { expression: '{{ nothing.here }}' } }
    const failing = { id: 'a', type: 'step', config: { step: 'fails' } }
    const steps = (node: object) => [node, value('b'), value('d', ['a', 'b'])]
    await expect(ends(steps(bad))).rejects.toThrow(/there is no "nothing" to read/)
    await expect(ends(steps(failing))).rejects.toThrow(/at step "a"/)
    expect(await ends(steps({ ...failing, on_error: 'skip' }))).toMatchObject({ b: 'b', d: 'd' })
    expect(await ends(steps({ ...failing, on_error: { continue_with: 1 } }))).toMatchObject({
      d: 'd',
    })
    const alone = [{ ...failing, on_error: 'skip' }, value('d', ['a'])]
    expect(await ends(alone)).toMatchObject({ d: '-' })
  })
})

test('a node that two choices name runs if both take it', async () => {
  const steps = [
    choice('c', ['a'], []),
    choice('e', ['a'], [], '{{ trigger.data.too }}'),
    value('a', ['c', 'e']),
  ]
  expect(await ends(steps, { yes: true, too: true })).toMatchObject({ a: 'a' })
  expect(await ends(steps, { yes: true, too: false })).toMatchObject({ a: '-' })
})

test('a switch runs the nodes of its case, and the default where none fits', async () => {
  const steps = [
    {
      ...{ id: 's', type: 'switch' },
      config: {
        ...{ expression: '{{ trigger.data.kind }}', default: ['other'] },
        cases: { card: ['card'], '7': ['seven'], null: ['none'] },
      },
    },
    ...['card', 'seven', 'none', 'other'].map((id) => value(id, ['s'])),
  ]
  const taken = async (kind: unknown) => {
    const all = await ends(steps, { kind } as object)
    return Object.keys(all).filter((id) => id !== 's' && all[id] !== '-')
  }
  expect(await taken('card')).toEqual(['card'])
  expect(await taken(7)).toEqual(['seven'])
  expect(await taken(null)).toEqual(['none'])
  expect(await taken('cash')).toEqual(['other'])
})
