// What a flow is refused for where it is written, which the compiler alone would not stop in JavaScript.
import { expect, test } from 'vitest'
import { Flow } from '../../src/flow/index.ts'
import { defineEvent, defineSignal } from '../../src/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: mistakes that the types forbid
const flow = () => new Flow({ slug: 'f' }) as any
const one = () => 1

const mistakes: [string, () => unknown, RegExp][] = [
  [
    'a misspelled option of the flow',
    () => new Flow({ slug: 'f', maxAttemps: 2 } as never),
    /^Flow "f" is not valid: The options of flow "f" have no "maxAttemps"\. Did you mean "maxAttempts"\?/,
  ],
  [
    'a misspelled option',
    () =>
      flow()
        .step({ slug: 'a' }, one)
        .step({ slug: 'b', dependson: ['a'] }, one),
    /^Step "b" of flow "f" is not valid: options: The options of a step of type single have no "dependson"\. Did you mean "dependsOn"\? There are: slug, [^.]*\.$/,
  ],
  [
    'an option of another type of step',
    () => flow().step({ slug: 'a', concurrency: 2 }, one),
    /of a step of type single have no "concurrency"/,
  ],
  [
    'array of a step that is no map',
    () => flow().step({ slug: 'a' }, one).step({ slug: 'b', array: 'a' }, one),
    /of a step of type single have no "array"/,
  ],
  [
    'a duration that is none',
    () => flow().step({ slug: 'a', timeout: '5 mintues' }, one),
    /^Step "a" of flow "f" is not valid: timeout: The duration "5 mintues" .*[^.]\.$/,
  ],
  [
    'a question that is missing',
    () => flow().approval({ slug: 'a' }),
    /^Step "a" of flow "f" is not valid: The question of approval "a" .*[^.]\.$/,
  ],
  [
    'assignees that are no list',
    () => flow().approval({ slug: 'a', question: 'Sure?', assignees: 'ada' }),
    /^Step "a" of flow "f" is not valid: The assignees of approval "a" are not a list/,
  ],
  [
    'a time-out of a question that is none',
    () => flow().approval({ slug: 'a', question: 'Sure?', timeout: '1 dya' }),
    /^Step "a" of flow "f" is not valid: The duration "1 dya"/,
  ],
  [
    'no source',
    () => flow().waitFor({ slug: 'a' }),
    /^Step "a" of flow "f" is not valid: its source is no signal, and no event with a key\.$/,
  ],
  [
    'an event without a key',
    () => flow().waitFor({ slug: 'a', source: defineEvent('paid') }),
    /its source is no signal, and no event with a key/,
  ],
]

test.for(mistakes)('%s', ([, make, message]) => {
  expect(make).toThrow(
    expect.objectContaining({ code: 'MR030', message: expect.stringMatching(message) }),
  )
})

test('what is right is taken', () => {
  const right = flow()
    .waitFor({ slug: 'told', source: defineSignal('told'), timeout: 5 })
    .waitFor({ slug: 'paid', source: defineEvent('paid').for('7') })
    .approval({ slug: 'ok', question: 'Sure?', assignees: ['ada'], timeout: '1 day' })
    .map({ slug: 'all', array: 'told', concurrency: 2, blockSize: 5 }, one)
    .step({ slug: 'end', dependsOn: ['all'], if: { all: [1] }, whenUnmet: 'skip', undo: one }, one)
  expect(right.stepOrder).toEqual(['told', 'paid', 'ok', 'all', 'end'])
})
