import pg from 'pg'
import { Database } from '../../src/kernel/database.ts'
import { migrate } from '../../src/kernel/migrate.ts'

/** Server settings under which tests run: many connections, and data that need not last. */
export const serverSettings = {
  max_connections: '400',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '64MB',
  autovacuum_naptime: '600s',
}

/** Databases that are cloned for each test file: migrated once, with the clock of tests or without. */
export const templates = { testClock: 'template_test_clock', realClock: 'template_real_clock' }

/** Owner of the databases of tests: an ordinary role, as in production, so that row-level security holds. */
export const owner = { name: 'millrace_owner', password: 'owner' }

/** Makes the owner's role and both templates on a new server. */
export async function makeTemplates(adminUrl: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    await admin.query(`create role ${owner.name} login password '${owner.password}'`)
    // beforehand, so that files which run the statements of src/cli/roles.ts at once do not make them twice
    for (const role of ['migrator login', 'worker login', 'client login', 'server login', 'tenant'])
      await admin.query(`create role millrace_${role} noinherit`)
    await admin.query(`create database ${templates.realClock} owner ${owner.name}`)
    await migrateTemplate(adminUrl, templates.realClock, false)
    await admin.query(
      `create database ${templates.testClock} owner ${owner.name} template ${templates.realClock}`,
    )
    await migrateTemplate(adminUrl, templates.testClock, true)
  } finally {
    await admin.end()
  }
}

/** The same server, another database, as the owner. */
export function ownerUrl(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.username = owner.name
  url.password = owner.password
  url.pathname = `/${database}`
  return url.href
}

async function migrateTemplate(adminUrl: string, name: string, testing: boolean): Promise<void> {
  const db = new Database({ connectionString: ownerUrl(adminUrl, name) }, { max: 1 })
  try {
    await migrate(db, { testing })
  } finally {
    await db.close()
  }
}
