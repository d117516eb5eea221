// What expressions give, and what their errors say.
import { describe, expect, test } from 'vitest'
import {
  evaluateExpression,
  evaluateTemplate,
  hasTags,
  parseExpression,
  parseTemplate,
  referencesOf,
  renderTemplate,
} from '../../../src/graph/expression/index.ts'
import { refusalOf } from './refusal.ts'

const scope = {
  trigger: {
    data: { id: 7, name: 'Ada', zero: 0, no: false, empty: '', nil: null, el: [], em: {} },
  },
  steps: { 'fetch-all': { output: { rows: [{ n: 1 }, { n: 2 }] } } },
}
const template = (text: string) => evaluateTemplate(parseTemplate(text), scope)
const expression = (text: string) => evaluateExpression(parseExpression(text), scope)

describe('a single expression keeps its type', () => {
  test.each([
    ['{{ trigger.data.id }}', 7],
    ['{{trigger.data.id}}', 7],
    ['{{- trigger.data.id -}}', 7],
    ['{{ trigger.data.id / 2 }}', 3.5],
    ['{{ trigger.data.zero }}', 0],
    ['{{ trigger.data.no }}', false],
    ['{{ trigger.data.empty }}', ''],
    ['{{ trigger.data.nil }}', null],
    ['{{ trigger.data.el }}', []],
    ['{{ trigger.data.em }}', {}],
    ['{{ [0, false, none, ""] }}', [0, false, null, '']],
    ['{{ [0, false, none, ""]|first }}', 0],
    ['{{ [0, false, none]|last }}', null],
    ['{{ [none][0] }}', null],
    ["{{ {'a': none}.a }}", null],
    ['{{ trigger.data.nil is none }}', true],
    ["{{ trigger.data.nil|default('x') }}", null],
    ["{{ trigger.data.zero|default('x') }}", 0],
    ["{{ trigger.data.zero|default('x', true) }}", 'x'],
    ['{{ [0, none, false]|map("default", 1)|list }}', [0, null, false]],
    ["{{ '0042' }}", '0042'],
    ["{{ 'true' }}", 'true'],
    ['{# first #}{{ 1 }}{# last #}', 1],
  ])('%s', (text, value) => {
    expect(template(text)).toEqual(value)
  })

  test('data that are passed on are the same object, not a copy', () => {
    expect(template('{{ steps["fetch-all"].output.rows }}')).toBe(
      scope.steps['fetch-all'].output.rows,
    )
  })

  test.each([
    ['{{ trigger.data.id }}{{ trigger.data.id }}', '77'],
    [' {{ trigger.data.id }}', ' 7'],
    ['{{ trigger.data.nil }}.', 'None.'],
    ['{{ trigger.data.no }}, {{ trigger.data.zero }}', 'False, 0'],
    ['', ''],
    ['plain', 'plain'],
    ['plain\r\n', 'plain\r\n'],
    ['a\r\n{{ 1 }}\r\n', 'a\n1'],
    ['100 % }} {', '100 % }} {'],
  ])('mixed text gives a text: %j', (text, value) => {
    expect(template(text)).toBe(value)
  })

  test('rendering gives a text in any case', () => {
    expect(renderTemplate(parseTemplate('{{ [true, none, 0.5] }}'), {})).toBe('[True, None, 0.5]')
    expect(renderTemplate(parseTemplate(''), {})).toBe('')
  })

  test('hasTags says whether anything is not printed as it is', () => {
    expect(['{{ x }}', '{# x #}', '{% x %}'].every(hasTags)).toBe(true)
    expect(['', '{ x }', '}}', '{ {'].some(hasTags)).toBe(false)
  })
})

