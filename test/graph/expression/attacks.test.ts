// What hostile expressions and hostile data can do: nothing, in little time.
import { describe, expect, test } from 'vitest'
import { filters } from '../../../src/graph/expression/filters/index.ts'
import {
  ExpressionError,
  evaluateExpression,
  evaluateTemplate,
  type Limits,
  parseExpression,
  parseTemplate,
  renderTemplate,
} from '../../../src/graph/expression/index.ts'
import { tests } from '../../../src/graph/expression/tests.ts'
import { refusalOf } from './refusal.ts'

/** Milliseconds of processor time that one may take; a fifth of it is usual. */
const MOST_MS = 1000

const evaluate = (text: string, scope = {}, limits?: Limits) =>
  evaluateExpression(parseExpression(text), scope, limits)

describe('JavaScript is out of reach', () => {
  const scope = { x: { a: 1 }, l: [1], s: 'text', n: 1, t: true, nil: null }
  const names = [
    'constructor',
    '__proto__',
    'prototype',
    'toString',
    'valueOf',
    'toJSON',
    'hasOwnProperty',
    '__defineGetter__',
    '__lookupGetter__',
    'length',
    'push',
    'at',
    'then',
    'call',
    'apply',
    'caller',
    'arguments',
  ]

  test.each(Object.keys(scope))('names of objects are not there in %s', (base) => {
    for (const name of names) {
      const forms = [`${base}.${name}`, `${base}['${name}']`, `${base}['${name}' ~ '']`]
      for (const form of forms) {
        expect(refusalOf(() => evaluate(form, scope)).path).toBe(form)
        expect(evaluate(`${form} is defined`, scope)).toBe(false)
        refusalOf(() => evaluate(`${form}.constructor`, scope))
        refusalOf(() => evaluate(`${form}('return 1')`, scope))
      }
      for (const form of [`[${base}]|map(attribute='${name}')|list`, `'%(${name})s' % ${base}`])
        refusalOf(() => evaluate(form, scope))
    }
  })

  test('they are no names, filters, tests and arguments either', () => {
    const globals = ['globalThis', 'process', 'require', 'this', 'self', 'config', 'lipsum', 'Math']
    for (const name of [...names.filter((one) => one !== 'length'), ...globals]) {
      refusalOf(() => evaluate(name))
      expect(evaluate(`${name} is defined`)).toBe(false)
      for (const form of [
        `1|${name}`,
        `1 is ${name}`,
        `[1]|map('${name}')`,
        `[1]|select('${name}')`,
      ])
        refusalOf(() => evaluate(form))
      refusalOf(() => evaluate(`1|round(${name}=1)`))
    }
  })

  test.each([
    "''.constructor.constructor('return process')()",
    "''['__proto__']['constructor']['constructor']('return 1')()",
    'x.__class__.__mro__[1].__subclasses__()',
    "cycler.__init__.__globals__.os.popen('id').read()",
    "'{0.__class__}'.format(x)",
    "x|attr('constructor')",
    '(() => 1)()',
    'x = 1',
    'x; y',
    "import('fs')",
    'new Date()',
    'x?.y',
    'x ?? y',
    '/a+/.test(s)',
    '[...l]',
    'lambda: 1',
    '[y for y in l]',
    'x.a++',
    'typeof x',
    '1 if',
    '}} {{',
    '{% set x = 1 %}',
  ])('%s', (text) => {
    refusalOf(() => evaluate(text, scope))
  })

  test('such keys of data are keys as any other', () => {
    const data = JSON.parse('{"x": {"__proto__": {"polluted": 1}, "constructor": 2, "length": 3}}')
    expect(evaluate('x.__proto__.polluted', data)).toBe(1)
    expect(evaluate('x.constructor + x.length', data)).toBe(5)
    expect(evaluate('x|length', data)).toBe(3)
    expect(evaluate('x|list', data)).toEqual(['__proto__', 'constructor', 'length'])
    refusalOf(() => evaluate('x.polluted', data))
  })

  test('a result with such keys changes no prototype', () => {
    const made = evaluate(
      "{'__proto__': {'polluted': 1}, 'constructor': {'prototype': 2}}",
    ) as object
    expect(JSON.stringify(made)).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}')
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect('polluted' in {}).toBe(false)
  })
})

