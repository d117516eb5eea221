import type {
  EntityInstance,
  HistoryEntry,
  Transitioned,
  TransitionReport,
} from '../../client/entity/entity.ts'
import { formatDuration } from '../../model/duration.ts'
import type { Output } from '../output.ts'
import { type Paint, printable } from '../style.ts'
import { facts, table } from '../table.ts'
import { ago, ahead, coarse, localTime, oneLine, versionWord } from './words.ts'

/** Instances as a table. */
export function showEntities(entities: readonly EntityInstance[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return entities.map(({ id }) => id).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<EntityInstance>(
    [
      { heading: dim('INSTANCE'), cell: ({ id }) => id },
      { heading: dim('ENTITY'), cell: nameOf },
      {
        heading: dim('MACHINE'),
        cell: ({ machine, version }) => `${machine} ${versionWord(version)}`,
        spare: 2,
      },
      { heading: dim('STATE'), cell: (one) => paintState(one, paint) },
      { heading: dim('SINCE'), cell: ({ enteredAt }) => ago(enteredAt), spare: 1 },
      {
        heading: dim('MOVES'),
        cell: ({ dueAt }) => (dueAt === null ? '' : ahead(dueAt)),
        spare: 3,
      },
    ],
    entities,
    columns,
  )
}

/** All that is known of one instance, but for its trail. */
export function showEntity(entity: EntityInstance, out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet) return entity.state
  const { id, machine, version, metadata, enteredAt, dueAt, timer, completedAt } = entity
  const at = (time: Date) => `${localTime(time)}  ${paint('dim', ahead(time))}`
  const head = `${paint('bold', machine)} ${versionWord(version)}  ${paintState(entity, paint)}`
  return `${head}\n${facts(
    [
      ['instance', id],
      ['entity', nameOf(entity)],
      ['started', at(entity.createdAt)],
      ['in this state', at(enteredAt)],
      ['moves', dueAt && at(dueAt)],
      ['does not move', timer?.problem ? printable(timer.problem) : null, 'sentence'],
      ['ended', completedAt && at(completedAt)],
      ['rows of trail', entity.seq],
      ['metadata', Object.keys(metadata).length === 0 ? null : oneLine(metadata)],
    ],
    columns,
  )}`
}

function nameOf({ table: of, entityId }: EntityInstance): string {
  return printable(`${of}:${entityId}`)
}

function paintState({ state, status }: EntityInstance, paint: Paint): string {
  return status === 'completed' ? paint('green', `✓ ${state}`) : paint('cyan', `● ${state}`)
}

/** What a transition did. */
export function showTransitioned(done: Transitioned, { paint, quiet }: Output): string {
  const { instanceId, from, state, name, repeated } = done
  if (quiet) return state
  const mark = repeated ? paint('dim', '=') : paint('green', '✓')
  const again = repeated ? paint('dim', '  done before') : ''
  return `${mark} ${instanceId}  ${from} → ${paint('bold', state)}  ${paint('dim', name)}${again}`
}

/** What leaves a state; what is not enforced stands under its transition. */
export function showTransitions(all: readonly TransitionReport[], out: Output): string {
  const { paint, quiet, columns } = out
  if (quiet)
    return all
      .filter(({ allowed }) => allowed)
      .map(({ name }) => name)
      .join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<TransitionReport>(
    [
      { heading: dim('TRANSITION'), cell: ({ name }) => name },
      { heading: dim('TO'), cell: ({ to }) => to },
      {
        heading: dim('NOW'),
        cell: ({ allowed }) => (allowed ? paint('green', '✓ allowed') : paint('red', '✗ refused')),
      },
      { heading: dim('WHY NOT'), cell: ({ reason }) => printable(reason ?? ''), text: true },
    ],
    all,
    columns,
    ({ notEnforced }) =>
      notEnforced.length === 0
        ? []
        : [dim(`    not enforced: ${printable(notEnforced.join(', '))}`)],
  )
}

/** A trail, the oldest row first. @param details whether context and metadata are shown */
export function showHistory(
  rows: readonly HistoryEntry[],
  { details }: { details: boolean },
  out: Output,
): string {
  const { paint, quiet, columns } = out
  if (quiet) return rows.map(({ to }) => to).join('\n')
  const dim = (text: string) => paint('dim', text)
  return table<HistoryEntry>(
    [
      { heading: dim('SEQ'), cell: ({ seq }) => seq, align: 'right' },
      { heading: dim('AT'), cell: ({ at }) => localTime(at), spare: 1 },
      { heading: dim('FROM → TO'), cell: ({ from, to }) => `${from ?? '·'} → ${to}` },
      { heading: dim('TRANSITION'), cell: nameOfMove, spare: 3 },
      { heading: dim('AFTER'), cell: spent, align: 'right', spare: 2 },
      { heading: dim('BY'), cell: who },
      { heading: dim('NOTES'), cell: ({ notes }) => printable(notes ?? ''), text: true },
    ],
    rows,
    columns,
    (row) => (details ? detailsOf(row).map(dim) : []),
  )
}

/** Of a start or a migration it is no transition, but what it was. */
function nameOfMove({ transition, from, metadata }: HistoryEntry): string {
  if (transition !== null) return transition
  const versions = (metadata as { $migration?: { from: string; to: string } }).$migration
  if (versions !== undefined) return printable(`(version ${versions.from} → ${versions.to})`)
  return from === null ? '(start)' : ''
}

function spent({ spentMs }: HistoryEntry): string {
  return spentMs === null ? '' : coarse(spentMs)
}

/** Who is claimed to have done it comes first: it is who people know. */
function who({ executedBy, claimedBy }: HistoryEntry): string {
  return printable(claimedBy === null ? executedBy : `${claimedBy} (${executedBy})`)
}

function detailsOf({ context, metadata }: HistoryEntry): string[] {
  return Object.entries({ context, metadata }).flatMap(([name, value]) =>
    value === null || JSON.stringify(value) === '{}' ? [] : [`    ${name} ${oneLine(value)}`],
  )
}

/** A duration in milliseconds, to the second where it is longer than one. */
export function shortDuration(ms: number): string {
  return formatDuration(ms < 1000 ? Math.round(ms) : Math.round(ms / 1000) * 1000)
}
