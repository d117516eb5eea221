import type { Command } from 'commander'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import type { Definition } from '../../definition/definition.ts'
import { WorkflowNotFoundError } from '../../model/errors.ts'
import { withClient } from '../connection.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { definitionsOf } from '../workflow-files/given.ts'

/** One workflow, against what the database has. */
type Difference = {
  readonly id: string
  /** Of the file. */
  readonly version: string
  /** That of the database with which it was compared; null: it has none. */
  readonly stored: string | null
  readonly differences: readonly string[]
}

/** `millrace workflows diff` */
export function diffWorkflowsCommand(): Command {
  return makeCommand('diff', 'tell what a file does differently from what the database has', [
    'millrace workflows diff order.yaml',
    'millrace workflows diff workflows/order.ts',
    'millrace workflows diff order.yaml --version 2',
  ])
    .argument('<file>', 'a document of JSON or YAML, or code; - reads a document from stdin')
    .option('--version <version>', 'of the database, to compare with (default: the newest)')
    .action(async (file: string, { version }: { version?: string }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const definitions = await definitionsOf(file)
      const all = await withClient(settings, async (client) => {
        const found: Difference[] = []
        for (const one of definitions) found.push(await compare(one, version, client))
        return found
      })
      out.show(all, () => all.map((one) => show(one, out)).join('\n'))
      if (all.some(({ differences }) => differences.length > 0)) process.exitCode = 1
    })
}

async function compare(
  definition: Definition,
  wanted: string | undefined,
  client: WorkflowClient,
): Promise<Difference> {
  const { id, version, kind, document } = definition
  if (!document) return compareCode(definition, wanted, client)
  const which = { workflowId: id, ...(wanted !== undefined && { version: wanted }) }
  const stored = await client.getDefinition(which).catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null
    throw error
  })
  if (stored === null) return { id, version, stored: null, differences: [missing(wanted)] }
  const { diffVersions } = await import('../../graph/moving/index.ts')
  const differences =
    stored.kind === kind
      ? diffVersions(stored, { kind, version, document: JSON.parse(document.text) })
      : [`kind: ${stored.kind}, now ${kind}`]
  return { id, version, stored: stored.version, differences }
}

/** Of a function nothing is stored but its versions. */
async function compareCode(
  { id, version, kind }: Definition,
  wanted: string | undefined,
  client: WorkflowClient,
): Promise<Difference> {
  const known = (await client.getWorkflows()).filter((one) => one.id === id)
  const same = known.find((one) => one.version === (wanted ?? version))
  const stored = same ?? (wanted === undefined ? known[0] : undefined)
  if (stored === undefined) return { id, version, stored: null, differences: [missing(wanted)] }
  const differences = [
    ...(stored.kind === kind ? [] : [`kind: ${stored.kind}, now ${kind}`]),
    ...(stored.version === version ? [] : [`version: "${stored.version}", now "${version}"`]),
  ]
  return { id, version, stored: stored.version, differences }
}

function missing(version: string | undefined): string {
  return version === undefined
    ? 'the database does not have it'
    : `there is no version "${version}"`
}

function show({ id, stored, differences }: Difference, { paint, quiet }: Output): string {
  if (quiet) return differences.length === 0 ? '' : id
  const name = `${paint('bold', id)}${stored === null ? '' : paint('dim', `  against version ${stored}`)}`
  if (differences.length === 0) return `${paint('green', '=')} ${name}  no difference`
  return `${paint('yellow', '≠')} ${name}\n${differences.map((line) => `  ${line}`).join('\n')}`
}