describe('data that are more than data', () => {
  const touched: string[] = []
  const touch = (what: string) => () => {
    touched.push(what)
    throw new Error(`${what} was called`)
  }
  const methods = {
    toString: touch('toString'),
    valueOf: touch('valueOf'),
    toJSON: touch('toJSON'),
    [Symbol.toPrimitive]: touch('toPrimitive'),
    [Symbol.iterator]: touch('iterator'),
    [Symbol.toStringTag]: 'tag',
  }
  class Instance {
    own = 1
    get inherited() {
      return touch('inherited')()
    }
    method = touch('method')
  }
  const handler: ProxyHandler<object> = {
    get: touch('get'),
    has: touch('has'),
    set: touch('set'),
    apply: touch('apply'),
    getPrototypeOf: touch('getPrototypeOf'),
  }
  const scope = {
    tricky: { ...methods, a: 1 },
    array: Object.assign([1, 2], methods),
    instance: new Instance(),
    proxy: new Proxy({ a: 1 }, handler),
    listed: new Proxy([1, 2], handler),
    symbol: Symbol('s'),
    called: touch('function'),
    nothing: undefined,
    [Symbol('key')]: 1,
    get secret() {
      return touch('getter')()
    },
  }

  test('only what is own and plain is there', () => {
    expect(evaluate("tricky ~ '|' ~ array ~ '|' ~ instance", scope)).toBe(
      "{'a': 1}|[1, 2]|{'own': 1}",
    )
    expect(evaluate("proxy ~ '|' ~ listed", scope)).toBe("{'a': 1}|[1, 2]")
    expect(evaluate('[proxy.a, listed[1], listed|length, proxy|length]', scope)).toEqual([
      1, 2, 2, 1,
    ])
    expect(evaluate('[tricky == proxy, array == listed, 2 in listed]', scope)).toEqual([
      true,
      true,
      true,
    ])
    for (const name of ['secret', 'symbol', 'called', 'nothing', 'instance.inherited'])
      refusalOf(() => evaluate(name, scope))
    expect(refusalOf(() => evaluate('nope', scope)).message).toBe(
      'nope is not there; there are: tricky, array, instance, proxy, listed',
    )
  })

  test('no filter and no test calls anything of theirs', () => {
    for (const name of ['tricky', 'array', 'instance', 'proxy', 'listed']) {
      for (const filter of Object.keys(filters)) attempt(() => evaluate(`${name}|${filter}`, scope))
      for (const one of Object.keys(tests).filter((key) => /^\w+$/.test(key)))
        attempt(() => evaluate(`${name} is ${one}`, scope))
      for (const sign of ['+', '-', '*', '/', '//', '%', '**', '~', '==', '<', 'in', 'and'])
        attempt(() => evaluate(`${name} ${sign} ${name}`, scope))
    }
    expect(touched).toEqual([])
  })
})

