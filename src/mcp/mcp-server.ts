import { McpServer } from '@modelcontextprotocol/server'
import { toAnswer, toErrorAnswer } from './answer.ts'
import { hasScope, type McpCaller } from './caller.ts'
import { type Args, annotationsOf, type Tool } from './tool.ts'
import { tools } from './tools/index.ts'

const INSTRUCTIONS = [
  'Millrace runs durable workflows. A run of a workflow records its steps, so it goes on after a crash.',
  'get_workflows says what can be started, get_definition what it takes. After start_workflow look at the run',
  'with get_run; a run that waits is ended by trigger_event, answer_approval or time. Where something went wrong:',
  'get_failures, then get_timeline of the sample, then retry_workflow or fork_workflow. Rows of tables may be in state machines:',
  'get_entities, get_entity for where one may go, then transition. Errors have a code (MR…).',
].join(' ')

/** Tells the operator of a failure whose cause is not shown to the client. */
export type ReportError = (error: unknown) => void

/** A server with the tools that this caller may use. One for each connection, or request. */
export function makeMcpServer(
  caller: McpCaller,
  version: string,
  report: ReportError = () => {},
): McpServer {
  const server = new McpServer(
    { name: 'millrace', title: 'Millrace', version },
    { instructions: INSTRUCTIONS, capabilities: { tools: {} } },
  )
  for (const tool of tools) if (hasScope(caller, tool.scope)) register(server, tool, caller, report)
  return server
}

function register(server: McpServer, tool: Tool, caller: McpCaller, report: ReportError): void {
  const { name, title, description } = tool
  // who is known need not say it, and cannot say otherwise
  const inputSchema = caller.by === undefined ? tool.input.extend(tool.identity ?? {}) : tool.input
  const config = { title, description, inputSchema, annotations: annotationsOf(tool) }
  server.registerTool(name, config, async (args: Args) => {
    try {
      await caller.take?.(kindOf(tool))
      return toAnswer(await tool.run(caller, args), args.max_chars ?? tool.payload)
    } catch (error) {
      const answer = toErrorAnswer(error)
      if (/"code":"MR09/.test(answer.content[0]?.text ?? '')) report(error)
      return answer
    }
  })
}

function kindOf({ effect, name }: Tool): 'read' | 'write' | 'start' {
  if (name === 'start_workflow') return 'start'
  return effect === 'read' ? 'read' : 'write'
}
