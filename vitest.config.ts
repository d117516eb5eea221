import { defineConfig } from 'vitest/config'
import { findSystemPostgres } from './test/support/other-postgres.ts'

/** Tests that need no database, or start their own: they do not wait for one. */
const plain = [
  'test/{model,definition,dag,embedded,graph/http,graph/expression,graph/document}/**/*.test.ts',
  'test/*.test.ts',
]
const system = findSystemPostgres()

/** What takes long, and runs on versions other than 18 in `npm run test:slow` only. */
const long = [
  'test/kernel/{bulk-failures,claim-lanes,fire-schedule,lane-plans,lock-limits,lock-order}.test.ts',
  'test/kernel/{migrate,plans,tenant-scale,two-tenants}.test.ts',
]

/** Of every run, also the long one (vitest.slow.config.ts). */
export const usual = {
  pool: 'forks' as const,
  maxWorkers: 3,
  testTimeout: 20_000,
  hookTimeout: 30_000,
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
      { extends: true, test: { name: 'plain', include: plain } },
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
                include: ['test/{kernel,api}/**/*.test.ts'],
                exclude: long,
                globalSetup: ['test/support/other-setup.ts'],
                isolate: false,
              },
            },
          ]),
    ],
  },
})
