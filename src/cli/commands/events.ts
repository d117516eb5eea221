import type { Command } from 'commander'
import type { KeptEvent } from '../../client/events.ts'
import { withClient } from '../connection.ts'
import { readJsonArgument } from '../json-input.ts'
import { duration, wholeNumber } from '../option-values.ts'
import type { Output } from '../output.ts'
import { makeCommand } from '../program.ts'
import { readSettings } from '../settings.ts'
import { ago, ahead, count } from '../show/words.ts'
import { table } from '../table.ts'

/** `millrace events …` */
export function eventsCommand(): Command {
  return makeCommand('events', 'facts that are told to all runs that wait for them', [
    `millrace events emit paid --key order-7 '{"amount": 90}'`,
    'millrace events list --event paid',
  ])
    .addCommand(emitCommand())
    .addCommand(listCommand(), { isDefault: true })
}

function emitCommand(): Command {
  return makeCommand('emit', 'tell a fact to all runs that wait for it', [
    `millrace events emit paid --key order-7 '{"amount": 90}'`,
    'millrace events emit released --key 2.4.0 --keep-for "7 days" --dedupe release-2.4.0',
  ])
    .argument('<event>', 'its name, as defineEvent has it')
    .argument('[data]', 'JSON; - reads it from stdin')
    .requiredOption('--key <key>', 'what it is about; those who wait name it too')
    .option('--dedupe <id>', 'the same id again changes nothing')
    .option(
      '--keep-for <duration>',
      'how long runs that wait later get it (default: 1 day)',
      duration,
    )
    .action(emit)
}

type EmitFlags = { key: string; dedupe?: string; keepFor?: number }

async function emit(
  eventName: string,
  text: string | undefined,
  { key, dedupe, keepFor }: EmitFlags,
  command: Command,
): Promise<void> {
  const settings = readSettings(command)
  const data = await readJsonArgument('data', text)
  const emitted = await withClient(settings, (client) =>
    client.emitEvent({
      ...{ eventName, key, data },
      ...(dedupe === undefined ? {} : { dedupeId: dedupe }),
      ...(keepFor === undefined ? {} : { keepFor }),
    }),
  )
  const { matched, started } = emitted
  const { out } = settings
  out.show(emitted, () => {
    if (out.quiet) return ''
    const who = matched === 0 ? 'no run waited for it' : `${count(matched, 'run')} waited for it`
    const begun = started.map((run) => `\n  started ${run}`).join('')
    return `${out.paint('green', '✓')} emitted "${eventName}" for "${key}": ${who}${begun}`
  })
  if (matched === 0) out.note('It is kept: a run that begins to wait for it in time gets it.')
}

type ListFlags = { event?: string; key?: string; limit: number; after?: string }

function listCommand(): Command {
  return makeCommand('list', 'the events that are kept, the newest first', [
    'millrace events list --event paid --key order-7',
  ])
    .option('--event <name>', 'of this name')
    .option('--key <key>', 'about this')
    .option('--limit <n>', 'at most so many, 1 to 100', wholeNumber(1, 100), 20)
    .option('--after <id>', 'go on after this event')
    .action(list)
}

async function list({ event, key, limit, after }: ListFlags, command: Command): Promise<void> {
  const settings = readSettings(command)
  const { out } = settings
  const page = await withClient(settings, (client) =>
    client.getEvents({
      ...(event === undefined ? {} : { eventName: event }),
      ...(key === undefined ? {} : { key }),
      ...{ limit, startingAfter: after ?? null },
    }),
  )
  out.show(page, () => (page.items.length === 0 ? '' : showEvents(page.items, out)))
  if (page.items.length === 0) out.note('No event of that kind is kept.')
  if (page.nextCursor !== null) out.note(`There are more: add --after ${page.nextCursor}`)
}

function showEvents(events: readonly KeptEvent[], { paint, columns, quiet }: Output): string {
  if (quiet) return events.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<KeptEvent>(
    [
      { heading: dim('EVENT'), cell: ({ name }) => name },
      { heading: dim('KEY'), cell: ({ key }) => key },
      { heading: dim('EMITTED'), cell: ({ emittedAt }) => ago(emittedAt) },
      { heading: dim('KEPT'), cell: ({ keepUntil }) => ahead(keepUntil) },
      { heading: dim('MATCHED'), cell: ({ matched }) => String(matched), align: 'right' },
      { heading: dim('STARTED'), cell: ({ started }) => String(started.length), align: 'right' },
    ],
    events,
    columns,
  )
}
