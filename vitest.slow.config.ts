import { defineConfig } from 'vitest/config'
import { findPackagedPostgres, findSystemPostgres } from './test/support/other-postgres.ts'
import { usual } from './vitest.config.ts'

/** What depends on the version of Postgres, on every one that is not in the usual suite. */
const majors = [findSystemPostgres(), findPackagedPostgres(16), findPackagedPostgres(17)]
  .flatMap((postgres) => postgres?.major ?? [])
  .filter((major, i, all) => major !== 18 && all.indexOf(major) === i)

export default defineConfig({
  test: {
    ...usual,
    env: { CRASH_HISTORIES: '200' },
    projects: majors.map((major) => ({
      extends: true as const,
      test: {
        name: `postgres ${major}`,
        include: ['test/{api,kernel,workflow,client,adapters,crash}/**/*.test.ts'],
        globalSetup: ['test/support/other-setup.ts'],
        isolate: false,
      },
    })),
  },
})
