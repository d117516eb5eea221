import { z } from '@hono/zod-openapi'
import type { AnyMachine } from '../../entity/machine.ts'
import { InvalidInputError, LimitError } from '../../model/errors.ts'
import { MAX_DRAWN } from '../../model/limits.ts'
import { addRoute } from '../add-route.ts'
import type { ServerApp, ServerParts } from '../server-parts.ts'
import { toOptions } from '../shapes/to-body.ts'
import { definitionParams } from './definitions.ts'

/** Pictures of machines. What draws them is loaded when the first one is asked for. */
export function diagramRoutes(app: ServerApp, _parts: ServerParts): void {
  addRoute(
    app,
    {
      ...{ method: 'get', path: '/api/definitions/{id}/diagram', scope: 'workflows:read' },
      ...{ tag: 'definitions', name: 'getDiagram' },
      summary: 'The state diagram of a machine',
      description: 'As text for Mermaid, or as a picture: `?format=svg`.',
      params: definitionParams,
      query: z.strictObject({
        format: z.enum(['mermaid', 'svg']).optional(),
        version: z.string().max(256).optional(),
      }),
      answers: { 200: [z.string(), 'The diagram.', 'text/plain'] },
    },
    async (c, { params, query: { format, ...which } }) => {
      const stored = await c.var.client.getDefinition({
        workflowId: params.id,
        ...toOptions(which),
      })
      if (stored.kind !== 'machine')
        throw new InvalidInputError(
          `Workflow "${params.id}" is no machine (kind ${stored.kind}): it has no state diagram.`,
          { workflowId: params.id },
        )
      const { makeMachine } = await import('../../entity/make-machine.ts')
      const drawn = await draw(makeMachine(stored.document), format)
      return c.body(drawn.text, 200, { 'content-type': drawn.type })
    },
  )
}

async function draw(
  machine: AnyMachine,
  format: 'mermaid' | 'svg' | undefined,
): Promise<{ text: string; type: string }> {
  if (format === 'svg') {
    const { pictureOf } = await import('../../entity/diagram/picture.ts')
    const { states, arrows } = pictureOf(machine)
    const size = states.length + arrows.length
    if (size > MAX_DRAWN)
      throw new LimitError(
        `Machine "${machine.id}" has ${states.length} states and ${arrows.length} ways between them; the server draws ${MAX_DRAWN} of both. Ask for format=mermaid, or draw it with "millrace workflows diagram --svg".`,
        { details: { limit: MAX_DRAWN, value: size } },
      )
    const { toSvg } = await import('../../entity/diagram/svg.ts')
    return { text: toSvg(machine), type: 'image/svg+xml' }
  }
  const { toMermaid } = await import('../../entity/diagram/mermaid.ts')
  return { text: toMermaid(machine), type: 'text/plain; charset=utf-8' }
}
