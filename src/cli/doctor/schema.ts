import { migrate } from '../../kernel/migrate.ts'
import { migrateEmbedded } from '../failure-report.ts'
import { grantedFunctions, type Role } from '../roles.ts'
import { count } from '../show/words.ts'
import { type Check, fail, ok, type Patient, row, skip, type Verdict, warn } from './check.ts'

/** Whether the schema is that of this package. */
export const schema: Check = {
  name: 'schema',
  async look(patient) {
    const { db, embedded } = patient
    const remedy = 'Run "millrace migrate".'
    const toRun = embedded ? migrateEmbedded(remedy) : remedy
    if (!(await isInstalled(patient))) {
      return fail(`Schema "${db.schema}" is not installed here.`, toRun)
    }
    if (!(await mayMigrate(patient))) {
      return skip(`Schema "${db.schema}" is installed; this role may not compare it.`)
    }
    const { applied } = await migrate(db, { dryRun: true })
    if (applied.length === 0) return ok(`schema "${db.schema}" is up to date`)
    const first = applied.slice(0, 3).join(', ')
    const more = applied.length > 3 ? ' …' : ''
    const files = `${count(applied.length, 'file')} of schema "${db.schema}"`
    const text = `${files} ${applied.length === 1 ? 'is' : 'are'} not applied: ${first}${more}`
    return warn(text, toRun)
  },
}

/** What the role of this connection may do. */
export const rights: Check = {
  name: 'rights',
  async look(patient) {
    if (!(await isInstalled(patient))) return skip('nothing is installed to have rights to')
    const { user } = await row<{ user: string }>(patient, 'select current_user as user')
    const lacking = async (role: Role) => lackedFunctions(patient, grantedFunctions(role))
    const [client, worker] = [await lacking('client'), await lacking('worker')]
    const server = await lacking('server')
    const may = [
      ...(client.length === 0 ? ['start and steer runs'] : []),
      ...(worker.length === 0 ? ['run workers'] : []),
      ...(server.length === 0 ? ['administer tenants'] : []),
      ...((await mayMigrate(patient)) ? ['migrate'] : []),
    ]
    if (client.length === 0) return ok(`role "${user}" may ${may.join(', ')}`)
    const more = client.length > 3 ? ' …' : ''
    const text = `Role "${user}" may not execute ${client.slice(0, 3).join(', ')}${more}`
    return fail(text, 'Grant it a role of "millrace migrate --roles".')
  },
}

/** Every right to a table of the engine is one too many: the kernel's functions are the way. */
export const isolation: Check = {
  name: 'row security',
  async look(patient): Promise<Verdict> {
    if (!(await isInstalled(patient))) return skip('nothing is installed to be secured')
    const { bypass } = await row<{ bypass: boolean }>(
      patient,
      'select rolsuper or rolbypassrls as bypass from pg_roles where rolname = current_user',
    )
    if (patient.embedded) return ok('its own database, for development: all as one superuser')
    if (!bypass) return ok('this role is subject to row-level security')
    return warn(
      'This role is a superuser or has BYPASSRLS: tenants are not kept apart for it.',
      'Use a role of "millrace migrate --roles" for workers and clients.',
    )
  },
}

async function isInstalled(patient: Patient): Promise<boolean> {
  const text = 'select to_regclass($1) is not null as installed'
  const name = `${patient.schema}.repeatables`
  return (await row<{ installed: boolean }>(patient, text, [name])).installed
}

/** Whoever owns the schema, or may act as its owner. */
async function mayMigrate(patient: Patient): Promise<boolean> {
  const { may } = await row<{ may: boolean }>(
    patient,
    "select pg_has_role(nspowner, 'USAGE') as may from pg_namespace where nspname = $1",
    [patient.schema],
  )
  return may
}

async function lackedFunctions(patient: Patient, names: readonly string[]): Promise<string[]> {
  const { rows } = await patient.db.pool.query<{ name: string }>(
    `select u.name from unnest($2::text[]) u (name)
     where not has_schema_privilege($1, 'usage') or not coalesce((
       select has_function_privilege(p.oid, 'execute') from pg_proc p
       where p.pronamespace = $1::text::regnamespace and p.proname = u.name), false)`,
    [patient.schema, names],
  )
  return rows.map(({ name }) => name)
}
