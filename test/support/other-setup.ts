import type { TestProject } from 'vitest/node'
import { findPostgres, startOtherPostgres } from './other-postgres.ts'
import { makeServerRoom } from './server-room.ts'
import { makeTemplates, serverSettings } from './templates.ts'

/** As global-setup.ts, with the PostgreSQL that the project is named after. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const room = await makeServerRoom()
  const postgres = findPostgres(Number(project.name.split(' ')[1]))
  const server = await startOtherPostgres(postgres, room.dataDir, serverSettings)
  await makeTemplates(server.connectionString)
  project.provide('adminUrl', server.connectionString)
  return async () => {
    await server.stop()
    await room.remove()
  }
}
