import { inject, onTestFinished } from 'vitest'
import {
  createTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from '../../src/testing/index.ts'

/** A test engine on the server of this test run. */
export async function openEngine(
  workflows: TestEngineOptions['workflows'],
  options: Partial<TestEngineOptions> = {},
): Promise<TestEngine> {
  const engine = await createTestEngine({ workflows, databaseUrl: inject('adminUrl'), ...options })
  onTestFinished(() => engine.stop())
  return engine
}
