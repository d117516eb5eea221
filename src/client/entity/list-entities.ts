import * as kernel from '../../kernel/entity-reads.ts'
import { InvalidInputError } from '../../model/errors.ts'
import { toIso } from '../../model/instant.ts'
import { checkName } from '../../model/names.ts'
import { checkOptionNames, type OptionNames } from '../../model/options.ts'
import { describeValue } from '../../model/text.ts'
import { type Page, type PageRequest, readPage } from '../page.ts'
import type { Session } from '../session.ts'
import type { EntityInstance } from './entity.ts'
import { toEntity } from './reads.ts'
import type {
  CountFilter,
  EntityFilter,
  SlaBreach,
  SlaFilter,
  StateCount,
  StateTimes,
  StateTimesFilter,
} from './reports.ts'

const pageNames: OptionNames<PageRequest> = { limit: true, startingAfter: true, endingBefore: true }
const filterNames: OptionNames<EntityFilter> = {
  ...{ machine: true, version: true, table: true, entityId: true, state: true, status: true },
  updatedAfter: true,
}
const countNames: OptionNames<CountFilter> = { machine: true, version: true, table: true }
const timesNames: OptionNames<StateTimesFilter> = {
  ...{ machine: true, version: true, state: true, since: true },
}
const slaNames: OptionNames<SlaFilter> = { machine: true, version: true, table: true, state: true }

export async function readEntities(
  session: Session,
  p: EntityFilter & PageRequest,
): Promise<Page<EntityInstance>> {
  checkOptionNames('getEntities', p, { ...filterNames, ...pageNames })
  const { status, updatedAfter } = p
  if (status !== undefined && status !== 'live' && status !== 'completed')
    throw new InvalidInputError(`status ${describeValue(status)} is not 'live' or 'completed'.`)
  const filter = {
    ...{ machine: p.machine, version: p.version, entity_table: p.table, entity_id: p.entityId },
    ...{ state: p.state, status },
    updated_after: updatedAfter === undefined ? undefined : toIso(updatedAfter),
  }
  return readPage(p, async (page) => {
    const options = session.options({ ...filter, ...page })
    const { items, lastSeen } = await kernel.getEntities(session.db, options)
    return { items: items.map(toEntity), lastSeen }
  })
}

/** @throws WorkflowNotFoundError */
export async function countByState(session: Session, p: CountFilter): Promise<StateCount[]> {
  checkOptionNames('countEntities', p, countNames)
  const options = session.options({ version: p.version, entity_table: p.table })
  const rows = await kernel.countEntities(session.db, checkName('machine', p.machine), options)
  return rows.map(({ state, final, count }) => ({ state, final, count: Number(count) }))
}

/** @throws WorkflowNotFoundError */
export async function readStateTimes(session: Session, p: StateTimesFilter): Promise<StateTimes[]> {
  checkOptionNames('getStateTimes', p, timesNames)
  const options = session.options({
    ...{ version: p.version, state: p.state },
    since: p.since === undefined ? undefined : toIso(p.since),
  })
  const rows = await kernel.getStateTimes(session.db, checkName('machine', p.machine), options)
  return rows.map((row) => ({
    ...{ state: row.state, count: Number(row.count) },
    ...{ averageMs: row.average_ms, p50Ms: row.p50_ms, p95Ms: row.p95_ms, maxMs: row.max_ms },
  }))
}

/** @throws WorkflowNotFoundError */
export async function readSlaBreaches(
  session: Session,
  p: SlaFilter & PageRequest,
): Promise<Page<SlaBreach>> {
  checkOptionNames('getSlaBreaches', p, { ...slaNames, ...pageNames })
  const machine = checkName('machine', p.machine)
  const filter = { version: p.version, entity_table: p.table, state: p.state }
  return readPage(p, async (page) => {
    const options = session.options({ ...filter, ...page })
    const { items, lastSeen } = await kernel.getSlaBreaches(session.db, machine, options)
    const late = items.map((json) => ({
      ...toEntity(json),
      ...{ slaMs: json.sla_ms, lateMs: json.late_ms },
    }))
    return { items: late, lastSeen }
  })
}
