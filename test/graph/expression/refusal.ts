import { ExpressionError } from '../../../src/graph/expression/index.ts'

/** The error that some work must end with. @throws what else it ends with */
export function refusalOf(work: () => unknown): ExpressionError {
  let value: unknown
  try {
    value = work()
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
  throw new Error(`It is not refused, and gives ${JSON.stringify(value)?.slice(0, 200)}`)
}
