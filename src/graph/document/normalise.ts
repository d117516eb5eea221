import type { Json } from '../../model/json.ts'
import { documentFields } from './document-fields.ts'
import { type Fields, jsonTypeOf, type Kind, typesOf } from './field-kinds.ts'
import type { GraphDocument, NodeType } from './graph-document.ts'
import { commonFields, nodeTypes } from './node-fields.ts'
import { setOwn } from './parsed-text.ts'

type JsonObject = { [key: string]: Json }

/** The normal form of a document that was checked. Twice the same is once. */
export function normalise(value: Json): GraphDocument {
  return normaliseFields(documentFields, value as JsonObject) as unknown as GraphDocument
}

function normaliseFields(fields: Fields, value: JsonObject): JsonObject {
  const result: JsonObject = {}
  for (const [name, item] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field?.ignored) continue
    if (!field) setOwn(result, name, item)
    else if (item !== null || field.required || typesOf(field.kind).includes('null'))
      result[name] = normaliseValue(field.kind, item)
  }
  return result
}

function normaliseValue(kind: Kind, value: Json): Json {
  switch (kind.is) {
    case 'nodes':
      return (value as JsonObject[]).map(normaliseNode)
    case 'fields':
      return normaliseFields(kind.fields, value as JsonObject)
    case 'list':
      return (value as Json[]).map((item) => normaliseValue(kind.of, item))
    case 'record': {
      const result: JsonObject = {}
      for (const [key, item] of Object.entries(value as JsonObject))
        setOwn(result, key, normaliseValue(kind.of, item))
      return result
    }
    case 'either': {
      const one = kind.of.find((each) => typesOf(each).includes(jsonTypeOf(value)))
      return one ? normaliseValue(one, value) : value
    }
    case 'choice':
      return kind.anyCase ? (value as string).toUpperCase() : value
    default:
      return value
  }
}

function normaliseNode(node: JsonObject): JsonObject {
  const { config: fields } = nodeTypes[node.type as NodeType]
  const { depends_on: depends, ...rest } = normaliseFields(commonFields, node)
  const unique = [...new Set(depends as string[] | undefined)]
  return {
    ...rest,
    ...(unique.length === 0 ? {} : { depends_on: unique }),
    config: normaliseFields(fields, node.config as JsonObject),
  }
}
