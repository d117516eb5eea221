import type { WorkflowClient } from '../client/workflow-client.ts'

/** For whom tools act: the client says of which tenant, the rest who it is and what they may do. */
export type McpCaller = {
  readonly client: WorkflowClient
  /**
   * Who it is: `by` of what they do. Without it tools take a `by` as an argument, but not those that move entities: in their
   * trails it is then the role of the database's session.
   */
  readonly by?: string | undefined
  /**
   * Roles in which entities are moved and questions to people are answered; for the latter tools take them as an argument
   * without `by`.
   */
  readonly roles?: readonly string[] | undefined
  /** Tools that need others are not there. Without scopes: all are. */
  readonly scopes?: readonly string[] | undefined
  /** Asked before each call of a tool, of which one request may bring many: what it throws is its answer. */
  readonly take?: ((kind: 'read' | 'write' | 'start') => Promise<void>) | undefined
}

/** What a request is allowed to see and do. */
export type McpScope = 'runs:read' | 'runs:write' | 'workflows:read'

/** Whether a caller has a scope; `admin` has all of them. */
export function hasScope({ scopes }: McpCaller, scope: McpScope): boolean {
  return scopes === undefined || scopes.includes(scope) || scopes.includes('admin')
}
