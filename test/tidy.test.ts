// The style of the house, as far as a machine can tell. Every rule lists its offenders.
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ERROR_CODES } from '../src/model/error-codes.ts'
import { findLines, readSources, type Source } from './support/sources.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const src = readSources(['src'], /\.(ts|js)$/)
const sql = readSources(['sql'], /\.sql$/).filter(({ path }) => path !== 'sql/schema.sql')
const functions = sql.filter(({ path }) => path.startsWith('sql/functions/'))
const tests = readSources(['test'], /\.ts$/)
const prose = readSources(
  [
    'docs',
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'AGENTS.md',
    'llms.txt',
  ],
  /\.(md|txt)$/,
)

describe('direction', () => {
  /** What each folder of src may import, beside itself. */
  const allowed: Record<string, readonly string[]> = {
    model: [],
    embedded: ['model'],
    definition: ['model'],
    workflow: ['model', 'definition'],
    kernel: ['model'],
    webhook: ['model'],
    auth: ['model', 'kernel'],
    client: ['model', 'definition', 'kernel', 'auth', 'webhook'],
    dag: ['model'],
    flow: ['model', 'definition', 'dag', 'workflow'],
    graph: ['model', 'definition', 'dag', 'workflow'],
    // documents and expressions are read as graphs read them
    entity: ['model', 'definition', 'graph'],
    // of graphs only what loads stored ones, once one is met
    worker: ['model', 'definition', 'kernel', 'auth', 'client', 'workflow', 'graph', 'webhook'],
    compat: ['model', 'definition', 'client', 'flow', 'worker'],
    adapters: ['model', 'kernel'],
    mcp: ['model', 'definition', 'kernel', 'client'],
    server: [
      ...['model', 'definition', 'kernel', 'client', 'graph', 'entity', 'auth', 'webhook', 'mcp'],
    ],
  }

  test('a folder imports only what lies below it', () => {
    const offenders = src.flatMap(({ path, text }) => {
      const folder = path.split('/')[1] as string
      // the entry of the client also exports what makes a reference to a workflow, that of machines what clients do with them
      const mine = /^src\/(client|entity)\/index\.ts$/.test(path) ? undefined : allowed[folder]
      if (mine === undefined) return []
      return imports(text).flatMap((specifier) => {
        if (!specifier.startsWith('.')) return []
        const target = normalize(join(dirname(path), specifier)).split('/')[1] as string
        return target === folder || mine.includes(target) ? [] : [`${path} imports ${specifier}`]
      })
    })
    expect(offenders).toEqual([])
  })

  test('relative imports name the file, with its ending', () => {
    const offenders = src.flatMap(({ path, text }) =>
      imports(text)
        .filter((specifier) => specifier.startsWith('.') && !/\.(ts|js|json)$/.test(specifier))
        .map((specifier) => `${path} imports ${specifier}`),
    )
    expect(offenders).toEqual([])
  })

  test('SQL is written in sql/ and in src/kernel, and nowhere else', () => {
    // the demo shows what users write; the doctor and the embedded server ask a server about itself
    const free = /^src\/(kernel|demo|embedded|cli\/doctor)\//
    const others = src.filter(({ path }) => !free.test(path))
    const statement =
      /['"`]\s*(select\s.+\sfrom\s|insert\s+into\s|update\s\S+\sset\s|delete\s+from\s)/i
    expect(findLines(others, statement).filter((line) => !/^\S+\s+\*/.test(line))).toEqual([])
  })

  test('only those that own a process read its environment', () => {
    const others = src.filter(
      ({ path }) => !/^src\/(cli|demo|testing|embedded|compat)\//.test(path),
    )
    const found = findLines(others, /process\.env\b/)
    expect(found.filter((line) => !/^\S+\s+(\*|\/\/)/.test(line))).toEqual([])
  })
})

describe('size', () => {
  test('a file of TypeScript has at most 500 lines', () => {
    expect(longer(src, 500)).toEqual([])
  })

  test('a function of TypeScript has at most 70 lines', () => {
    expect(src.flatMap((source) => longBlocks(source, 70))).toEqual([])
  })

  test('a file of SQL functions has at most 100 lines', () => {
    expect(longer(functions, 100)).toEqual([])
  })

  test('a line of SQL has at most 140 columns; signatures in comment and revoke may be longer', () => {
    const wide = findLines(sql.filter(isRepeatable), /^.{141,}$/)
    expect(wide.filter((line) => !/\.sql:\d+ {2}(comment on|revoke) /.test(line))).toEqual([])
  })
})

describe('every SQL function', () => {
  const head = /create or replace function millrace\.(\w+)\s*\(/g

  test('has a file of its own that is named like it', () => {
    const offenders = functions.flatMap(({ path, text }) => {
      const names = [...text.matchAll(head)].map((match) => match[1])
      const expected = path.split('/').at(-1)?.replace('.sql', '')
      return names.length === 1 && names[0] === expected ? [] : [`${path}: ${names}`]
    })
    expect(offenders).toEqual([])
  })

  test('says in its first line what it is', () => {
    const offenders = functions.filter(({ path, lines }) => {
      const name = path.split('/').at(-1)?.replace('.sql', '')
      return !lines[0]?.startsWith(`-- ${name}: `)
    })
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  test('has a comment in the catalogue', () => {
    const offenders = functions.filter(
      ({ text }) => !/^comment on function millrace\.\w+\(/m.test(text),
    )
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  // with '' the schema of temporary objects is searched first, for types too: a client may put there
  // a domain `text` whose check then runs as our owner
  test('looks names up in pg_catalog first, and last where anybody may make them', () => {
    const own = sql
      .filter(({ path }) => /^sql\/(functions|testing|compat|api)\//.test(path))
      .filter(({ text }) => /^create or replace function/m.test(text))
    const offenders = own.filter(({ text }) => {
      const paths = [...text.matchAll(/set search_path\b[^$\n]*?(?= set | as \$|$)/gm)]
      // what follows `return` is looked up once, when the function is made
      const bound = /^return /m.test(text) && paths.length === 0
      return !bound && !/^set search_path = pg_catalog, pg_temp$/.test(String(paths))
    })
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  test('is closed to the public, except those that tell nothing', () => {
    const open = ['clock', 'machine_uuid', 'run_uuid', 'run_number', 'current_tenant']
    const offenders = functions.filter(({ path, text }) => {
      const name = path.split('/').at(-1)?.replace('.sql', '') as string
      return open.includes(name) === /^revoke (all|execute) on function/m.test(text)
    })
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  test('says what it locks where it locks, and what it raises where it raises', () => {
    const offenders = functions.flatMap(({ path, text }) => {
      if (path.endsWith('/fail.sql')) return []
      const about = text.slice(0, text.indexOf('create or replace'))
      const body = text.slice(text.indexOf('create or replace'))
      const locks =
        /for (no key )?update|for key share|lock table/.test(body) && !/Locks:/.test(about)
      const raises = /millrace\.fail\(/.test(body) && !/Raises|MR\d{3}/.test(about)
      return [...(locks ? [`${path}: Locks`] : []), ...(raises ? [`${path}: Raises`] : [])]
    })
    expect(offenders).toEqual([])
  })

  test('raises only codes of the one table', () => {
    const offenders = sql.flatMap(({ path, text }) =>
      [...text.matchAll(/\bMR\d{3}\b/g)]
        .map(([code]) => code)
        // MR000 names them all, where one catches them
        .filter((code) => !Object.hasOwn(ERROR_CODES, code) && code !== 'MR000')
        .map((code) => `${path}: ${code}`),
    )
    expect(offenders).toEqual([])
  })
})

describe('what PostgREST serves', () => {
  const served = sql.filter(({ path }) => /^sql\/api\/(functions|views)\//.test(path))

  test('is one object a file, named like it, with a comment', () => {
    const offenders = served.filter(({ path, text, lines }) => {
      const name = path.split('/').at(-1)?.replace('.sql', '')
      const made = [...text.matchAll(/^create or replace (?:view|function) api\.(\w+)/gm)]
      const named =
        made.length === 1 && made[0]?.[1] === name && lines[0]?.startsWith(`-- ${name}: `)
      return !named || !/^comment on (view|function) api\./m.test(text)
    })
    expect(offenders.map(({ path }) => path)).toEqual([])
  })

  test('reads with the rights of its caller, or takes tenant and name from the token', () => {
    const offenders = served.filter(({ path, text }) => {
      if (path.includes('/views/')) return !text.includes('with (security_invoker = true)')
      const asks = /millrace\.caller_options\(/.test(text) && !/p_tenant/.test(text)
      const changes = !/language plpgsql stable/.test(text)
      const noted = /millrace\.note_call\(/.test(text) === changes
      const closed = /^revoke execute on function .* from public;$/m.test(text)
      // what only calls another of them leaves the rest to it
      if (/^language sql .* as \$\$\n {2}select api\.\w+\([^;]*\)\n\$\$;$/m.test(text))
        return !closed
      return !(asks && noted && closed && /millrace\.answer_error\(/.test(text))
    })
    expect(offenders.map(({ path }) => path)).toEqual([])
  })
})

describe('SQL that a distributed Postgres accepts too', () => {
  const bare = functions.map((source) => ({ ...source, text: withoutComments(source.text) }))
  const statements = bare.flatMap(({ path, text }) =>
    text
      .split(';')
      .map((statement) => ({ path, statement: statement.replace(/\s+/g, ' ').trim() })),
  )
  const volatile = /\b(clock_timestamp|millrace\.clock|now|random|gen_random_uuid|nextval)\s*\(/

  test('nothing volatile within UPDATE SET, RETURNING or ON CONFLICT SET', () => {
    const parts = [
      /\bupdate \S+( \w+)? set (.*?)( from | where | returning |$)/g,
      /\breturning (.*)$/g,
      /\bdo update set (.*)$/g,
    ]
    const offenders = statements.flatMap(({ path, statement }) =>
      parts
        .flatMap((part) => [...statement.matchAll(part)].map(([found]) => found))
        .filter((found) => volatile.test(found))
        .map((found) => `${path}: ${found}`),
    )
    expect(offenders).toEqual([])
  })

  test.each([
    ['no INSERT inside a CTE', /\bas (materialized |not materialized )?\(\s*insert\b/i],
    ['no trigger', /\bcreate (or replace )?(constraint )?trigger\b/i],
    ['no session advisory lock', /\bpg_(try_)?advisory_lock\b/i],
    ['no ON DELETE SET NULL', /\bon delete set null\b/i],
    ['no dynamic SQL in functions', /\bexecute\s+(format|'|v_|p_)/i],
  ])('%s', (_rule, form) => {
    expect(statements.filter(({ statement }) => form.test(statement))).toEqual([])
  })
})

describe('tests', () => {
  test('none is the only one, none is left for later', () => {
    const mark = new RegExp(`\\.(only|skip|todo)\\(|${'FIX'}ME|${'XX'}X`)
    expect(findLines(tests, mark).filter((line) => !line.startsWith('test/tidy'))).toEqual([])
  })

  test('none sleeps: what is waited for is asked for', () => {
    /** Those that pause between two questions, and those whose subject is time. */
    const reasons: Record<string, string> = {
      'test/support/until.ts': 'the pause between two questions',
      'test/embedded/room.ts': 'the pause between two questions',
      'test/tidy.test.ts': 'names the rule',
    }
    const sleep = /\bsetTimeout\(|from 'node:timers\/promises'|pg_sleep\(/
    const found = findLines(tests, sleep)
    // histories have their own clock; handlers and programs under test take time, which is their subject
    const subject =
      /^test\/(crash|workflow|worker|client|cli|demo|testing)\/|pg_sleep\((60|0\.001)\)/
    expect(
      found.filter((line) => !subject.test(line) && !reasons[line.split(':')[0] as string]),
    ).toEqual([])
  })
})

describe('words', () => {
  test('one meaning each: what others call otherwise has our name', () => {
    const banned = new RegExp(
      `\\b(${'jo'}bs?|visibility ${'time'}outs?|${'cance'}led|${'cance'}ling)\\b`,
      'i',
    )
    const compat = /^docs\/compat\//
    const all = [...src, ...sql, ...prose.filter(({ path }) => !compat.test(path))]
    expect(findLines(all, banned)).toEqual([])
  })

  test('a run is not an execution: the word is only the class of one that is under way here', () => {
    // what other engines call them, where their routes are kept
    const own = src.filter(({ path }) => !path.startsWith('src/server/compat/'))
    const offenders = [...findLines(own, /\bexecutions?\b/), ...findLines(sql, /\bexecutions?\b/i)]
    expect(
      offenders.filter(
        (line) => !/\bexecution(\.ts|\.)|\.\/compat\//.test(line) && !/of one execution/.test(line),
      ),
    ).toEqual([])
  })
})

test('relative links of the documents lead somewhere', () => {
  const offenders = prose.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => (match[1] as string).split('#')[0] as string)
      .filter((link) => link !== '' && !/^[a-z]+:/.test(link))
      .filter((link) => !existsSync(join(root, dirname(path), link)))
      .map((link) => `${path}: ${link}`),
  )
  expect(offenders).toEqual([])
})

/** A migration never changes once it was applied, not even its comments. */
function isRepeatable({ path }: Source): boolean {
  return !path.startsWith('sql/migrations/')
}

function imports(text: string): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/g,
  )
  return [...found].map((match) => (match[1] ?? match[2]) as string)
}

function longer(sources: readonly Source[], most: number): string[] {
  return sources
    .filter(({ lines }) => lines.length - 1 > most)
    .map(({ path, lines }) => `${path}: ${lines.length - 1} lines`)
}

/** Functions and methods, told by their first and last line having the same indentation. */
function longBlocks({ path, lines }: Source, most: number): string[] {
  const start =
    /^( *)(export )?(default )?(async )?(function\b|(static |private )?(async )?#?\w+\([^=]*\)?.*\{$|const \w+ = .*=> \{$)/
  return lines.flatMap((line, i) => {
    const match = start.exec(line)
    if (!match || /^\s*(if|for|while|switch|return|await|expect|describe|class)\b/.test(line))
      return []
    const end = lines.findIndex((other, j) => j > i && other.startsWith(`${match[1]}}`))
    return end - i > most ? [`${path}:${i + 1} has ${end - i} lines`] : []
  })
}

function withoutComments(text: string): string {
  return text.replace(/--.*$/gm, '')
}
