// Graphs put together from names: what they become, that they run as they say, and what is refused at once.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  branch,
  composeDocument,
  loop,
  type Part,
  parallel,
  race,
  sequence,
} from '../../../src/graph/compose/index.ts'
import { planGraph } from '../../../src/graph/document/index.ts'
import { defineGraph } from '../../../src/graph/index.ts'
import { defineStep } from '../../../src/index.ts'
import { DefinitionError } from '../../../src/model/errors.ts'
import { useEngine } from '../../support/engine.ts'

type Order = { n: number; log: string[] }
const add = (name: string) => (input: Order) => ({ n: input.n + 1, log: [...input.log, name] })
const one = defineStep('one', add('one'))
const two = defineStep('step two', add('two'))
const three = defineStep('three', add('three'))
const merge = defineStep('merge', (input: Record<string, Order>) => ({
  n: Object.values(input).reduce((sum, { n }) => sum + n, 0),
  log: [
    Object.values(input)
      .map(({ log }) => log.join('+'))
      .join('|'),
  ],
}))
const never = defineStep('never', () => new Promise<Order>(() => {}))
const steps = [one, two, three, merge, never]
const known = steps.map(({ name }) => name)

describe('what it becomes', () => {
  test('steps in sequence, each with what the one before gave', () => {
    expect(composeDocument('two', ['one', two], known)).toEqual({
      $schema: 'https://millrace.dev/schema/graph.json',
      name: 'two',
      output: '{{ steps["step two"].output }}',
      steps: [
        { id: 'one', type: 'step', config: { step: 'one', input: '{{ trigger.data }}' } },
        {
          id: 'step two',
          type: 'step',
          depends_on: ['one'],
          config: { step: 'step two', input: '{{ steps.one.output }}' },
        },
      ],
    })
  })

  test('a step that is there twice has a number, and so on', () => {
    const ids = [
      ...planGraph(composeDocument('a', ['one', parallel('one', 'one'), 'one'], known)).byId.keys(),
    ]
    expect(new Set(ids)).toEqual(new Set(['one', 'one 2', 'one 3', 'one 4', 'parallel']))
    expect(
      composeDocument(
        'many',
        Array.from({ length: 2000 }, () => 'one'),
        known,
      ).steps,
    ).toHaveLength(2000)
  })

  test('a branch is a condition that both sides come after, and a join', () => {
    const { steps: nodes } = composeDocument(
      'b',
      ['one', branch('input.n > 1', sequence('three', 'merge'), 'step two')],
      known,
    )
    expect(nodes.map(({ id, type, depends_on }) => [id, type, depends_on])).toEqual([
      ['one', 'step', undefined],
      ['condition', 'condition', ['one']],
      ['three', 'step', ['condition']],
      ['merge', 'step', ['three']],
      ['step two', 'step', ['condition']],
      ['branch', 'transform', ['condition', 'merge', 'step two']],
    ])
    expect(nodes[1]?.config).toEqual({
      expression: '{{ (steps.one.output).n > 1 }}',
      true_branch: ['three'],
      false_branch: ['step two'],
    })
  })
})

describe('what is refused', () => {
  const refusal = (parts: unknown, names: Iterable<string> = known) => {
    try {
      composeDocument('bad', parts as Part[], names)
    } catch (error) {
      expect(error).toBeInstanceOf(DefinitionError)
      const { issues, message } = error as DefinitionError
      return { message, codes: issues?.map((issue) => (issue as unknown as { code: string }).code) }
    }
    throw new Error('It was taken.')
  }

  test('every unknown name, at once, with what may have been meant', () => {
    const { codes, message } = refusal([
      'oen',
      parallel('one', race('thre', 'x')),
      branch('true', 'one', 'meerge'),
    ])
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'UNKNOWN_STEP'))
    expect(message).toContain(
      'parts[0] is the step "oen", which is not registered. Did you mean "one"?',
    )
    expect(message).toContain(
      'parts[1].parallel[1].race[0] is the step "thre", which is not registered. Did you mean "three"?',
    )
    expect(message).toContain('/parts/1/parallel/1/race/0 UNKNOWN_STEP: ')
    expect(message).toContain('parts[2].otherwise is the step "meerge"')
    expect(message).toContain('"x", which is not registered. Define it with defineStep')
  })

  test.each<[string, unknown, string, RegExp]>([
    ['nothing', [], 'NO_STEPS', /parts has no steps/],
    ['an empty sequence', ['one', sequence()], 'NO_STEPS', /parts\[1\]\.sequence has no steps/],
    ['a parallel of one', [parallel('one')], 'VALIDATION_ERROR', /a parallel of 1; it needs two/],
    ['a race of none', [race()], 'VALIDATION_ERROR', /a race of 0/],
    ['what is no part', [7], 'VALIDATION_ERROR', /parts\[0\] is 7/],
    ['null', [null], 'VALIDATION_ERROR', /parts\[0\] is null/],
    ['an object without a name', [{ handler() {} }], 'VALIDATION_ERROR', /parts\[0\] is/],
    [
      'a broken condition',
      [branch('input.', 'one')],
      'EXPRESSION_ERROR',
      /parts\[0\]\.condition: "input\." cannot be read/,
    ],
    [
      'a condition that is none',
      [branch(true as never, 'one')],
      'EXPRESSION_ERROR',
      /not an expression/,
    ],
    [
      'a condition that reads what is not there',
      [branch('inptu.n', 'one')],
      'EXPRESSION_ERROR',
      /no "inptu" to read/,
    ],
    [
      'a loop without an end',
      [loop('one', { while: 'true', maxIterations: 0 })],
      'VALIDATION_ERROR',
      /max_iterations/,
    ],
    [
      'nine blocks in each other',
      [Array.from({ length: 9 }).reduce<Part>((part) => race(part, 'one'), 'one')],
      'MAX_DEPTH_EXCEEDED',
      /blocks?/,
    ],
  ])('%s', (_, parts, code, says) => {
    const { codes, message } = refusal(parts)
    expect(codes).toContain(code)
    expect(message).toMatch(says)
  })

  test('10,000 operators in each other', () => {
    const deep = Array.from({ length: 10_000 }).reduce<Part>((part) => sequence(part), 'one')
    expect(() => composeDocument('deep', [deep], known)).toThrow(
      /more than 100 operators in each other/,
    )
  })

  test('a name that cannot be one', () => {
    expect(() => composeDocument('a\nb', ['one'], known)).toThrow(DefinitionError)
  })
})

