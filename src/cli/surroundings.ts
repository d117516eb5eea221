import { extname } from 'node:path'
import type { Command } from 'commander'
import { InvalidInputError } from '../model/errors.ts'
import { describeValue } from '../model/text.ts'
import type { SurroundingOptions } from '../worker/handler-surroundings.ts'
import { readInputFile } from './input-file.ts'
import { list } from './option-values.ts'

/** What nodes of graphs find around them in `millrace dev` and `millrace worker`, as the options say it. */
export type SurroundingFlags = { httpAllow?: string[]; statements?: string }

/** Adds the options. */
export function addSurroundingOptions(command: Command): Command {
  return command
    .option(
      '--http-allow <targets>',
      'what http nodes may reach beside the public internet, commas between: hosts, host:port, ranges',
      list,
    )
    .option('--statements <file>', 'SQL that sql nodes may run: YAML or JSON of names and texts')
}

/**
 * Options of the engine. Secrets are those of the environment: of `crm_token`, MILLRACE_SECRET_CRM_TOKEN.
 * @param own of a worker for all tenants, the only one whose graphs get them: others could send them anywhere
 * @throws InvalidInputError
 */
export async function readSurroundings(
  { httpAllow, statements }: SurroundingFlags,
  env: NodeJS.ProcessEnv,
  own?: string,
): Promise<SurroundingOptions> {
  return {
    secrets: secretsOfEnvironment(env, own),
    ...(httpAllow && { http: await checkTargets(httpAllow) }),
    ...(statements !== undefined && { statements: await readStatements(statements) }),
  }
}

/** Looks up what MILLRACE_SECRET_… say; with `own` only for that tenant. */
export function secretsOfEnvironment(
  env: NodeJS.ProcessEnv,
  own?: string,
): (name: string, of: { tenant: string }) => string | undefined {
  return (name, { tenant }) => {
    if (own !== undefined && tenant !== own) return undefined
    // an empty variable is how a shell unsets one for a command
    return env[secretVariable(name)] || undefined
  }
}

/**
 * The variable that a secret is in: small letters are capitals in it, and what is neither letter nor digit is `_`.
 * @example secretVariable('crm.token') // 'MILLRACE_SECRET_CRM_TOKEN'
 */
export function secretVariable(name: string): string {
  return `MILLRACE_SECRET_${name.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}`
}

/** A wrong target shall not wait for the first request to be told. */
async function checkTargets(allow: string[]): Promise<{ allow: string[] }> {
  const { HttpPolicy } = await import('../graph/http/index.ts')
  try {
    await new HttpPolicy({ allow }).close()
    return { allow }
  } catch (error) {
    const { message } = error as Error
    throw new InvalidInputError(`--http-allow: ${message}`, { cause: error })
  }
}

/** The statements of a file, by name. @throws InvalidInputError */
export async function readStatements(path: string): Promise<Record<string, string>> {
  const { parse } = await import('yaml')
  const text = await readInputFile(path)
  try {
    const isJson = extname(path).toLowerCase() === '.json'
    return checkStatements(isJson ? JSON.parse(text) : parse(text, { maxAliasCount: 0 }))
  } catch (error) {
    const { message } = error as Error
    throw new InvalidInputError(
      `The statements of ${path} cannot be read: ${message.trim().replace(/\.?$/, '.')} Give lines like "mark_paid: update orders set paid = true where id = $1".`,
      { cause: error },
    )
  }
}

function checkStatements(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidInputError(`It holds ${describeValue(value)}, not names and SQL.`)
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string')
      throw new InvalidInputError(`The statement "${name}" is ${describeValue(text)}, not SQL.`)
  }
  return value as Record<string, string>
}
