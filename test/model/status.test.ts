import { expect, test } from 'vitest'
import { isTerminal, WorkflowStatus } from '../../src/model/status.ts'

test('three statuses of a run are final', () => {
  expect(Object.values(WorkflowStatus).filter(isTerminal)).toEqual([
    'completed',
    'failed',
    'cancelled',
  ])
  expect(isTerminal('skipped')).toBe(true)
})
