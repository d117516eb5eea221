import { describe, expect, test } from 'vitest'
import { planGraph, validateGraph } from '../../../src/graph/document/index.ts'
import { busyMs, graph, node, only, problems } from './samples.ts'

const condition = (id: string, yes: string[], no: string[], depends: string[] = []) =>
  node(id, depends, {
    type: 'condition',
    config: { expression: '{{ trigger.data.ok }}', true_branch: yes, false_branch: no },
  })
const choice = (id: string, cases: Record<string, string[]>, otherwise: string[] = []) =>
  node(id, [], { type: 'switch', config: { expression: '1', cases, default: otherwise } })

describe('cycles', () => {
  test('a step that depends on itself', () => {
    const { code, message, details } = only(graph(node('a', ['a'])))
    expect(code).toBe('CYCLE_DETECTED')
    expect(message).toMatch(/^Step "a" depends on itself\. None of them could ever begin/)
    expect(details).toEqual({ path: ['a', 'a'] })
  })

  test('the path is in the order in which they would run, the shortest way round', () => {
    const steps = [node('a', ['c']), node('b', ['a']), node('c', ['b', 'a']), node('d', ['c'])]
    expect(only(graph(...steps)).details).toEqual({ path: ['a', 'c', 'a'] })
    const [a, b] = steps as [object, object]
    expect(only(graph(a, b, node('c', ['b']))).details).toEqual({ path: ['a', 'b', 'c', 'a'] })
  })

  test('each circle is told once, whatever hangs on it', () => {
    const issues = validateGraph(
      graph(
        ...[node('root'), node('a', ['b', 'root']), node('b', ['a']), node('after', ['b'])],
        ...[node('x', ['y', 'a']), node('y', ['x'])],
      ),
    )
    expect(issues.map(({ details }) => details?.path)).toEqual([
      ['a', 'b', 'a'],
      ['x', 'y', 'x'],
    ])
  })

  test('one of 10,000 steps is found at once, and shown in short', () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      node(`n${i}`, [`n${(i + 9999) % 10_000}`]),
    )
    const ms = busyMs(() => {
      const { message, details } = only(graph(...many))
      expect(message).toMatch(/^10000 steps depend on each other in a circle: n0 → n1 → .*… → n0\./)
      expect(message.length).toBeLessThan(300)
      expect(details?.path).toHaveLength(100)
    })
    expect(ms).toBeLessThan(2000)
  })

  test('within a block', () => {
    const inner = [node('a', ['b']), node('b', ['a'])]
    const outer = node('m', [], { type: 'map', config: { items: [1], steps: inner } })
    expect(problems(graph(outer))).toEqual(['CYCLE_DETECTED /steps/0/config/steps/0/depends_on'])
  })
})

