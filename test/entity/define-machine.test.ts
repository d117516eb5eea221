// Machines as documents and in TypeScript: what they compile to, and all that is wrong with them.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { machineJsonSchema } from '../../src/entity/document/published-schema.ts'
import { defineMachine, validateMachine } from '../../src/entity/index.ts'
import { DefinitionError, InvalidInputError } from '../../src/model/errors.ts'
import { jsonbHash } from '../../src/model/jsonb-text.ts'
import { timersRound, tooMuch, withTimers } from '../support/machine-documents.ts'

const example = (name: string) =>
  readFileSync(new URL(`../../examples/machines/${name}.yaml`, import.meta.url), 'utf8')
const codes = (source: unknown) =>
  validateMachine(source).map(({ code, pointer }) => [code, pointer])

const ticket = defineMachine({
  name: 'ticket',
  table: 'tickets',
  states: {
    open: { initial: true, onLeave: [{ webhook: 'chat' }] },
    working: { sla: { hours: 2 } },
    closed: { final: true },
  },
  transitions: {
    take: { from: 'open', to: 'working', requiresRole: 'agent', fourEyes: false },
    close: { from: ['open', 'working'], to: 'closed', reasonRequired: true, fourEyes: 'take' },
    expire: {
      from: 'working',
      to: 'closed',
      after: 1500,
      actions: [
        { start: { id: 'refund' }, input: { id: '{{ entity.id }}' } },
        { signal: 'over', runId: '{{ metadata.run }}' },
      ],
    },
  },
})

test('TypeScript and YAML make the same document, of the same hash', () => {
  const yaml = defineMachine(`
workflow: { name: ticket, table: tickets }
states:
  - { name: open, initial: true, on_leave: [{ webhook: chat }] }
  - { name: working, sla: 2 hours }
  - { name: closed, final: true }
transitions:
  - { from: open, to: working, name: take, requires_role: agent }
  - { from: [open, working], to: closed, name: close, reason_required: true, four_eyes: take }
  - from: working
    to: closed
    name: expire
    after: 1500ms
    actions:
      - { start: refund, input: { id: '{{ entity.id }}' } }
      - { signal: over, run_id: '{{ metadata.run }}' }
`)
  expect(JSON.parse(yaml.document?.text as string)).toEqual(
    JSON.parse(ticket.document?.text as string),
  )
  expect(yaml.document?.hash).toBe(ticket.document?.hash)
  expect(ticket.document?.hash).toBe(jsonbHash(JSON.parse(ticket.document?.text as string)))
  expect(ticket).toMatchObject({ kind: 'machine', id: 'ticket', version: '1', notes: [] })
})

test('a machine has no runs, and says what to call', () => {
  expect(() => ticket.run({} as never, {} as never)).toThrow(/has no runs.*client\.entity/)
})

test('an unquoted version is the text that is written', () => {
  const of = (version: string) =>
    defineMachine(`workflow: {name: a, version: ${version}}\nstates: [{name: b, initial: true}]`)
  expect(of('1.0').version).toBe('1.0')
  expect(of('2').version).toBe('2')
  expect(of('"1.10"').version).toBe('1.10')
})

