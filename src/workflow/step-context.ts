import { stepLogger } from '../model/logger.ts'
import type { Execution } from './execution.ts'
import type { StepContext } from './step-types.ts'

/**
 * The context of one attempt. Signal and logger are made when they are asked for: most handlers use
 * neither, and there are tens of thousands of attempts a second.
 */
export function stepContext(
  x: Execution,
  id: string,
  key: string,
  attempt: number,
  signal: () => AbortSignal,
): StepContext {
  const { lease, host } = x
  return {
    runId: lease.id,
    stepId: id,
    attempt,
    idempotencyKey: `${lease.id}:${key}`,
    get signal() {
      return signal()
    },
    get logger() {
      return stepLogger(host.logger, `${key} (attempt ${attempt})`)
    },
  }
}
