import { defineConfig } from 'vitest/config'
import { findSystemPostgres } from './test/support/other-postgres.ts'
import { Sequencer } from './test/support/sequencer.ts'

/** Tests that need no database, or start their own: they do not wait for one. */
const plain = [
  'test/{model,definition,dag,embedded,graph/http,graph/expression,graph/document}/**/*.test.ts',
  'test/*.test.ts',
]
const system = findSystemPostgres()

/** They replace a module, so they must be the first that load it. */
const mocking = ['test/graph/http/redirects.test.ts']

/** On the system's Postgres: does it install, and do starts, claims, ends, waits and moves work? The rest: `npm run test:slow`. */
const onOthers = [
  'test/api/**/*.test.ts',
  'test/kernel/{advance-tasks,cancel-runs,claim-ahead,claim-due,claim-free,claim-tasks,settle,tick}.test.ts',
  'test/kernel/{emit-event,event-races,judge-starts,put-signal,races,start-on,start-runs}.test.ts',
  'test/kernel/{attribute-ranges,evaluate-expression,get-runs,retry-workflow,schema,sql-arrays}.test.ts',
  'test/kernel/{execute-transitions,start-entities,work-entities}.test.ts',
]

/** Of every run, also the long one (vitest.slow.config.ts). */
export const usual = {
  pool: 'forks' as const,
  // more than CI has cores: many tests wait
  maxWorkers: 4,
  sequence: { sequencer: Sequencer },
  // only for what hangs: on a busy machine a process may take seconds to start
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
}

/** Property tests: see there. */
const alias = [
  {
    find: /^fast-check$/,
    replacement: new URL('./test/support/fast-check.ts', import.meta.url).pathname,
  },
]

export default defineConfig({
  resolve: { alias },
  test: {
    ...usual,
    projects: [
      {
        extends: true,
        test: { name: 'plain', include: plain, exclude: mocking, isolate: false },
      },
      { extends: true, test: { name: 'mocking', include: mocking } },
      {
        extends: true,
        test: {
          name: 'postgres 18',
          include: ['test/**/*.test.ts'],
          exclude: plain,
          globalSetup: ['test/support/global-setup.ts'],
          isolate: false,
        },
      },
      ...(system === null
        ? []
        : [
            {
              extends: true as const,
              test: {
                name: `postgres ${system.major}`,
                include: onOthers,
                globalSetup: ['test/support/other-setup.ts'],
                isolate: false,
              },
            },
          ]),
    ],
  },
})
