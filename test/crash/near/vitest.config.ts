import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { usual } from '../../../vitest.config.ts'

/** Tests on a server that is there (near-tests.ts), one file after the other. */
export default defineConfig({
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  test: {
    ...usual,
    include: ['test/kernel/**/*.test.ts'],
    globalSetup: ['test/crash/near/setup.ts'],
    isolate: false,
    maxWorkers: 1,
    testTimeout: 60_000, // other work may go on beside it for hours
  },
})