describe('bombs', () => {
  const big = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${i}`, i]))
  const numbers = Array.from({ length: 100_000 }, (_, i) => i)
  const scope = {
    s: 'a'.repeat(1_000_000),
    spaces: `${' '.repeat(500_000)}x`,
    faces: '😀'.repeat(250_000),
    big,
    x: [{ big }],
    n: numbers,
    texts: numbers.map((i) => `k${(i * 7919) % 100_000}`),
    rows: Array.from({ length: 20_000 }, (_, i) => ({ a: i % 100, b: { c: 'x'.repeat(20) } })),
    deep: JSON.parse('['.repeat(5000) + ']'.repeat(5000)),
  }

  const bombs = [
    // memory
    "'a' * 10**9",
    "'a' * 10**300",
    '[0] * 10**9',
    '([[0] * 1000] * 1000) * 1000',
    "(('a' * 1000) * 1000) * 1000",
    "('a' * 1000000)|replace('a', 'b' * 1000000)",
    "('a' * 1000000)|replace('', 'b' * 1000)",
    's ~ s ~ s',
    '[s] * 100000',
    '[s, s]|join',
    "texts|join('x' * 1000)",
    "'%1000000000d' % 1",
    "'%*d' % (1000000000, 1)",
    "('%*d' * 1000) % ((1000000, 1) * 1000)",
    "'%.1000000f' % 1",
    "('%.500f' * 50000) % ((0.1,) * 50000)",
    "('a\\n' * 400000)|indent(1000000)",
    "[[[[1]]]]|tojson(' ' * 1000000)",
    'n|batch(10**9, 0)',
    'n|slice(10**9)',
    "('<' * 1000000)|escape",
    "('\\x00' * 1000000)|tojson",
    'faces|urlencode',
    `[${'n, '.repeat(2000)}n]`,
    `[${'big, '.repeat(2000)}big]|string`,
    // numbers
    '10 ** 10 ** 10',
    '2 ** 4096',
    '(2 ** 4095) * 2',
    '(-2) ** 4097',
    '10.0 ** 400',
    '1e400',
    '1'.repeat(9000),
    `0x${'f'.repeat(9000)}`,
    '([2 ** 4000] * 200000)|sum',
    '([2 ** 4000] * 200000)|join',
    "([2 ** 4000] * 200000)|map('string')",
    "('%d' * 50000) % ((2 ** 4000,) * 50000)",
    "('%g' * 50000) % ((1e-300,) * 50000)",
    "([1e-300] * 200000)|map('round', 300)",
    "([2 ** 4000] * 100000)|map('round', -1000)",
    "(['1' * 4000] * 100000)|map('int', 0, 2)",
    "(['2' * 2500] * 100000)|map('int', 0, 3)",
    // time
    '([s] * 100000)|map(attribute=0)',
    "([s] * 100000)|map('last')",
    "([s] * 100000)|map('length')",
    "([s] * 100000)|map('upper')",
    "([spaces] * 10000)|map('trim')",
    "([' ' * 8000 ~ 'x'] * 100000)|map('int')",
    "([s] * 1000)|map('replace', 'b' ~ 'a' * 50000, '')",
    "(['b' ~ 'a' * 50000] * 1000)|select('in', s)",
    "(['a'] * 1000)|map(attribute='0.' * 4000 ~ '0')",
    "['a']|map(attribute='0.' * 100000 ~ '0')",
    'texts|sort',
    'n|sort(reverse=true)',
    'big|dictsort',
    'big|tojson',
    '([s, s ~ "b"] * 1000)|sort',
    '([s] * 100000)|unique',
    '([[1]] * 100000)|sum(start=[])',
    '[n] * 3 == [n] * 3',
    "('a ' * 500000)|wordcount",
    "('a ' * 500000)|title",
    // depth
    '('.repeat(4000),
    '['.repeat(4000),
    `${'('.repeat(4000)}1${')'.repeat(4000)}`,
    `${'-'.repeat(4000)}1`,
    `${'not '.repeat(2000)}1`,
    `a${'.a'.repeat(4000)}`,
    `a${'[0]'.repeat(3000)}`,
    `1${'|abs'.repeat(2000)}`,
    `1${' + 1'.repeat(2000)}`,
    `1${' if 1'.repeat(1500)}`,
    `1${' is eq 1'.repeat(1000)}`,
    `'a'|map(${"'map', ".repeat(1200)}'upper')`,
    'deep|string',
    'deep|tojson',
    'deep == deep',
    '[deep]',
    // length
    `'${'a'.repeat(20_000)}'`,
    `${' '.repeat(20_000)}1`,
    `'${'\\'.repeat(2_000_001)}`,
    'a'.repeat(2_000_000),
    '{'.repeat(2_000_000),
  ]
  const named = bombs.map((text) => [text.length > 80 ? `${text.slice(0, 80)}…` : text, text])

  test.each(named)('%s', (_, text = '') => {
    const before = process.cpuUsage()
    const { message } = refusalOf(() => evaluate(text, scope))
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(MOST_MS)
    expect(message.length).toBeLessThan(700)
  })

  test.each([
    ["(x * 50000)|map(attribute='big')|map('length')|sum ~ ''", 10],
    ["'%.1s' % s", 1],
    ['s[:100]', 100],
    ['faces[-5:]', 5],
    ['faces|truncate(100)', 100],
    ['n|sort|first ~ ""', 1],
    ["inOrder|sort|last ~ ''", 5],
    ["'b' ~ 'a' * 50000 in s", null],
    ["s|replace('b' ~ 'a' * 50000, '')", 1_000_000],
  ])('%s has a value, in as little time', (text, length) => {
    const inOrder = numbers.slice(0, 60_000)
    const some = { ...scope, inOrder, n: numbers.slice(0, 10_000).reverse() }
    const before = process.cpuUsage()
    const value = evaluate(text, some)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(MOST_MS)
    expect(typeof value === 'string' ? [...value].length : null).toBe(length)
  })

  test('templates of many expressions share the fuel, and take time by their length', () => {
    const before = process.cpuUsage()
    refusalOf(() => evaluateTemplate(parseTemplate('{{ n == n }}'.repeat(100)), scope))
    expect(renderTemplate(parseTemplate('{{ 1 }}'.repeat(50_000)), {})).toBe('1'.repeat(50_000))
    refusalOf(() => parseTemplate('{#'.repeat(500_000)))
    parseTemplate(`${' '.repeat(500_000)}{{- 1 -}}${' '.repeat(500_000)}`)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(2 * MOST_MS)
  })

  test('each limit can be lowered, and names itself', () => {
    const refused = (text: string, limits: Limits) =>
      refusalOf(() => evaluate(text, scope, limits)).message
    expect(refused('1 + 1', { fuel: 2 })).toContain('(limit "fuel")')
    expect(evaluate('1 + 1', scope, { fuel: 4 })).toBe(2)
    expect(refused("'a' * 11", { bytes: 10 })).toContain('(limit "bytes")')
    expect(refused("['é', 'é']", { bytes: 8 })).toContain('(limit "bytes")')
    expect(refused('[[[1]]]', { depth: 2 })).toContain('(limit "depth")')
    expect(evaluate('[[[1]]]', scope, { depth: 3 })).toEqual([[[1]]])
  })
})

