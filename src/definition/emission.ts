import { type Duration, parseDuration } from '../model/duration.ts'
import type { Emission } from '../model/journal.ts'
import { encodePayload } from '../model/json.ts'
import { MAX_KEY } from '../model/limits.ts'
import { checkName, checkText } from '../model/names.ts'
import { checkOptionNames, type OptionNames } from '../model/options.ts'
import { type Schema, validate } from '../model/schema.ts'
import { checkEventKey } from './event.ts'

/** How an event is emitted. */
export type EmissionOptions = {
  /** What it is about: those who wait for it name it too. 1 to 256 characters. */
  key: string
  /** The same one again, for an event of that name, changes nothing, for as long as the event is kept. */
  dedupeId?: string
  /** For how long runs that begin to wait later get it, also those that are started later. Default 1 day. */
  keepFor?: Duration
}

const names: OptionNames<EmissionOptions> = { key: true, dedupeId: true, keepFor: true }

const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * What is emitted, checked and made to be stored: the data as the caller gave them, for the receivers apply
 * the schema again.
 * @throws InvalidInputError, PayloadError
 */
export async function prepareEmission(
  { name, schema }: { name: string; schema?: Schema | undefined },
  data: unknown,
  options: EmissionOptions,
): Promise<Omit<Emission, 'id'>> {
  checkName('event', name)
  checkOptionNames(`event "${name}"`, options, names)
  const key = checkEventKey(name, options?.key)
  const { dedupeId, keepFor } = options
  if (dedupeId !== undefined) checkText('dedupeId', dedupeId, MAX_KEY)
  const keepMs = keepFor === undefined ? KEEP_MS : parseDuration(keepFor)
  const what = `the data of event "${name}"`
  if (schema) await validate(schema, data, what)
  return { name, key, data: encodePayload(data, { what }), dedupeId: dedupeId ?? null, keepMs }
}