describe('what is not there', () => {
  test.each([
    [
      'trigger.data.ids',
      'trigger.data.ids',
      /^trigger\.data\.ids is not there; trigger\.data has: id, name, /,
    ],
    ['tigger.data', 'tigger', /^tigger is not there; there are: trigger, steps$/],
    ['trigger.data.name.first', 'trigger.data.name.first', /; trigger\.data\.name is a text$/],
    ['trigger.data.nil.x', 'trigger.data.nil.x', /; trigger\.data\.nil is none$/],
    ['trigger.data.el[0]', 'trigger.data.el[0]', /; trigger\.data\.el has 0 items$/],
    ['trigger.data.em.x', 'trigger.data.em.x', /; trigger\.data\.em is an empty mapping$/],
    ["steps['fetch-all'].output.rows[2].n", "steps['fetch-all'].output.rows[2]", / has 2 items$/],
    ['(trigger.data).x', '(trigger.data).x', /; \(trigger\.data\) has: /],
    ['trigger.data.el|first', 'the first item', /; a list is empty$/],
    ['1 if trigger.data.no', '1 if trigger.data.no', /no else$/],
    ["trigger['data']['x']", "trigger['data']['x']", /; trigger\['data'\] has: /],
  ])('%s: the message has the path, and what was there', (text, path, message) => {
    const refused = refusalOf(() => expression(text))
    expect(refused.path).toBe(path)
    expect(refused.message).toMatch(message)
    expect(refused.name).toBe('ExpressionError')
  })

  test('of many names some are shown, and how many more there are', () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`${i}`.repeat(60), i]))
    const parsed = parseExpression('x.nope')
    const { message } = refusalOf(() => evaluateExpression(parsed, { x: many }))
    expect(message).toMatch(/… and 40 more$/)
    expect(message.length).toBeLessThan(600)
  })

  test('it may be named where it is not used', () => {
    expect(expression("nope|default('x')")).toBe('x')
    expect(expression('trigger.nope|d(0)')).toBe(0)
    expect(expression('nope is defined or trigger.nope is undefined')).toBe(true)
    expect(expression('nope if trigger.data.no else 1')).toBe(1)
    expect(expression('trigger.data.no and nope')).toBe(false)
    expect(expression("[{'a': 1}, {}]|selectattr('a', 'defined')|list")).toEqual([{ a: 1 }])
  })

  test('what has nothing below it is an error also before a default', () => {
    expect(refusalOf(() => expression('trigger.nope.deeper|default(1)')).path).toBe('trigger.nope')
  })
})

describe('offsets count from the beginning of the text, in UTF-16', () => {
  test.each([
    ['ab {{ trigger.data.ids }}', 'trigger.data.ids'],
    ['😀 {{ 1 + nope }}', 'nope'],
    ["{{ [1, 'a' + 1] }}", "'a' + 1"],
    ['{{ 1 }} {{ trigger.data.id.x }}', 'trigger.data.id.x'],
    ["{{ trigger.data.id|int|round('x') }}", "trigger.data.id|int|round('x')"],
  ])('of values: %s', (text, at) => {
    expect(refusalOf(() => template(text)).offset).toBe(text.indexOf(at))
  })

  test.each([
    ['{{ 1 + }}', '}}'],
    ['x {{ 1 2 }}', '2 }}'],
    ['{{ a|nothing }}', 'nothing'],
    ['{{ a is nothing }}', 'nothing'],
    ["{{ a|round(2, 'x', 3) }}", 'round'],
    ['{{ a|sort(key=1) }}', 'sort'],
    ['{{ a|replace }}', 'replace'],
    ['{{ a. }}', '}}'],
    ['{{ a[ }}', '}}'],
    ['😀 {{ "abc }}', '"abc'],
    ['a {{ b', '{{ b'],
    ['a {# b', '{# b'],
    ['a {% if b %}', '{% if'],
    ['{{ }}', '}}'],
    ['{{ (1 }}', '}}'],
    ['{{ 1) }}', ') }}'],
    ['{{ ? }}', '?'],
    ['{{ "\\xz" }}', '\\xz'],
    ['{{ f(1) }}', '(1)'],
    ['{{ 1e999 }}', '1e999'],
    ['{{ a.b.c() }}', '() }}'],
    ['{{ if }}', 'if }}'],
    ['{{ a if b else }}', '}}'],
    ['{{ {1 2} }}', '2}'],
    ['{{ a is }}', '}}'],
    ['{{ a| }}', '}}'],
  ])('of what cannot be read: %s', (text, at) => {
    const refused = refusalOf(() => parseTemplate(text))
    expect(text.slice(refused.offset)).toMatch(startsWith(at))
    expect(refused.message).toMatch(/^.{10,}[^.]\.?$/s)
  })
})

