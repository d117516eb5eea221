import { randomBytes } from 'node:crypto'
import { constants, copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { WorkflowDocument } from '../client/definitions.ts'
import type { WorkflowClient } from '../client/workflow-client.ts'
import { ConflictError } from '../model/errors.ts'

/** The samples are files that users can read: those of the package. */
const SAMPLES = fileURLToPath(new URL('../../examples/seed/', import.meta.url))

/** The name of the key that a seed makes. */
const KEY = 'seed'

/** What a seed made. Null or empty is what was there already. */
export type Seed = {
  readonly tenant: string
  readonly madeTenant: boolean
  /** Shown this once. */
  readonly key: string | null
  readonly documents: readonly { id: string; created: boolean }[]
  readonly webhook: { readonly path: string; readonly secret: string | null } | null
  /** Files of code that were written. */
  readonly files: readonly string[]
}

/** What there is to be made. */
export type SeedOptions = {
  readonly slug: string
  readonly name: string | undefined
  /** Where workflows in code are put; null: nowhere. */
  readonly folder: string | null
  /** Another key, though there is one. */
  readonly newKey: boolean
  readonly by: string
}

/**
 * A tenant with a key, and sample workflows of every kind. What is there already is left as it is, so that it can be
 * done again after a lost reply, by two at once, or at each deployment.
 * @param client of any tenant
 */
export async function seed(client: WorkflowClient, options: SeedOptions): Promise<Seed> {
  const { slug, folder } = options
  const madeTenant = await makeTenant(client, options)
  const own = client.forTenant(slug)
  const key = await makeKey(own, options)
  const documents: { id: string; created: boolean }[] = []
  let secret: string | null = null
  for (const document of await readDocuments()) {
    const id = document.workflow?.name ?? (document.id as string)
    const { items } = await own.getDefinitions({ workflowId: id, limit: 1 })
    const created = items.length === 0
    documents.push({ id, created })
    if (!created) continue
    if (document.trigger_type === 'webhook') secret = randomBytes(24).toString('base64url')
    const signed = document.trigger_type === 'webhook' ? { webhook_secret: secret } : {}
    await own.putWorkflow({ ...document, ...signed } as unknown as WorkflowDocument)
  }
  const files = folder === null ? [] : await writeCode(folder)
  const path = await webhookPath(own)
  const webhook = path === null ? null : { path, secret }
  return { tenant: slug, madeTenant, key, documents, webhook, files }
}

async function makeTenant(
  client: WorkflowClient,
  { slug, name, by }: SeedOptions,
): Promise<boolean> {
  try {
    await client.registerTenant({ slug, by, ...(name !== undefined && { name }) })
    return true
  } catch (error) {
    if (error instanceof ConflictError) return false
    throw error
  }
}

async function makeKey(own: WorkflowClient, { newKey, by }: SeedOptions): Promise<string | null> {
  const { items } = await own.getKeys({ limit: 100 })
  const now = new Date()
  const usable = items.some(
    ({ name, revokedAt, expiresAt }) =>
      name === KEY && revokedAt === null && (expiresAt === null || expiresAt > now),
  )
  if (usable && !newKey) return null
  return (await own.createKey({ name: KEY, scopes: ['admin'], by })).key
}

/** A graph, or a machine. */
type Sample = { id?: string; workflow?: { name: string }; trigger_type?: string }

async function readDocuments(): Promise<Sample[]> {
  const { parse } = await import('yaml')
  const { readMachineText } = await import('../entity/load-machine.ts')
  const files = (await readdir(SAMPLES)).filter((file) => file.endsWith('.yaml')).sort()
  const texts = await Promise.all(files.map((file) => readFile(join(SAMPLES, file), 'utf8')))
  // a version of a machine is a text there, also where YAML says a number
  return texts.map((text) => (readMachineText(text)?.document as Sample) ?? parse(text))
}

/** Never over a file that is there: it may have been changed. */
async function writeCode(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const written: string[] = []
  for (const file of (await readdir(SAMPLES)).filter((name) => name.endsWith('.js')).sort()) {
    const target = join(folder, file)
    try {
      await copyFile(join(SAMPLES, file), target, constants.COPYFILE_EXCL)
      written.push(target)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  return written
}

async function webhookPath(own: WorkflowClient): Promise<string | null> {
  const [first] = await own.getWebhooks({ workflowId: 'sample_webhook', direction: 'in' })
  return first?.path ?? null
}