test('the examples are machines, and say which conditions nobody enforces', () => {
  const fraud = defineMachine(example('fraud_detection'))
  expect(fraud.version).toBe('1.0')
  expect(fraud.notes.map(({ code, pointer }) => [code, pointer])).toEqual([
    ['NOT_ENFORCED', '/transitions/2/conditions'],
  ])
  expect(fraud.notes[0]?.message).toMatch(
    /^"risk_score" in conditions of transition "auto_approve".* \(expression, field_required, requires_role, /,
  )
  expect(fraud.notes[0]?.line).toBeGreaterThan(30)
  expect(defineMachine(example('order_processing')).notes).toHaveLength(1)
})

describe('what is wrong is told, all of it, with its place', () => {
  test('names, with what may have been meant', () => {
    const issues = validateMachine(`workflow: { name: a, versoin: 1 }
states:
  - { name: open, initial: true }
  - { name: closed, finl: true }
transitions:
  - { from: opne, to: closed, name: close }
  - { from: open, to: closd, name: shut, four_eyes: clos }
`)
    expect(issues.map(({ code, line }) => [code, line])).toEqual([
      ['VALIDATION_ERROR', 1],
      ['VALIDATION_ERROR', 4],
      ['UNKNOWN_STATE', 6],
      ['UNKNOWN_STATE', 7],
      ['UNKNOWN_TRANSITION', 7],
    ])
    const meant = ['version', 'final', 'open', 'closed', 'close']
    for (const { message } of issues) expect(message).toContain('Did you mean')
    for (const [i, name] of meant.entries()) expect(issues[i]?.message).toContain(name)
  })

  const states = [{ name: 'a', initial: true }, { name: 'b' }, { name: 'c', final: true }]
  const machine = (...transitions: object[]) => ({ workflow: { name: 'm' }, states, transitions })
  const ways = [
    { from: 'a', to: 'b' },
    { from: 'b', to: 'c' },
  ]

  test.each<[string, unknown, [string, string][]]>([
    [
      'two initial',
      {
        workflow: { name: 'm' },
        states: [
          { name: 'a', initial: true },
          { name: 'b', initial: true },
        ],
      },
      [['INITIAL_STATE', '/states/1/initial']],
    ],
    [
      'none initial',
      { workflow: { name: 'm' }, states: [{ name: 'a' }] },
      [['INITIAL_STATE', '/states']],
    ],
    [
      'a state twice',
      { workflow: { name: 'm' }, states: [{ name: 'a', initial: true }, { name: 'a' }] },
      [['DUPLICATE_STATE', '/states/1/name']],
    ],
    ['unreachable', machine({ from: 'a', to: 'c' }), [['UNREACHABLE_STATE', '/states/1']]],
    [
      'one name twice from one state',
      machine(...ways, { from: ['b', 'a'], to: 'c', name: 'transition_to_b' }),
      [['DUPLICATE_TRANSITION', '/transitions/2']],
    ],
    [
      'one name from two states',
      machine({ from: 'a', to: 'b', name: 'go' }, { from: 'b', to: 'c', name: 'go' }),
      [],
    ],
    ['two ways of two names', machine(...ways, { from: 'a', to: 'b', name: 'else' }), []],
    ['out of a final state, said so', machine(...ways, { from: 'c', to: 'a' }), []],
    [
      '* is no name in a list',
      machine(...ways, { from: ['*'], to: 'c' }),
      [
        ['VALIDATION_ERROR', '/transitions/2/from/0'],
        ['UNKNOWN_STATE', '/transitions/2/from/0'],
      ],
    ],
    [
      'an expression that cannot be read',
      machine(...ways, { from: 'a', to: 'c', conditions: '1 +' }),
      [['EXPRESSION_ERROR', '/transitions/2/conditions']],
    ],
    [
      'more than machines evaluate',
      machine(...ways, {
        from: 'a',
        to: 'c',
        conditions: { expression: 'metadata.a ** 2 > (notes | sort)' },
      }),
      [
        ['EXPRESSION_ERROR', '/transitions/2/conditions/expression'],
        ['EXPRESSION_ERROR', '/transitions/2/conditions/expression'],
      ],
    ],
    [
      'what is not there',
      machine(...ways, { from: 'a', to: 'c', conditions: 'metadat.a == entity.nam' }),
      [
        ['EXPRESSION_ERROR', '/transitions/2/conditions'],
        ['EXPRESSION_ERROR', '/transitions/2/conditions'],
      ],
    ],
    [
      'an expression that is right',
      machine(...ways, {
        from: 'a',
        to: 'c',
        conditions: "{{ 'x' in roles and metadata.a | default(0) < 3 and notes is not none }}",
      }),
      [],
    ],
    [
      'a comparison that is none',
      machine(...ways, {
        from: 'a',
        to: 'c',
        conditions: { 'metadata.a': { gt: 1, lessthan: 2 }, context: { b: { in: 1 } } },
      }),
      [
        ['VALIDATION_ERROR', '/transitions/2/conditions/metadata.a/lessthan'],
        ['VALIDATION_ERROR', '/transitions/2/conditions/context/b/in'],
      ],
    ],
    [
      'an action of two kinds',
      machine(...ways, {
        from: 'a',
        to: 'c',
        actions: [{ start: 'x', webhook: 'y' }, { signal: 's' }, { webhook: 'w', input: 1 }],
      }),
      [
        ['VALIDATION_ERROR', '/transitions/2/actions/0'],
        ['VALIDATION_ERROR', '/transitions/2/actions/1'],
        ['VALIDATION_ERROR', '/transitions/2/actions/2/input'],
      ],
    ],
    [
      'a template that reads what is not there',
      machine(...ways, {
        from: 'a',
        to: 'c',
        actions: [{ start: 'x', input: { a: ['{{ order.id }}'] } }],
      }),
      [['EXPRESSION_ERROR', '/transitions/2/actions/0/input/a/0']],
    ],
    ['no object', [], [['VALIDATION_ERROR', '']]],
    ['no YAML', 'a: [', [['SYNTAX_ERROR', '']]],
  ])('%s', (_, source, expected) => expect(codes(source)).toEqual(expected))

  test('anything goes in metadata and context', () => {
    const any = { x: { y: [1, null, '{{ no }}'] } }
    expect(
      codes({
        ...machine(...ways.map((way) => ({ ...way, metadata: any, context: any }))),
        $schema: 'x',
      }),
    ).toEqual([])
  })

  test('expressions too, beside what is misspelt elsewhere', () => {
    const issues = validateMachine(`workflow: { name: a }
states:
  - { name: open, initial: true, on_entr: [] }
  - { name: closed, final: true, on_enter: [{ start: b, input: '{{ metdata.x }}' }] }
transitions:
  - { from: open, to: closed, name: close, conditions: metadata.amount > }
  - { from: open, to: closed, name: shut, conditions: metadata.amount >, actions: 7 }
  - { from: open, to: clsd, name: drop, requires_role: a, conditions: notes == }
`)
    expect(issues.map(({ code, line }) => [code, line])).toEqual([
      ['VALIDATION_ERROR', 3],
      ['EXPRESSION_ERROR', 4],
      ['EXPRESSION_ERROR', 6],
      ['VALIDATION_ERROR', 7], // what is no list of actions: the rest of it is looked at once it is
      ['UNKNOWN_STATE', 8],
      ['EXPRESSION_ERROR', 8],
    ])
  })

  test('of more than are told nothing else is looked at', () => {
    const wrong = { from: 'open', to: 'open', actions: 7, conditions: 'a >' }
    const issues = validateMachine({
      workflow: { name: 'a' },
      states: [{ name: 'open', initial: true }],
      transitions: Array.from({ length: 1100 }, (_, i) => ({ ...wrong, name: `n${i}` })),
    })
    expect(new Set(issues.map(({ code }) => code))).toEqual(new Set(['VALIDATION_ERROR']))
  })

  test('the error tells five, and where all are', () => {
    const states = Array.from({ length: 8 }, (_, i) => ({ name: `s${i}`, x: 1 }))
    const define = () => defineMachine(JSON.stringify({ workflow: { name: 'a' }, states }))
    expect(define).toThrow(/\n… and 4 more; "millrace workflows check" tells all$/)
  })

  test('the error names the first, and has all', () => {
    const define = () => defineMachine('workflow: { name: a }\nstates: [{ name: b, x: 1 }]')
    expect(define).toThrow(DefinitionError)
    expect(define).toThrow(/The machine has 2 errors:\n2:9 INITIAL_STATE/)
  })

  // what the compiler does not see: of JavaScript, or in an object that was made before
  test.each([
    ['transition', { requireRole: 'x' }, 'requiresRole'],
    ['transition', { requires_role: 'x' }, 'requiresRole'],
    ['transition', { condition: {} }, 'conditions'],
    ['transition', { four_eyes: true }, 'fourEyes'],
    ['transition', { reason_required: true }, 'reasonRequired'],
    ['transition', { actions: [{ signal: 'a', run_id: 'b' }] }, 'runId'],
    ['state', { on_enter: [] }, 'onEnter'],
    ['state', { intial: true }, 'initial'],
    ['machine', { tabel: 'x' }, 'table'],
  ])('an option of a %s that there is not: %j', (of, given, meant) => {
    const more = (what: string) => (what === of ? given : {})
    const define = () =>
      defineMachine({
        name: 'a',
        states: { b: { initial: true, ...more('state') } },
        transitions: { c: { from: 'b', to: 'b', ...more('transition') } },
        ...more('machine'),
      })
    expect(define).toThrow(InvalidInputError)
    expect(define).toThrow(`Did you mean "${meant}"?`)
  })
})

test('schema/machine.json is what the sources say: npm run machine-schema', () => {
  const file = readFileSync(new URL('../../schema/machine.json', import.meta.url), 'utf8')
  expect(file).toBe(`${JSON.stringify(machineJsonSchema(), null, 2)}\n`)
})

test('the document of the guide is a machine, with nothing to say about it', () => {
  const page = readFileSync(new URL('../../docs/entity-machines.md', import.meta.url), 'utf8')
  const text = /^```yaml order\.yaml\n(.*?)^```/ms.exec(page)?.[1] as string
  expect(defineMachine(text)).toMatchObject({ id: 'order', version: '1.0', notes: [] })
})

test('a document that stands for millions of ways is refused at once', () => {
  const states = Array.from({ length: 1000 }, (_, i) => ({ name: `s${i}`, initial: i === 0 }))
  expect(codes({ workflow: { name: 'm' }, states })).toEqual([['TOO_LARGE', '/transitions']])
  expect(codes({ workflow: { name: 'm' }, states: states.slice(0, 100) })).toEqual([])
})

test.each(Object.entries(tooMuch))(
  '%s beyond what the database reads in little time are refused',
  (_, [document, code]) => {
    const found = codes({ workflow: { name: 'm' }, ...document }).map((issue) => issue.join(' '))
    expect(found).toEqual([code])
  },
)

test.each(timersRound)('timers %s', (_, transitions, pointer) => {
  const expected = pointer === null ? [] : [['TIMER_ROUND', pointer]]
  expect(codes(withTimers('m', transitions))).toEqual(expected)
})

test('timers that lead round are told with line and column', () => {
  const text = `workflow: { name: m }
states: [{ name: a, initial: true }, { name: b }]
transitions:
  - { from: a, to: b }
  - { from: b, to: b, name: again, after: 10ms }`
  const [issue] = validateMachine(text)
  expect(issue).toMatchObject({ code: 'TIMER_ROUND', line: 5, column: 43 })
  expect(issue?.message).toContain('"b"')
})