describe('branches', () => {
  test('are what they say, in the plan', () => {
    const { root } = planGraph(
      graph(
        ...[condition('c', ['yes'], ['no']), node('yes', ['c']), node('no', ['c'])],
        node('end', ['yes', 'no']),
      ),
    )
    const [c, yes, no, end] = root.nodes
    expect(c?.branches).toEqual([
      { branch: 'true', steps: ['yes'] },
      { branch: 'false', steps: ['no'] },
    ])
    expect(yes?.within).toEqual([{ chooser: 'c', branch: 'true' }])
    expect(no?.within).toEqual([{ chooser: 'c', branch: 'false' }])
    expect(end?.within).toEqual([])
    expect(root.leaves).toEqual(['end'])
  })

  test('may name a step that follows indirectly', () => {
    const steps = [condition('c', ['far'], []), node('near', ['c']), node('far', ['near'])]
    expect(problems(graph(...steps))).toEqual([])
  })

  test('refuse themselves, strangers, steps of other blocks, and what does not come after', () => {
    const inner = node('inner')
    const block = node('m', [], { type: 'map', config: { items: [1], steps: [inner] } })
    expect(
      problems(graph(condition('c', ['c', 'nobody', 'inner', 'free'], []), block, node('free'))),
    ).toEqual(
      ['c', 'nobody', 'inner', 'free'].map(
        (_, i) => `INVALID_BRANCH /steps/0/config/true_branch/${i}`,
      ),
    )
  })

  test('of a switch are told by their case', () => {
    const steps = [choice('s', { 'a/b': ['nobody'] }, ['other'])]
    expect(problems(graph(...steps))).toEqual([
      'INVALID_BRANCH /steps/0/config/cases/a~1b/0',
      'INVALID_BRANCH /steps/0/config/default/0',
    ])
  })

  test('that exclude each other make a step unreachable, which is told once', () => {
    const steps = [
      ...[condition('c', ['yes', 'late'], ['no']), node('yes', ['c']), node('no', ['c'])],
      ...[node('late', ['no']), node('after', ['late'])],
    ]
    const { code, pointer, message } = only(graph(...steps))
    expect([code, pointer]).toEqual(['UNREACHABLE_STEP', '/steps/3'])
    expect(message).toMatch(/"late" can never run: it comes after another branch of "c"/)
  })

  test('of a condition that both name a step exclude it; of a switch they do not', () => {
    expect(problems(graph(condition('c', ['x'], ['x']), node('x', ['c'])))).toEqual([
      'UNREACHABLE_STEP /steps/1',
    ])
    expect(problems(graph(choice('s', { a: ['x'], b: ['x'] }), node('x', ['s'])))).toEqual([])
  })

  test('that meet again are fine', () => {
    const steps = [
      ...[condition('c', ['yes'], ['no']), node('yes', ['c']), node('no', ['c'])],
      ...[condition('d', ['last'], [], ['yes', 'no']), node('last', ['d', 'no'])],
    ]
    expect(problems(graph(...steps))).toEqual([])
  })
})

