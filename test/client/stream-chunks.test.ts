import { expect, test } from 'vitest'
import type { LiveSource } from '../../src/client/follow/live-source.ts'
import { streamChunks } from '../../src/client/follow/stream-chunks.ts'

/** Chunks of attempt 1 as they came, and then the end: what was live of later attempts was missed. */
function source(heard: readonly unknown[], output: readonly unknown[]): LiveSource {
  async function* items() {
    const of = { id: '0-r-0', runId: 'r', stepId: 'say', at: '2026-01-01T00:00:00.000Z' }
    for (const [index, data] of heard.entries())
      yield { event: { ...of, type: 'chunk', attempt: 1, data }, index, stored: true }
    yield { event: { ...of, type: 'step:completed', output } }
  }
  return { items } as unknown as LiveSource
}

async function read(heard: readonly unknown[], output: readonly unknown[]) {
  const [got, resets]: [unknown[], number[]] = [[], []]
  const onReset = () => resets.push(got.length)
  for await (const chunk of streamChunks(source(heard, output), 'r', 'say', { onReset }))
    got.push(chunk)
  return { got, resets }
}

test.each([
  [['1.0', '1.1'], ['2.0', '2.1', '2.2'], [2]],
  [[{ a: 1 }, 'b', 'c'], [{ a: 1 }], [3]],
])(
  'chunks of an attempt that did not stay are followed by all of the one that did',
  async (heard, output, resets) => {
    expect(await read(heard, output)).toEqual({ got: [...heard, ...output], resets })
  },
)

test.each([
  [[], ['a', 'b']],
  [[{ a: 1 }], [{ a: 1 }, 'b']],
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
])('else only what was missed comes with the end', async (heard, output) => {
  expect(await read(heard, output)).toEqual({ got: output, resets: [] })
})
