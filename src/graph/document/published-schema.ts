import type { Json } from '../../model/json.ts'
import { MAX_DURATION_MS } from '../../model/limits.ts'
import { documentFields } from './document-fields.ts'
import type { Field, Fields, Kind } from './field-kinds.ts'
import { commonFields, nodeTypes } from './node-fields.ts'
import { nameForm } from './text-forms.ts'

type JsonObject = { [key: string]: Json }

/** Where the schema of documents is published; `$schema` of a document names it. */
export const SCHEMA_URL = 'https://millrace.dev/schema/graph.json'

/**
 * The JSON Schema of documents, for editors and other tools; made of the descriptions that the validator uses.
 * It is of draft-07, which every editor reads. What a schema cannot say, only `validateGraph` finds: names that
 * do not exist, cycles, expressions.
 */
export function graphJsonSchema(): JsonObject {
  const configs = Object.entries(nodeTypes).map(([type, { about, config }]) => [
    `config of ${type}`,
    { description: sentence(about), ...objectSchema(config), ...configRules[type] },
  ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: SCHEMA_URL,
    title: 'A workflow of Millrace as a document',
    ...objectSchema(documentFields),
    allOf: documentRules,
    definitions: {
      steps: { type: 'array', minItems: 1, items: { $ref: '#/definitions/step' } },
      step: stepSchema(),
      duration: durationSchema(),
      ...(Object.fromEntries(configs) as JsonObject),
    },
  }
}

const UNITS =
  'ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?'
const DURATION = `^\\s*((\\d+(\\.\\d+)?|\\.\\d+)\\s*(${UNITS})\\s*)+$`

/** What `#/definitions/duration` must be, where a field is a duration. */
export function durationSchema(): JsonObject {
  return {
    anyOf: [
      { type: 'number', exclusiveMinimum: 0, maximum: MAX_DURATION_MS / 1000 },
      { type: 'string', pattern: DURATION },
    ],
  }
}

/** Common fields, and the configuration by type: with if and then, editors complete and complain well. */
function stepSchema(): JsonObject {
  const fields: Fields = {
    ...commonFields,
    type: {
      kind: { is: 'choice', of: Object.keys(nodeTypes) },
      required: true,
      about: 'What the node does',
    },
    config: { kind: { is: 'json' }, required: true, about: 'How it does that, by its type' },
  }
  const byType = Object.keys(nodeTypes).map((type) => ({
    if: { properties: { type: { const: type } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { config: { $ref: `#/definitions/config of ${type}` } } },
  }))
  return { ...objectSchema(fields), allOf: byType }
}

/** The JSON Schema of an object with these fields. */
export function objectSchema(fields: Fields): JsonObject {
  const properties = Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)])
  const required = Object.keys(fields).filter((name) => fields[name]?.required)
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    patternProperties: { '^x-': true },
    additionalProperties: false,
    ...(required.length > 0 && { required }),
  }
}

/** Null stands for what is not there: clients of other languages send it. */
function fieldSchema({ kind, required, about }: Field): JsonObject {
  const schema = kindSchema(kind)
  const description = { description: sentence(about) }
  if (required || kind.is === 'json' || kind.is === 'values') return withNote(schema, description)
  if (typeof schema.type !== 'string') return { ...description, anyOf: [schema, { type: 'null' }] }
  const choices = schema.enum as Json[] | undefined
  return {
    ...description,
    ...schema,
    type: [schema.type, 'null'],
    ...(choices && { enum: [...choices, null] }),
  }
}

/** Beside $ref, draft-07 reads nothing. */
function withNote(schema: JsonObject, note: JsonObject): JsonObject {
  return '$ref' in schema ? { ...note, allOf: [schema] } : { ...note, ...schema }
}

function kindSchema(kind: Kind): JsonObject {
  switch (kind.is) {
    case 'text':
    case 'template':
      return {
        type: 'string',
        ...(kind.form && { pattern: kind.form.pattern }),
        ...(kind.most !== undefined && { maxLength: kind.most }),
      }
    case 'expression':
      return { type: 'string' }
    case 'schema':
      return { type: ['object', 'boolean'] }
    case 'number':
      return {
        type: 'number',
        ...(kind.least !== undefined && { minimum: kind.least }),
        ...(kind.above !== undefined && { exclusiveMinimum: kind.above }),
        maximum: kind.most,
      }
    case 'whole':
      return { type: 'integer', minimum: kind.least, maximum: kind.most }
    case 'duration':
      return { $ref: '#/definitions/duration' }
    case 'flag':
      return { type: 'boolean' }
    case 'choice':
      return choiceSchema(kind)
    case 'list':
      return {
        type: 'array',
        items: kindSchema(kind.of),
        ...(kind.least !== undefined && { minItems: kind.least }),
        ...(kind.most !== undefined && { maxItems: kind.most }),
      }
    case 'record':
      return {
        type: 'object',
        additionalProperties: kindSchema(kind.of),
        ...(kind.keys && { propertyNames: { pattern: kind.keys.pattern } }),
        ...(kind.least !== undefined && { minProperties: kind.least }),
      }
    case 'nodes':
      return { $ref: '#/definitions/steps' }
    case 'fields':
      return objectSchema(kind.fields)
    case 'either':
      return { anyOf: kind.of.map(kindSchema) }
    default:
      return {}
  }
}

function choiceSchema({ of, anyCase }: Kind & { is: 'choice' }): JsonObject {
  if (!anyCase) return { type: 'string', enum: [...of] }
  const letters = (word: string) =>
    word.replace(/[A-Z]/g, (letter) => `[${letter}${letter.toLowerCase()}]`)
  return {
    anyOf: [{ enum: [...of] }, { type: 'string', pattern: `^(${of.map(letters).join('|')})$` }],
  }
}

/** Present, and not null. */
const has = (name: string): JsonObject => ({
  required: [name],
  properties: { [name]: { not: { type: 'null' } } },
})

/** Rules about several fields, as far as a schema can say them. */
const configRules: Readonly<Record<string, JsonObject>> = {
  delay: { oneOf: [has('seconds'), has('duration')] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  approval: { if: has('on_timeout'), then: has('timeout') },
}

const documentRules: JsonObject[] = [
  {
    if: has('$schema'),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { name: { pattern: nameForm.pattern } } },
  },
  {
    if: { required: ['trigger_type'], properties: { trigger_type: { const: 'cron' } } },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      required: ['trigger_config'],
      properties: { trigger_config: { type: 'object', required: ['cron_expression'] } },
    },
  },
]

function sentence(about: string): string {
  return `${about}.`
}
