import type { TestProject } from 'vitest/node'
import { makeServerRoom } from './server-room.ts'
import { findSystemPostgres, startSystemPostgres } from './system-postgres.ts'
import { makeTemplates, serverSettings } from './templates.ts'

/** As global-setup.ts, with the PostgreSQL that the system has. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = findSystemPostgres()
  if (system === null) throw new Error('vitest.config.ts has this project only with such a server')
  const room = await makeServerRoom()
  const server = await startSystemPostgres(system, room.dataDir, serverSettings)
  await makeTemplates(server.connectionString)
  project.provide('adminUrl', server.connectionString)
  return async () => {
    await server.stop()
    await room.remove()
  }
}
