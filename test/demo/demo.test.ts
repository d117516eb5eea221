import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const demo = new URL('../../dist/demo/demo.js', import.meta.url).href

/** The built demo in a process of its own, as the command runs it. */
function start(options: object, env: NodeJS.ProcessEnv = {}) {
  const code = `import { runDemo } from '${demo}'
    process.exitCode = await runDemo(${JSON.stringify(options)})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said.text += text
    })
  }
  return { child, said, ended: once(child, 'close').then(([code]) => code as number) }
}

describe('the demo', { timeout: 150_000 }, () => {
  test('kills its worker, and shows that nothing was lost and nothing repeated', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'demo-test-'))
    const { said, ended } = start({ quick: true }, { TMPDIR: folder })
    const code = await ended
    expect(said.text).toMatch(/runs completed +│ +200 │ of 200/)
    expect(said.text).toMatch(/steps executed +│ +800 │/)
    expect(said.text).toMatch(/worker processes killed +│ +2 │ they held \d+ and \d+ runs/)
    expect(said.text).toMatch(/stock reservations +│ +200 │/)
    expect(said.text).toContain('no completed step ran twice.')
    expect(said.text.match(/kill -9 \d+: the worker is gone, and held [1-9]/g)).toHaveLength(2)
    expect(code).toBe(0)
    expect(await readdir(folder), 'it leaves nothing behind').toEqual([])
    await rm(folder, { recursive: true })
  })

  test('uses a Postgres that it is given, and leaves it as it was', async () => {
    await using db = await createDatabase({ testClock: false })
    const { said, ended } = start({ orders: 100, kills: 1, databaseUrl: db.url })
    expect([await ended, said.text]).toEqual([0, expect.stringMatching(/100 │ of 100/)])
    expect(await schemas(db)).toEqual(['millrace', 'public'])
    expect(await db.value<string>('select count(*) from millrace.runs'), 'a guest').toBe('0')
  })

  test('ends and cleans up when it is told to', async () => {
    await using db = await createDatabase({ testClock: false })
    const { child, said, ended } = start({ orders: 5000, kills: 0, databaseUrl: db.url })
    await until('it works', () => /[1-9]\d* running/.test(said.text), { timeout: 60_000 })
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(said.text).toContain('stopped by SIGINT')
    const worker = Number(/process (\d+), is killed/.exec(said.text)?.[1])
    expect(() => process.kill(worker, 0), 'the worker is gone').toThrow('ESRCH')
    expect(await schemas(db)).toEqual(['millrace', 'public'])
  })

  test('refuses what it cannot do', async () => {
    const { said, ended } = start({ orders: 0 })
    expect(await ended).toBe(1)
    expect(said.text).toContain('--orders is 0; it must be a whole number from 1 to 100000.')
  })
})

async function schemas(db: { query: (text: string) => Promise<object[]> }): Promise<string[]> {
  const rows = (await db.query(
    "select nspname from pg_namespace where nspname !~ '^(pg_|information_schema)' order by 1",
  )) as { nspname: string }[]
  return rows.map(({ nspname }) => nspname)
}