test('whatever is put together is a valid document, whose every expression is short', () => {
  const part = fc.letrec<{ part: Part }>((tie) => ({
    part: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<Part>('one', 'step two', three),
      fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((all) => sequence(...all)),
      fc.array(tie('part'), { minLength: 2, maxLength: 3 }).map((all) => parallel(...all)),
      fc.array(tie('part'), { minLength: 2, maxLength: 2 }).map((all) => race(...all)),
      fc
        .tuple(tie('part'), fc.option(tie('part'), { nil: undefined }))
        .map(([then, otherwise]) => branch('input.n > 1', then, otherwise)),
      tie('part').map((body) => loop(body, { while: 'output.n < 9', maxIterations: 3 })),
    ),
  })).part
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
      const plan = planGraph(composeDocument('any', parts, known))
      expect(plan.root.leaves).toHaveLength(1)
    }),
    { numRuns: 100 },
  )
})

describe('as it runs', () => {
  const engine = useEngine({}, { steps })
  let names = 0
  const run = async (...parts: Part[]) => {
    const started = await engine.start(defineGraph(composeDocument(`c${++names}`, parts, known)), {
      n: 0,
      log: [],
    })
    return started.result()
  }

  test('sequence', async () => {
    expect(await run('one', two, sequence('three', 'one'))).toEqual({
      n: 4,
      log: ['one', 'two', 'three', 'one'],
    })
  })

  test('parallel, also of parts that are more than a step', async () => {
    expect(await run('one', parallel('one', sequence('step two', 'three')))).toEqual({
      b0: { n: 2, log: ['one', 'one'] },
      b1: { n: 3, log: ['one', 'two', 'three'] },
    })
    expect(await run(parallel('one', branch('input.n > 0', 'one', 'three')), 'merge')).toEqual({
      n: 2,
      log: ['one|three'],
    })
    expect(
      await run(
        parallel(
          parallel('one', branch('true', 'one')),
          loop('one', { while: 'output.n < 3', maxIterations: 9 }),
        ),
      ),
    ).toEqual({
      b0: { b0: { n: 1, log: ['one'] }, b1: { n: 1, log: ['one'] } },
      b1: { n: 3, log: ['one', 'one', 'one'] },
    })
  })

  test('race', async () => {
    expect(await run('one', race('never', 'three'), 'one')).toEqual({
      n: 3,
      log: ['one', 'three', 'one'],
    })
    expect(await run(race('never', branch('input.n == 0', 'three')), 'one')).toEqual({
      n: 2,
      log: ['three', 'one'],
    })
  })

  test.each([
    ['input.n > 0', { n: 3, log: ['one', 'two', 'one'] }],
    ['{{ input.n > 5 }}', { n: 3, log: ['one', 'three', 'one'] }],
    ['trigger.data.n == 0', { n: 3, log: ['one', 'two', 'one'] }],
  ])('branch with both sides: %s', async (condition, expected) => {
    expect(await run('one', branch(condition, 'step two', 'three'), 'one')).toEqual(expected)
  })

  test('branch with one side gives what came in, if it is not taken', async () => {
    expect(
      await run('one', branch('input.n > 5', sequence('step two', 'step two')), 'three'),
    ).toEqual({ n: 2, log: ['one', 'three'] })
    expect(
      await run('one', branch('input.n < 5', sequence('step two', 'step two')), 'three'),
    ).toEqual({ n: 4, log: ['one', 'two', 'two', 'three'] })
  })

  test('loop: each time gets what the time before gave', async () => {
    expect(
      await run(
        'one',
        loop(sequence('step two', 'three'), { while: 'output.n < 6', maxIterations: 10 }),
        'one',
      ),
    ).toEqual({
      n: 8,
      log: ['one', 'two', 'three', 'two', 'three', 'two', 'three', 'one'],
    })
    expect(
      await run(
        loop(branch('input.n < 2', 'one', 'three'), { while: 'output.n < 4', maxIterations: 10 }),
      ),
    ).toEqual({
      n: 4,
      log: ['one', 'one', 'three', 'three'],
    })
  })
})
