import { InvalidInputError } from '../../model/errors.ts'
import { nearest } from '../../model/nearest.ts'
import { countOf, describeValue } from '../../model/text.ts'
import { hidePassword } from '../connection.ts'
import { type ConfigurationFile, readConfigurationFile } from './configuration-file.ts'
import { isLoopback } from './kinds.ts'
import {
  type Configuration,
  type Setting,
  type SettingName,
  serverSettings,
  unheeded,
} from './server-settings.ts'

type AnySetting = Setting<unknown, unknown>

/** Something that is wrong, and where it was said: a flag, a variable, a place in the file. */
export type Mistake = { readonly where: string; readonly message: string }

/** All settings with where each is from, and what there is to say about them. */
export type ReadConfiguration = {
  readonly values: Configuration
  /** `--port`, `PORT`, `port in millrace.config.yaml`, or `default`. */
  readonly from: Readonly<Record<SettingName, string>>
  readonly notes: readonly string[]
}

/** What the command line says, by the names of the settings, and which file it names. */
export type Flags = { readonly config?: string } & Partial<Record<SettingName, unknown>>

/**
 * The configuration of a server: flags, then the environment, then the file, then defaults.
 * @param check what only those who use the values can tell; called if each of them is sound by itself
 * @throws InvalidInputError with all that is wrong; values of secrets are not in it
 */
export async function readConfiguration(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  check: (values: Configuration) => Promise<readonly Mistake[]> = async () => [],
): Promise<ReadConfiguration> {
  const { config, ...given } = flags
  const file = await readConfigurationFile(config ?? (env.MILLRACE_CONFIG || undefined))
  const mistakes: Mistake[] = unknownNames(file)
  const values: Record<string, unknown> = {}
  const from: Record<string, string> = {}
  for (const [name, setting] of entries()) {
    const said = find(name, setting, given, env, file)
    from[name] = said?.where ?? 'default'
    values[name] = said === null ? setting.value : read(setting, said, mistakes)
  }
  const all = values as Configuration
  mistakes.push(...together(all, from))
  if (mistakes.length === 0) mistakes.push(...(await check(all)))
  if (mistakes.length > 0) throw refusal(mistakes)
  return { values: all, from: from as Record<SettingName, string>, notes: notesOn(env) }
}

/** The settings in the order of the table. */
export function entries(): [SettingName, AnySetting][] {
  return Object.entries(serverSettings) as unknown as [SettingName, AnySetting][]
}

/** As it may be shown. */
export function shownValue({ kind, secret }: AnySetting, value: unknown): string {
  if (value === undefined) return ''
  if (secret)
    return typeof value === 'string' && value.includes('://') ? hidePassword(value) : '***'
  return kind.show?.(value) ?? String(value)
}

type Said = { readonly where: string; readonly value: unknown }

function find(
  name: SettingName,
  setting: AnySetting,
  flags: Partial<Record<SettingName, unknown>>,
  env: NodeJS.ProcessEnv,
  file: ConfigurationFile | null,
): Said | null {
  if (flags[name] !== undefined) return { where: setting.flag ?? name, value: flags[name] }
  // an empty variable is how a shell unsets one for a command
  const variable = setting.env.find((one) => (env[one] ?? '').trim() !== '')
  if (variable !== undefined) return { where: variable, value: env[variable]?.trim() }
  const own = file !== null && Object.hasOwn(file.values, name) ? file.values[name] : null
  return own === null ? null : { where: `${name} in ${file?.path}`, value: own }
}

function read({ kind, secret }: AnySetting, { where, value }: Said, mistakes: Mistake[]): unknown {
  const text = Array.isArray(value) && !kind.list ? undefined : textOf(value)
  const known = text === undefined ? undefined : kind.read(text)
  if (known !== undefined) return known
  const shown = secret ? '***' : describeValue(value)
  const message = `${where} is ${shown}, but must be ${kind.rule}. Give one, like ${kind.example}.`
  mistakes.push({ where, message })
  return undefined
}

/** Files have numbers and lists; all else reads texts. */
function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const parts = value.map(textOf)
    return parts.includes(undefined) ? undefined : parts.join(',')
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value).trim() : undefined
}

function unknownNames(file: ConfigurationFile | null): Mistake[] {
  const known = Object.keys(serverSettings)
  const unknown = Object.keys(file?.values ?? {}).filter((name) => !known.includes(name))
  return unknown.map((name) => {
    const where = `${name} in ${file?.path}`
    const [meant] = nearest(name, known)
    const hint =
      meant === undefined
        ? '"millrace server --print-config" shows which there are.'
        : `Did you mean ${meant}?`
    return { where, message: `${where} is no setting. ${hint}` }
  })
}

/** Rules between settings. What is wrong by itself has been told. */
function together({ host }: Configuration, from: Readonly<Record<string, string>>): Mistake[] {
  const isSet = (name: SettingName) => from[name] !== 'default'
  const mistakes: Mistake[] = []
  const add = (where: string, message: string) => mistakes.push({ where, message })
  if (host !== undefined && !isLoopback(host) && !isSet('selfRegistration'))
    add(
      from.host as string,
      `${from.host} is ${describeValue(host)}, which others can reach, and nobody has said whether they may register. Set MILLRACE_SELF_REGISTRATION (or SELF_REGISTRATION_ENABLED) to false, or to true if anybody may make a tenant.`,
    )
  const needed = (name: SettingName, why: string) =>
    add(name, `MILLRACE_${snake(name)} is missing: ${why}.`)
  if (isSet('jwtIssuer')) {
    if (!isSet('jwtAudience')) needed('jwtAudience', 'without it, tokens for others are believed')
    if (isSet('jwtJwksUrl') === isSet('jwtSecret'))
      add(
        'jwtJwksUrl',
        'MILLRACE_JWT_ISSUER needs one of MILLRACE_JWT_JWKS_URL and MILLRACE_JWT_SECRET. Give just one.',
      )
  } else {
    const names = ['jwtAudience', 'jwtJwksUrl', 'jwtSecret', 'jwtAlgorithms'] as const
    const lone = names.find(isSet)
    if (lone !== undefined) needed('jwtIssuer', `${from[lone]} is set, but says nothing without it`)
  }
  return mistakes
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

function refusal(mistakes: readonly Mistake[]): InvalidInputError {
  const lines = mistakes.map(({ message }) => `\n  ${message}`).join('')
  return new InvalidInputError(
    `The configuration has ${countOf(mistakes.length, 'error')}:${lines}`,
    { issues: mistakes.map(({ where, message }) => ({ path: where, message })) },
  )
}

/** Variables of ours that are none: a typing error would else mean a default. */
const others = /^MILLRACE_(CONFIG|DEBUG|SECRET_.*)$/

function notesOn(env: NodeJS.ProcessEnv): string[] {
  const known = entries().flatMap(([, setting]) => setting.env)
  const strange = Object.keys(env).filter(
    (name) => name.startsWith('MILLRACE_') && !known.includes(name) && !others.test(name),
  )
  return [
    ...strange.map((name) => {
      const [meant] = nearest(name, known)
      return `${name} is no setting.${meant === undefined ? '' : ` Did you mean ${meant}?`}`
    }),
    ...Object.entries(unheeded)
      .filter(([name]) => (env[name] ?? '') !== '')
      .map(([name, why]) => `${name} is not heeded: ${why}`),
  ]
}