describe('what expressions read', () => {
  const reads = (id: string, text: string, depends: string[] = []) =>
    node(id, depends, { config: { expression: text } })

  test('must have ended by then', () => {
    const steps = (depends: string[]) => [
      ...[node('a'), node('b', ['a']), reads('c', '{{ steps.a.output }}', depends)],
    ]
    expect(problems(graph(...steps(['b'])))).toEqual([])
    const issue = only(graph(...steps([])))
    expect(issue.code).toBe('EXPRESSION_ERROR')
    expect(issue.message).toMatch(/"a" need not have ended by then\. Add "a" to depends_on of "c"/)
    expect(issue.details).toEqual({ offset: 3 })
  })

  test.each([
    ['a step itself', reads('a', '{{ steps.a.output }}'), /cannot read itself/],
    [
      'nothing of a step but its output',
      reads('b', '{{ steps.a.result }}', ['a']),
      /a step has no "result"\. Read steps\.a\.output/,
    ],
    ['no secret where it would be stored', reads('b', '{{ secrets.key }}'), /would be stored here/],
    ['not all secrets', reads('b', '{{ secrets }}'), /all secrets at once/],
    [
      'no secret of such a name',
      node('h', [], {
        type: 'http',
        config: { url: 'https://x.test', headers: { A: '{{ secrets["a b"] }}' } },
      }),
      /cannot be the name of a secret/,
    ],
  ])('%s', (_, step, says) => {
    const steps = step.id === 'a' ? [step] : [node('a'), step]
    expect(only(graph(...steps)).message).toMatch(says)
  })

  test('secrets in what is sent', () => {
    const http = {
      url: 'https://x.test/{{ secrets.tenant }}',
      headers: { Authorization: 'Bearer {{ secrets.key }}' },
      body: { nested: ['{{ secrets.key }}'] },
    }
    const sql = { statement: 'pay', params: ['{{ secrets.key }}'] }
    const steps = [
      node('h', [], { type: 'http', config: http }),
      node('s', [], { type: 'sql', config: sql }),
    ]
    expect(problems(graph(...steps))).toEqual([])
  })

  const block = (type: string, config: object, ...steps: object[]) =>
    node('m', ['before'], { type, config: { ...config, steps } })

  test('of blocks: what comes before the block, its item and index, the steps beside', () => {
    const map = block(
      'map',
      { items: '{{ steps.before.output }}', as: 'order' },
      reads('one', '{{ order.id }} {{ index }} {{ steps.before.output }}'),
      reads('two', '{{ steps.one.output }}', ['one']),
    )
    expect(problems(graph(node('before'), map))).toEqual([])
    const loop = block(
      'loop',
      { while: 'loop.index < 3 and steps.one.output.result > loop.last.one', max_iterations: 3 },
      reads('one', '{{ loop.index }} {{ steps.before.output }}'),
    )
    expect(problems(graph(node('before'), loop))).toEqual([])
  })

  test.each([
    ['the item outside', 'map', { items: [1] }, [], '{{ item }}', /no "item" to read/],
    [
      'the item under its other name',
      'map',
      { items: [1], as: 'it' },
      ['{{ item }}'],
      '',
      /no "item"/,
    ],
    [
      'a step within a block from outside',
      'map',
      { items: [1] },
      [],
      '{{ steps.one.output }}',
      /is within the block of "m"\. Read the output of that/,
    ],
    [
      'the block from within',
      'map',
      { items: [1] },
      ['{{ steps.m.output }}'],
      '',
      /is the block that this is within/,
    ],
    [
      'what follows the block from within',
      'map',
      { items: [1] },
      ['{{ steps.after.output }}'],
      '',
      /"after" need not have ended/,
    ],
    ['loop in a map', 'map', { items: [1] }, ['{{ loop.index }}'], '', /no "loop" to read/],
  ])('not %s', (_, type, config, within, after, says) => {
    const steps = [node('one'), ...within.map((text, i) => reads(`r${i}`, text, ['one']))]
    const last = after === '' ? node('after', ['m']) : reads('after', after, ['m'])
    expect(only(graph(node('before'), block(type, config, ...steps), last)).message).toMatch(says)
  })

  test('the item is not there for the list that gives it', () => {
    expect(
      problems(graph(node('before'), block('map', { items: '{{ item }}' }, node('one')))),
    ).toEqual(['EXPRESSION_ERROR /steps/1/config/items'])
  })

  test('an expression without braces counts its offset without them', () => {
    const bare = node('c', [], { type: 'condition', config: { expression: 'true and steps.x' } })
    expect(only(graph(bare)).details).toEqual({ offset: 9 })
    const broken = node('c', [], { type: 'condition', config: { expression: '1 + * 2' } })
    expect(only(graph(broken)).details).toEqual({ offset: 4 })
  })
})

describe('blocks', () => {
  test('parallel: a list has names b0 and b1, an object its own', () => {
    const list = node('p', [], {
      type: 'parallel',
      config: { branches: [[node('a')], [node('b')]] },
    })
    const named = node('r', ['p'], {
      type: 'race',
      config: { branches: { x: [node('c')], y: [node('d', [])] } },
    })
    const { byId } = planGraph(graph(list, named))
    const names = (id: string) =>
      byId.get(id)?.blocks.map(({ name, nodes }) => [name, nodes[0]?.id])
    expect(names('p')).toEqual([
      ['b0', 'a'],
      ['b1', 'b'],
    ])
    expect(names('r')).toEqual([
      ['x', 'c'],
      ['y', 'd'],
    ])
    expect(byId.get('d')?.pointer).toBe('/steps/1/config/branches/y/0')
  })

  test('need two branches, and names that can be read', () => {
    const race = (branches: unknown) => graph(node('r', [], { type: 'race', config: { branches } }))
    expect(problems(race([[node('a')]]))).toEqual(['VALIDATION_ERROR /steps/0/config/branches'])
    expect(problems(race({ 'a b': [node('a')], c: [node('b')] }))).toEqual([
      'VALIDATION_ERROR /steps/0/config/branches/a b',
    ])
    expect(problems(race([[node('a')], []]))).toEqual(['NO_STEPS /steps/0/config/branches/1'])
  })
})
