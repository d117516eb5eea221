import pg from 'pg'
import { createVitest, type TestCase, type Vitest } from 'vitest/node'
import { startPostgres } from '../../../src/embedded/index.ts'
import { makeServerRoom } from '../../support/server-room.ts'
import { makeTemplates, ownerUrl, serverSettings, templates } from '../../support/templates.ts'
import { mutate, readGuarded } from '../mutated.ts'
import type { NearMutant } from './near-mutant.ts'

/** Runs the tests near a guard, on a server of its own whose templates have the kernel without it. */
export class NearTests {
  readonly #url: string
  readonly #vitest: Vitest
  readonly #close: () => Promise<void>

  private constructor(url: string, vitest: Vitest, close: () => Promise<void>) {
    this.#url = url
    this.#vitest = vitest
    this.#close = close
  }

  static async open(): Promise<NearTests> {
    const room = await makeServerRoom()
    const server = await startPostgres({ dataDir: room.dataDir, settings: serverSettings })
    await makeTemplates(server.connectionString)
    process.env.MILLRACE_MUTANT_SERVER = server.connectionString
    // one for all of them: what it has compiled it keeps
    const vitest = await createVitest('test', {
      ...{ config: 'test/crash/near/vitest.config.ts', watch: false, bail: 1, reporters: [{}] },
    })
    return new NearTests(server.connectionString, vitest, async () => {
      await vitest.close()
      await server.stop()
      await room.remove()
    })
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** Which test fails without the guard, and how; null: none. */
  async hunt(mutant: NearMutant): Promise<string | null> {
    await this.#apply(mutate(mutant))
    try {
      return await this.test(mutant.tests)
    } finally {
      await this.#apply(readGuarded(mutant))
    }
  }

  /** The first test of these files of test/ that fails; null: all pass. They run one after the other, until one fails. */
  async test(files: readonly string[]): Promise<string | null> {
    for (const file of files) {
      // else what failed before counts for `bail`, and the rest is skipped
      this.#vitest.state.filesMap.clear()
      this.#vitest.state.idMap.clear()
      const specs = await this.#vitest.globTestSpecifications([`test/${file}.test.ts`])
      const { testModules, unhandledErrors } = await this.#vitest.runTestSpecifications(specs)
      for (const module of testModules) {
        for (const one of module.children.allTests('failed')) return tell(one)
        for (const { message } of module.errors()) return `${file}: ${firstLine(message)}`
      }
      const passed = testModules.flatMap((module) => [...module.children.allTests('passed')])
      if (passed.length === 0) throw new Error(`Nothing of ${file} was run.`)
      if (unhandledErrors.length > 0) return `${file}: ${firstLine(String(unhandledErrors[0]))}`
    }
    return null
  }

  async #apply(text: string): Promise<void> {
    for (const template of Object.values(templates)) {
      const client = new pg.Client({ connectionString: ownerUrl(this.#url, template) })
      await client.connect()
      try {
        await client.query(text)
      } finally {
        await client.end()
      }
    }
  }
}

function tell(one: TestCase): string {
  return `${one.name}: ${firstLine(one.result().errors?.[0]?.message)}`
}

function firstLine(text = ''): string {
  return text.split('\n', 1)[0] ?? ''
}
