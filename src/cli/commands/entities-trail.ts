import type { Command } from 'commander'
import type { Verified } from '../../client/entity/entity.ts'
import type { WorkflowClient } from '../../client/workflow-client.ts'
import { withClient } from '../connection.ts'
import { entityPlace, PLACE } from '../entities/entity-place.ts'
import { addWho, type WhoFlags, whoOf } from '../entities/options.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { showHistory, showTransitions } from '../show/entities-view.ts'
import { count } from '../show/words.ts'
import { addFilter, type FilterFlags, filterOf } from './entities-list.ts'

const TABLE = "of the row (default: what the machine's document says)"

/** `millrace entities transitions` */
export function transitionsCommand(): Command {
  const command = makeCommand('transitions', 'where an entity may go now, and why not', [
    'millrace entities transitions order/17',
    'millrace entities transitions order/17 --by ada --role manager',
  ])
    .argument('<entity>', PLACE)
    .option('--table <name>', TABLE)
  return addWho(command, { roles: true, claims: false }).action(
    async (text: string, flags: WhoFlags & { table?: string }, own: Command) => {
      const settings = readSettings(own)
      const { out } = settings
      const all = await withClient(settings, async (client) =>
        entityPlace(client, text, flags.table).transitions(whoOf(flags)),
      )
      out.show(all, () => (all.length === 0 ? '' : showTransitions(all, out)))
      if (all.length === 0) out.note('Nothing leaves its state.')
    },
  )
}

/** `millrace entities history` */
export function historyCommand(): Command {
  return makeCommand('history', 'the trail of an entity: who moved it, when and why', [
    'millrace entities history order/17',
    'millrace entities history <id> --details',
  ])
    .argument('<entity>', PLACE)
    .option('--table <name>', TABLE)
    .option('--details', 'with contexts and metadata')
    .action(async (text: string, flags: { table?: string; details?: true }, command: Command) => {
      const settings = readSettings(command)
      const { out } = settings
      const rows = await withClient(settings, async (client) =>
        entityPlace(client, text, flags.table).history(),
      )
      out.show(rows, () => showHistory(rows, { details: flags.details ?? false }, out))
    })
}

type Checked = Verified & { readonly entity: string }

/** `millrace entities verify` */
export function verifyCommand(): Command {
  const command = makeCommand('verify', 'whether trails are whole: no gap, nothing changed', [
    'millrace entities verify order/17',
    'millrace entities verify --machine order --updated-since "1 day"',
  ]).argument('[entities...]', `${PLACE}; or options that choose them`)
  return addFilter(command).action(async (given: string[], flags: FilterFlags, own: Command) => {
    const settings = readSettings(own)
    const { out } = settings
    const { table, ...others } = flags
    const isChosen = Object.keys(given.length > 0 ? others : flags).length > 0
    if (given.length > 0 === isChosen)
      own.error('Name entities, or choose them with options such as --machine; one of the two.')
    const checked = await withClient(settings, (client) =>
      given.length > 0 ? verifyNamed(client, given, table) : verifyChosen(client, flags),
    )
    const broken = checked.filter(({ ok }) => !ok)
    out.show(checked, () => showVerified(checked, broken, out))
    if (broken.length > 0) process.exitCode = 1
  })
}

async function verifyNamed(
  client: WorkflowClient,
  given: readonly string[],
  table: string | undefined,
): Promise<Checked[]> {
  const checked: Checked[] = []
  for (const entity of given)
    checked.push({ entity, ...(await entityPlace(client, entity, table).verify()) })
  return checked
}

async function verifyChosen(client: WorkflowClient, flags: FilterFlags): Promise<Checked[]> {
  const filter = filterOf(flags)
  const checked: Checked[] = []
  let after: string | null = null
  do {
    const page: Awaited<ReturnType<WorkflowClient['getEntities']>> = await client.getEntities({
      ...{ ...filter, limit: 100, startingAfter: after },
    })
    const trails = page.items.map(async ({ id }) => ({
      entity: id,
      ...(await client.verifyHistory({ instanceId: id })),
    }))
    checked.push(...(await Promise.all(trails)))
    after = page.nextCursor
  } while (after !== null)
  return checked
}

function showVerified(
  checked: readonly Checked[],
  broken: readonly Checked[],
  { paint, quiet }: Output,
): string {
  if (quiet) return broken.map(({ entity }) => entity).join('\n')
  const lines = broken.map(
    ({ entity, brokenAt, problem }) =>
      `${paint('red', '✗')} ${entity}  row ${brokenAt}: ${problem}`,
  )
  const rows = checked.reduce((sum, one) => sum + one.rows, 0)
  const whole = checked.length - broken.length
  const what = `${count(whole, 'trail')} of ${checked.length} whole, ${count(rows, 'row')}`
  const mark = broken.length === 0 ? paint('green', '✓') : paint('red', '✗')
  return [...lines, `${mark} ${what}`].join('\n')
}