describe('what cannot be read says what to do', () => {
  test.each([
    ['a.upper()', 'write "| upper"'],
    ["a.get('x')", '["key"] | default(value)'],
    ["a.startswith('x')", '[:n] == "..."'],
    ['len(a)', 'use a filter'],
    ['a|uper', 'Did you mean "upper"?'],
    ['a is defind', 'Did you mean "defined"?'],
    ['a|nothing_like_it', 'There are: abs, batch, '],
    ["a|join(sep=',')", 'The filter "join" has no argument "sep"; it takes: d, attribute.'],
    ["a|replace('x')", 'The filter "replace" needs its argument "new".'],
    ["a|replace('x', old='y')", 'The filter "replace" is given its argument "old" twice.'],
    ['a|upper(1)', 'The filter "upper" is given 1 arguments, and takes none.'],
    ['a|round(*b)', 'Arguments cannot be spread'],
    ['a|round(precision=1, 2)', 'cannot follow one with a name'],
    ['{% if a %}', 'nodes of the graph'],
  ])('%s', (text, remedy) => {
    const read = text.startsWith('{%') ? parseTemplate : parseExpression
    expect(refusalOf(() => read(text)).message).toContain(remedy)
  })

  test('the depth is an error, wherever it comes from', () => {
    for (const text of [
      '('.repeat(300),
      '-'.repeat(300),
      `a${'.b'.repeat(300)}`,
      `1${'+1'.repeat(300)}`,
    ])
      expect(refusalOf(() => parseExpression(text)).message).toContain('(limit "depth")')
    expect(expression(`1${' + 1'.repeat(150)}`)).toBe(151)
    expect(expression(`''${' ~ 1'.repeat(2000)}`)).toBe('1'.repeat(2000))
  })
})

describe('references', () => {
  const pathsOf = (text: string) =>
    referencesOf(parseTemplate(text)).map(({ path, optional }) =>
      optional ? [...path, '?'] : [...path],
    )

  test.each([
    ['{{ steps.a.output.x }}', [['steps', 'a', 'output', 'x']]],
    ["{{ steps['a-b'].output[0][-1] }}", [['steps', 'a-b', 'output', 0, -1]]],
    ['{{ steps.a.output.0.x }}', [['steps', 'a', 'output', 0, 'x']]],
    ['{{ steps[trigger.data.x].y }}', [['steps'], ['trigger', 'data', 'x']]],
    ['{{ a }} {{ b.c }}', [['a'], ['b', 'c']]],
    [
      '{{ a|default(b.c) }}',
      [
        ['a', '?'],
        ['b', 'c'],
      ],
    ],
    ['{{ a.b|d(1) }}', [['a', 'b', '?']]],
    [
      '{{ a.b is defined and c.d is undefined }}',
      [
        ['a', 'b', '?'],
        ['c', 'd', '?'],
      ],
    ],
    ['{{ a.b is not defined }}', [['a', 'b', '?']]],
    ['{{ a.b|upper|default(1) }}', [['a', 'b']]],
    ['{{ a[b:c] if d else [e, {"k": f}] }}', [['a'], ['b'], ['c'], ['d'], ['e'], ['f']]],
    ['{{ a|map(attribute=b)|join(c) ~ d * -e }}', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['{{ 1 < a <= b }}', [['a'], ['b']]],
    ["{{ 'steps.a' }} {# steps.b #}", []],
    ['steps.a', []],
  ])('%s', (text, paths) => {
    expect(pathsOf(text)).toEqual(paths)
  })

  test('each says where it begins, in the order of the text', () => {
    const text = '😀 {{ b if a else steps.x.output }} {{ (c.d)|int }}'
    const found = referencesOf(parseTemplate(text))
    expect(found.map(({ offset }) => text.slice(offset, offset + 4))).toEqual([
      'b if',
      'a el',
      'step',
      '(c.d',
    ])
    expect(referencesOf(parseExpression('steps.x > 1'))).toEqual([
      { path: ['steps', 'x'], offset: 0, optional: false },
    ])
  })
})

function startsWith(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}`)
}