describe('hostile text', () => {
  const texts = [
    '\ud800',
    '\udc00\ud800',
    'a\0b',
    '\ufeff',
    '\u2028\u2029',
    '\u202eabc',
    '😀\ud83d',
    'İıßſŉǅ',
    '\u0345',
  ]

  test.each(texts.map((text) => [JSON.stringify(text), text]))('%s in data', (_, text) => {
    const scope = { x: text, d: { [text]: text }, l: [text, text] }
    expect(evaluate('x', scope)).toBe(text)
    expect(evaluate('d[x]', scope)).toBe(text)
    expect(evaluate('x in d and x in l and x == l[0]', scope)).toBe(true)
    expect(evaluate("x|list|join == x and (x ~ 'z')[:-1] == x and x[0:] == x", scope)).toBe(true)
    expect(evaluate('[x|length, x[:2]|length <= 2, x|first is string]', scope)).toEqual([
      [...text].length,
      true,
      true,
    ])
    for (const filter of Object.keys(filters)) {
      for (const form of [`x|${filter}`, `l|${filter}`, `d|${filter}`, `l|map('${filter}')|list`])
        attempt(() => evaluate(form, scope))
    }
    expect(JSON.parse(evaluate('d|tojson', scope) as string)).toEqual({ [text]: text })
  })

  test.each(texts.map((text) => [JSON.stringify(text), text]))(
    '%s in the expression',
    (_, text) => {
      expect(evaluate(`'${text}'`)).toBe(text)
      expect(renderTemplate(parseTemplate(`${text}{{ 1 }}${text}`), {})).toBe(`${text}1${text}`)
      attempt(() => evaluate(text))
      attempt(() => evaluate(`x.${text}`))
      attempt(() => evaluate(`x|${text}`))
      attempt(() => evaluate(`1 ${text} 1`))
    },
  )

  test('half of a pair has its own place in the order of characters', () => {
    const scope = { x: ['\uffee', '😀', 'a\udd95', '\udd95', '𒎄', '\ud83d'] }
    const order = ['a\udd95', '\ud83d', '\udd95', '\uffee', '𒎄', '😀']
    expect(evaluate('x|sort', scope)).toEqual(order)
  })

  test('a path to something odd is shown as it is, and not at length', () => {
    const refused = refusalOf(() => evaluate(`x['${'\0'.repeat(5000)}']`, { x: {} }))
    expect(refused.message.length).toBeLessThan(400)
    expect(refused.path?.length).toBeLessThanOrEqual(200)
  })
})

/** Anything but a failure that is none of ours. */
function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
  }
}
