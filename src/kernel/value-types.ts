import type { CustomTypesConfig } from 'pg'

type Parser = (text: string) => unknown

const asNumber: Parser = Number
const asText: Parser = (text) => text
const asList: Parser = (text) => parseList(text)

/** By the type's number in pg_type; all others stay text, whole numbers of 64 bits among them. */
const parsers = new Map<number, Parser>([
  [16, (text) => text === 't'], // boolean
  [21, asNumber], // smallint
  [23, asNumber], // int
  [700, asNumber], // real
  [701, asNumber], // double precision
  [114, JSON.parse], // json
  [3802, JSON.parse], // jsonb
  [1184, parseInstant], // timestamptz
  [1009, asList], // text[]
  [1016, asList], // bigint[]
])

/**
 * How the kernel's results are read. Those of the process (pg.types) belong to the user, who may have
 * changed them: with instants as texts, or 64 bits as BigInt, the engine would not understand itself.
 */
export const valueTypes: CustomTypesConfig = {
  getTypeParser: ((oid: number) =>
    parsers.get(oid) ?? asText) as CustomTypesConfig['getTypeParser'],
}

/** `2026-01-31 12:00:00.123456+00`, as DateStyle ISO writes it, which pg asks for. */
function parseInstant(text: string): Date {
  const zoned = /[+-]\d\d$/.test(text) ? `${text}:00` : text
  return new Date(zoned.replace(' ', 'T'))
}

const listItem = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs

/** `{a,"b, c",NULL}`: one dimension, elements as texts. */
function parseList(text: string): (string | null)[] {
  return [...text.matchAll(listItem)].map(([, quoted, plain]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, '$1')
    return plain === 'NULL' ? null : (plain as string)
  })
}
