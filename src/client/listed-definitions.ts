import type { Definition } from '../definition/definition.ts'
import { getDefinitions } from '../kernel/definitions.ts'
import type { Json } from '../model/json.ts'
import { checkOptionNames } from '../model/options.ts'
import { checkPageLimit, type Page } from './page.ts'
import { pageOf } from './plain-page.ts'
import type { Session } from './session.ts'

/** Which of the workflows that are documents: all that is given holds. */
export type DefinitionFilter = {
  workflowId?: string
  kind?: 'graph' | 'flow'
  /** Of graphs: what starts their runs. */
  triggerType?: 'manual' | 'webhook' | 'cron'
  /** True: runs of it may be started; false: they may not. */
  active?: boolean
  limit?: number
  startingAfter?: string | null
}

/** A workflow that is a document, in the version that starts take. */
export type ListedDefinition = {
  workflowId: string
  version: string
  kind: Definition['kind']
  document: Json
  active: boolean
  /** Of its first version. */
  createdAt: Date
  /** When it was last put or registered. */
  updatedAt: Date
  /** Of a graph with trigger_type webhook: `POST /webhooks/<path>` starts a run. */
  webhookPath: string | null
}

const names = {
  ...{ workflowId: true, kind: true, triggerType: true, active: true },
  ...{ limit: true, startingAfter: true },
} as const

/** A page of them, those that are there longest first. @throws InvalidInputError */
export async function readDefinitions(
  session: Session,
  p: DefinitionFilter,
): Promise<Page<ListedDefinition>> {
  checkOptionNames('getDefinitions', p, names)
  const limit = checkPageLimit(p.limit)
  const options = session.options({
    ...{ workflow_id: p.workflowId, kind: p.kind, trigger_type: p.triggerType, active: p.active },
    ...{ limit: limit + 1, after: p.startingAfter },
  })
  const rows = await getDefinitions(session.db, options)
  const page = pageOf(rows, limit, p.startingAfter, ({ place }) => place)
  const items = page.items.map((row) => ({
    ...{ workflowId: row.workflow_id, version: row.version, document: row.document },
    ...{ kind: row.kind as Definition['kind'], active: row.active },
    ...{ createdAt: row.first_at, updatedAt: row.last_at },
    webhookPath: row.webhook_path,
  }))
  return { ...page, items }
}
