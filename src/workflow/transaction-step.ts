import type { PoolClient } from 'pg'
import { Abandoned, type Isolation } from '../definition/host.ts'
import { decodePayload, encodePayload } from '../model/json.ts'
import { attempt } from './attempt.ts'
import type { Execution } from './execution.ts'
import { insideStep } from './inside.ts'
import type { LazySignal } from './lazy-signal.ts'
import { AttemptContext } from './step-context.ts'
import type { StepContext } from './step-types.ts'

/** A step whose result is recorded by the commit of its own transaction. */
export type TransactionStep = {
  readonly id: string
  readonly key: string
  readonly fn: (tx: PoolClient, ctx: StepContext) => unknown
  readonly isolation: Isolation
  readonly timeoutMs: number | null
  /** Aborted when it is given up with those beside it. */
  readonly group?: LazySignal | undefined
}

/**
 * One attempt. Its time is over only for the handler: once that has returned, the commit decides,
 * or an attempt that counts as failed could have committed. A handler that is given up loses its
 * connection.
 */
export async function performTransaction(
  x: Execution,
  step: TransactionStep,
  tries: number,
): Promise<unknown> {
  const { id, key, fn, isolation, timeoutMs, group } = step
  const all = group ? [x.aborting, group] : [x.aborting]
  const limits = { what: 'Step', key, ms: timeoutMs, with: all, prompt: true }
  const work = async (client: PoolClient): Promise<string | null> => {
    let through = false
    if (group?.aborted) throw group.reason
    try {
      return await attempt(limits, async (signal) => {
        try {
          const context = new AttemptContext(x, id, key, tries, signal)
          const value = await insideStep(key, fn, client, context)
          return encodePayload(value, { what: `the output of step "${key}"` })
        } finally {
          through = true
        }
      })
    } catch (error) {
      throw through ? error : new Abandoned(error)
    }
  }
  const text = await x.transact((change) =>
    x.host.transact(isolation, work, (data) => change({ kind: 'r', name: key, data })),
  )
  return decodePayload(text)
}
