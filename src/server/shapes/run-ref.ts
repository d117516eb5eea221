import { z } from '@hono/zod-openapi'

/** The id of a run in an address. */
export const runParams = z.object({
  id: z.string().max(64).openapi({ description: 'Of the run.' }),
})

/** The resource that it must be of. */
export const resourceQuery = {
  resource_id: z
    .string()
    .max(256)
    .optional()
    .openapi({ description: 'A run of another resource is not found.' }),
}

/** Which run, as the client takes it. */
export function runRef(params: { id: string }, query: { resource_id?: string | undefined }) {
  const { resource_id } = query
  return { runId: params.id, ...(resource_id !== undefined && { resourceId: resource_id }) }
}
