/**
 * `millrace/testing`: engines in databases of their own, with a clock that a test can move.
 * @module
 */
export type { TestClock } from './clock.ts'
export { createTestEngine, startTestServer, type TestEngineOptions } from './create-test-engine.ts'
export type { MockFn } from './mocks.ts'
export { type Divergence, type ReplayOptions, replayHistory } from './replay-history.ts'
export { TestEngine } from './test-engine.ts'
