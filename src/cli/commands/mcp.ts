import type { Command } from 'commander'
import { withClient } from '../connection.ts'
import { collect } from '../option-values.ts'
import { makeCommand } from '../program.ts'
import { readSettings, refuseJson } from '../settings.ts'

type Options = { readOnly?: boolean; by?: string; role?: string[] }

/** `millrace mcp` */
export function mcpCommand(): Command {
  return makeCommand('mcp', 'tools for a model, over stdin and stdout (model context protocol)', [
    'millrace mcp',
    'millrace mcp --read-only --tenant acme',
    "claude mcp add millrace -- npx millrace mcp --by 'ada'",
  ])
    .option('--read-only', 'only tools that change nothing')
    .option(
      '--by <name>',
      'who does what the tools do; without it the model may say, but for what it does to entities',
    )
    .option('--role <role>', 'a role of theirs; may be given several times', collect)
    .action(async (options: Options, command: Command) => {
      const settings = readSettings(command)
      refuseJson(settings, 'the protocol is JSON already')
      await withClient(settings, async (client) => {
        // the protocol is loaded by this command alone
        const { serveMcpStdio } = await import('../../mcp/index.ts')
        const scopes = options.readOnly ? ['runs:read', 'workflows:read'] : undefined
        const onError = (error: unknown) => process.stderr.write(`${String(error)}\n`)
        const { by, role: roles } = options
        await serveMcpStdio({ client, by, roles, scopes }, { onError })
      })
    })
}
