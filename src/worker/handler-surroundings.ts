import type { NamedStep } from '../definition/named-step.ts'
import type { Surroundings } from '../definition/surroundings.ts'
import type { HttpPolicyOptions } from '../graph/http/policy.ts'
import { InvalidInputError } from '../model/errors.ts'
import { MAX_SUB_WORKFLOW_DEPTH } from '../model/limits.ts'
import { checkName } from '../model/names.ts'
import type { OptionNames } from '../model/options.ts'
import { describeValue } from '../model/text.ts'

/** Looks a secret up; undefined if there is none of that name. */
export type SecretLookup = (
  name: string,
  of: { tenant: string },
) => string | undefined | Promise<string | undefined>

/** What the handlers of an engine find around them. */
export type SurroundingOptions = {
  /**
   * What the handlers of flows find in their context beside what is always there: clients of other services, say.
   * @example resources: { supabase }
   */
  resources?: Readonly<Record<string, unknown>>
  /** The environment that the handlers of flows see as `ctx.env`. Default: empty. */
  env?: Readonly<Record<string, string | undefined>>
  /** Steps, made with defineStep, that nodes of graphs may call by name. */
  steps?: readonly NamedStep[]
  /**
   * SQL that nodes of type `sql` may run, by name; their parameters are `$1`, `$2` and so on.
   * @example statements: { mark_paid: 'update orders set paid = true where id = $1 returning id' }
   */
  statements?: Readonly<Record<string, string>>
  /**
   * Secrets of graphs, by name, or how to look one up. They are read when a node is run, and stored nowhere. What is
   * not among them is looked up among those that were put (`client.putSecret`), where the engine has a `secretsKey`.
   * @example secrets: (name, { tenant }) => vault.read(`${tenant}/${name}`)
   */
  secrets?: Readonly<Record<string, string>> | SecretLookup
  /**
   * What nodes of type `http` may reach and use. Default: public addresses only.
   * @example http: { allow: ['crm.internal:8080'] }
   */
  http?: HttpPolicyOptions
  /** How many nodes of type `sub_workflow` may wait for each other, one in the run of the other: 1 to 32. Default 32. */
  maxSubWorkflowDepth?: number
}

export const surroundingOptionNames: OptionNames<SurroundingOptions> = {
  ...{ resources: true, env: true, steps: true, statements: true, secrets: true, http: true },
  maxSubWorkflowDepth: true,
}

/** @see Surroundings */
export class HandlerSurroundings implements Surroundings {
  readonly env: Surroundings['env']
  readonly resources: Surroundings['resources']
  readonly statements: Readonly<Record<string, string>>
  readonly http: object
  readonly maxSubWorkflowDepth: number
  readonly #steps = new Map<string, NamedStep>()
  readonly #secrets: SecretLookup
  readonly #shared = new Map<object, AsyncDisposable>()

  /**
   * @param stored looks up what the options do not have
   * @throws InvalidInputError
   */
  constructor(options: SurroundingOptions, stored: SecretLookup = () => undefined) {
    this.env = options.env ?? {}
    this.resources = Object.freeze({ ...options.resources })
    for (const step of options.steps ?? []) this.addStep(step)
    this.statements = readStatements(options.statements ?? {})
    this.http = options.http ?? {}
    this.maxSubWorkflowDepth = checkDepth(options.maxSubWorkflowDepth ?? MAX_SUB_WORKFLOW_DEPTH)
    const own = readSecrets(options.secrets ?? {})
    this.#secrets = async (name, of) => (await own(name, of)) ?? stored(name, of)
  }

  get steps(): ReadonlyMap<string, NamedStep> {
    return this.#steps
  }

  /** @throws InvalidInputError for what is no step, and for another of the same name */
  addStep(step: NamedStep): void {
    const isStep = typeof step?.name === 'string' && typeof step.handler === 'function'
    if (!isStep)
      throw new InvalidInputError(
        `${describeValue(step)} is among the steps of the engine. Make them with defineStep.`,
      )
    const other = this.#steps.get(step.name)
    if (other && other !== step)
      throw new InvalidInputError(`There are two steps called "${step.name}". Rename one of them.`)
    this.#steps.set(step.name, step)
  }

  removeStep(name: string): void {
    this.#steps.delete(name)
  }

  async secret(name: string, tenant: string): Promise<string | undefined> {
    const value: unknown = await this.#secrets(name, { tenant })
    if (value === undefined || value === null || typeof value === 'string')
      return value ?? undefined
    throw new InvalidInputError(`The secret "${name}" is ${typeof value}, not a text.`)
  }

  share<T extends AsyncDisposable>(key: object, make: () => T): T {
    const known = this.#shared.get(key) ?? make()
    this.#shared.set(key, known)
    return known as T
  }

  /** Disposes of what runs have shared. */
  async close(): Promise<void> {
    const all = [...this.#shared.values()]
    this.#shared.clear()
    await Promise.all(all.map((one) => one[Symbol.asyncDispose]()))
  }
}

function readStatements(given: Readonly<Record<string, string>>): Record<string, string> {
  for (const [name, text] of Object.entries(given)) {
    checkName('name of a statement', name)
    if (typeof text !== 'string' || text.trim() === '')
      throw new InvalidInputError(`The statement "${name}" is ${describeValue(text)}, not SQL.`)
  }
  return { ...given }
}

function readSecrets(given: Readonly<Record<string, string>> | SecretLookup): SecretLookup {
  if (typeof given === 'function') return given
  return (name) => (Object.hasOwn(given, name) ? given[name] : undefined)
}

function checkDepth(depth: number): number {
  if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_SUB_WORKFLOW_DEPTH) return depth
  throw new InvalidInputError(
    `maxSubWorkflowDepth ${describeValue(depth)} is not a whole number from 1 to ${MAX_SUB_WORKFLOW_DEPTH}.`,
  )
}
