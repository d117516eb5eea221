import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineSignal } from '../../src/definition/signal.ts'
import { defineEvent } from '../../src/definition/event.ts'
import { defineStep } from '../../src/workflow/define-step.ts'
import { workflow } from '../../src/workflow/workflow.ts'
import { useEngine } from '../support/engine.ts'

const t = useEngine()
const LONG = { timeout: 5_000 }
const strict = defineStep('strict', () => 1, { outputSchema: z.number() })
const kid = workflow('kid', () => 'kid')
const w = workflow('all kinds', async ({ step }) => {
  const a = await step.waitForAny('any', { yes: defineSignal('yes'), no: defineSignal('no') })
  const b = await step.waitForAll('all', { a: defineSignal('a'), b: defineSignal('b') })
  const c = await step.approval('ask', { question: 'q?' })
  const d = await step.poll('poll', () => 'polled')
  const e = await step.waitFor('event', defineEvent('ev').for('k'))
  const f = await step.run('strict', strict, undefined)
  const g = await step.transaction('tx', async () => 'tx')
  const h = await step.invoke('kid', kid, undefined)
  const i = (await step.now()).toISOString()
  const j = await step.waitFor('typed', { eventName: 'typed', schema: z.number() })
  await step.set('x', 1)
  const k = await step.patched('p')
  return { a, b, c, d, e, f, g, h, i, j, k }
})

test('kinds', async () => {
  await t.engine.registerWorkflow(kid)
  const run = await t.start(w)
  await run.signal('yes', 1)
  await run.signal('a', 1)
  await run.signal('b', 2)
  await expect.poll(async () => (await t.engine.getApprovals({ runId: run.id })).items.length, LONG).toBe(1)
  await t.engine.answerApproval({ approvalId: (await t.engine.getApprovals({ runId: run.id })).items[0]!.id, approved: true, by: 'me' })
  await t.engine.emitEvent(defineEvent('ev'), 5, { key: 'k' })
  await run.signal('typed', 7)
  console.log(JSON.stringify(await run.result({timeout: 20000})))
  for (const { stepId, kind, status } of await run.timeline()) console.log(stepId, kind, status)
  for (const [fromStep, output] of [
    ['any', { name: 'no', data: 3 }],
    ['any', 'hello'],
    ['all', { a: 5, b: 6 }],
    ['all', 'x'],
    ['ask', { approved: false, by: 'x' }],
    ['ask', 'x'],
    ['poll', 'other'],
    ['event', 9],
    ['strict', 'not a number'],
    ['tx', 'edited'],
    ['kid', 'edited'],
    ['typed', 'not a number'],
    ['typed', 8],
    ['$now', '2020-01-01T00:00:00.000Z'],
    ['$set:x', 5],
    ['$patch:p', false],
  ] as const) {
    try {
      const fork = await run.fork({ fromStep, output })
      for (const s of ['a','b','yes','no']) if (['any'].includes(fromStep)) await fork.signal(s, 1).catch(() => {})
      if (fromStep !== 'typed') await fork.signal('typed', 1); if (fromStep === 'any') { await expect.poll(async () => (await t.engine.getApprovals({ runId: fork.id })).items.length, LONG).toBe(1).catch(()=>{}); const q = (await t.engine.getApprovals({ runId: fork.id })).items[0]; if (q) await t.engine.answerApproval({ approvalId: q.id, approved: true, by: 'me' }) }
      const end = await fork.waitForStatus(['completed', 'failed', 'paused'], { timeoutMs: 9000 }).catch((e) => e)
      console.log('FORK', fromStep, JSON.stringify(output), end.status ?? end.message, end.error, JSON.stringify(end.output))
    } catch (e) {
      console.log('FORK', fromStep, JSON.stringify(output), 'REFUSED', (e as Error).message)
    }
  }
}, 200000)
