import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { until } from '../support/until.ts'

const script = fileURLToPath(new URL('./fixtures/script.js', import.meta.url))

function run(url: string, ending: string) {
  const child = spawn(process.execPath, [script, url, ending], { stdio: 'pipe' })
  const printed = { out: '', errors: '' }
  child.stdout.on('data', (data) => {
    printed.out += data
  })
  child.stderr.on('data', (data) => {
    printed.errors += data
  })
  return { child, printed }
}

test('a program that stops its engine ends by itself, and prints nothing of its own', {
  timeout: 40_000,
}, async () => {
  await using db = await createDatabase({ testClock: false })
  const { child, printed } = run(db.url, 'stop')
  expect(await once(child, 'exit')).toEqual([0, null])
  expect(printed).toEqual({ out: 'hello\n', errors: '' })
})

test('a program that does not stop its engine goes on working', { timeout: 40_000 }, async () => {
  await using db = await createDatabase({ testClock: false })
  const { child, printed } = run(db.url, 'forget')
  await until('it has its result', () => printed.out === 'hello\n', { timeout: 20_000 })
  const began = performance.now()
  await until('a while has passed', () => performance.now() - began > 1500)
  expect([child.exitCode, child.signalCode]).toEqual([null, null])
  child.kill('SIGKILL')
})
