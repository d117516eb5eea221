import type { Json } from '../../model/json.ts'
import { MAX_BLOCKS } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import { type Checking, checkFields } from './check-fields.ts'
import { documentFields } from './document-fields.ts'
import { checkDocumentRules } from './document-rules.ts'
import type { Draft, DraftBlock, DraftNode } from './draft.ts'
import { type Fields, jsonTypeOf } from './field-kinds.ts'
import type { NodeType } from './graph-document.ts'
import type { IssueList } from './issue-list.ts'
import { SchemaCheck } from './json-schema.ts'
import { commonFields, nodeTypes } from './node-fields.ts'
import { checkNodeRules } from './node-rules.ts'
import { below, stepsOf } from './pointer.ts'
import { findTemplates, parseFound } from './templates.ts'

/** Checks every value of a document for itself, and gathers its nodes; null if it has none to go on with. */
export function checkShape(value: Json, maxNodes: number, issues: IssueList): Draft | null {
  if (jsonTypeOf(value) !== 'object') {
    const message = `The document is ${describeValue(value)}, but must be an object: of a graph with name and steps, of a machine with workflow, states and transitions. Give one.`
    issues.add('VALIDATION_ERROR', '', message)
    return null
  }
  return new ShapeCheck(maxNodes, issues).document(value as Record<string, unknown>)
}

const nodeShapes = new Map(
  Object.entries(nodeTypes).map(([type, { config }]) => [type, shapeOf(config)]),
)

function shapeOf(config: Fields): Fields {
  const required = true as const
  const about = 'What the node does'
  return {
    ...commonFields,
    type: { kind: { is: 'choice', of: Object.keys(nodeTypes) }, required, about: 'Its type' },
    config: { kind: { is: 'fields', fields: config }, required, about },
  }
}

class ShapeCheck {
  readonly #draft: Draft
  readonly #maxNodes: number
  readonly #issues: IssueList
  readonly #schemas: SchemaCheck
  #count = 0

  constructor(maxNodes: number, issues: IssueList) {
    this.#maxNodes = maxNodes
    this.#issues = issues
    this.#schemas = new SchemaCheck(issues)
    const root = newBlock(null, '')
    this.#draft = { root, blocks: [root], byId: new Map(), templates: [], issues }
  }

  document(value: Record<string, unknown>): Draft {
    const { root, templates } = this.#draft
    checkFields(documentFields, value, '', '', {
      issues: this.#issues,
      owner: 'document',
      nodes: (nodes, pointer) => this.#block(nodes, pointer, root),
      schema: (schema, pointer, where) => this.#schemas.check(schema, pointer, where),
    })
    checkDocumentRules(value, this.#issues)
    const kind = { is: 'fields', fields: documentFields } as const
    findTemplates(kind, value, '', (text, pointer, isExpression) => {
      const found = parseFound(text, pointer, isExpression, 'output of the document', this.#issues)
      if (found) templates.push(found)
    })
    return this.#draft
  }

  #block(nodes: readonly unknown[], pointer: string, block: DraftBlock): void {
    if (nodes.length === 0) {
      const where = block.owner
        ? `A block of step ${describeValue(block.owner.id)}`
        : 'The document'
      this.#issues.add('NO_STEPS', pointer, `${where} has no steps. Give at least one.`)
    }
    for (const [i, node] of nodes.entries()) {
      if (this.#issues.isFull || this.#count > this.#maxNodes) return
      this.#count++
      if (this.#count > this.#maxNodes) {
        const message = `The document has more than ${this.#maxNodes} steps, those in blocks included. Move some into sub-workflows.`
        this.#issues.add('TOO_MANY_STEPS', '/steps', message, { limit: this.#maxNodes })
        return
      }
      this.#node(node, below(pointer, i), block)
    }
  }

  #node(value: unknown, pointer: string, block: DraftBlock): void {
    if (jsonTypeOf(value) !== 'object') {
      const message = `A step must be an object with id, type and config, but here is ${describeValue(value)}. Change it.`
      this.#issues.add('VALIDATION_ERROR', pointer, message)
      return
    }
    const node = newNode(value as Record<string, unknown>, pointer, block)
    this.#register(node)
    const owner = `step ${node.id === '' ? pointer : describeValue(node.id)}`
    const shape = this.#shape(node, owner)
    checkFields(shape, node.value, pointer, '', this.#checking(node, owner))
    if (!node.type) return
    checkNodeRules(node, owner, this.#issues)
    this.#templates(node, owner)
  }

  /** The fields of its type; those of any, where it has none that is known. */
  #shape(node: DraftNode, owner: string): Fields {
    if (node.type) return nodeShapes.get(node.type) as Fields
    const { type } = node.value
    const known = Object.keys(nodeTypes)
    const { type: _, config: __, ...rest } = nodeShapes.get('delay') as Fields
    const open: Fields = {
      ...rest,
      type: { kind: { is: 'json' }, required: true, about: `One of ${known.join(', ')}` },
      config: { kind: { is: 'json' }, required: true, about: 'What the node does' },
    }
    if (type === undefined) return open
    const guess = typeof type === 'string' ? this.#issues.guess(type, known) : ''
    const message = `The type of ${owner} is ${describeValue(type)}, which does not exist.${guess} There are: ${known.join(', ')}.`
    this.#issues.add('UNKNOWN_STEP_TYPE', below(node.pointer, 'type'), message)
    return open
  }

  #checking(node: DraftNode, owner: string): Checking {
    return {
      issues: this.#issues,
      owner,
      nodes: (nodes, pointer) => this.#inner(nodes, pointer, node),
      schema: (schema, pointer, where) => this.#schemas.check(schema, pointer, where),
    }
  }

  #inner(nodes: readonly unknown[], pointer: string, owner: DraftNode): void {
    const last = stepsOf(pointer).at(-1) as string
    const isList = Array.isArray(owner.config.branches)
    const name = Object.hasOwn(owner.config, 'branches') ? (isList ? `b${last}` : last) : ''
    const block = newBlock(owner, name)
    if (block.level > MAX_BLOCKS) {
      const message = `Step ${describeValue(owner.id)} is a block within ${MAX_BLOCKS} others; there may be ${MAX_BLOCKS} in each other. Move it into a sub-workflow.`
      this.#issues.add('MAX_DEPTH_EXCEEDED', pointer, message, { limit: MAX_BLOCKS })
      return
    }
    owner.blocks.push(block)
    this.#draft.blocks.push(block)
    this.#block(nodes, pointer, block)
  }

  #register(node: DraftNode): void {
    const { id, block, pointer } = node
    block.nodes.push(node)
    if (id === '') return
    const other = this.#draft.byId.get(id)
    if (other) {
      const where = other.block === block ? '' : ', also across blocks'
      const message = `The id ${describeValue(id)} is there twice, first at ${other.pointer}; ids are unique in the whole document${where}. Change one of them.`
      this.#issues.add('DUPLICATE_STEP_ID', below(pointer, 'id'), message, { first: other.pointer })
      return
    }
    this.#draft.byId.set(id, node)
    block.byId.set(id, node)
  }

  #templates(node: DraftNode, owner: string): void {
    const { config } = nodeTypes[node.type as NodeType]
    const kind = { is: 'fields', fields: config } as const
    const start = `${node.pointer}/`.length
    findTemplates(
      kind,
      node.config,
      below(node.pointer, 'config'),
      (text, pointer, isExpression) => {
        const where = `${pointer.slice(start).replaceAll('/', '.')} of ${owner}`
        const found = parseFound(text, pointer, isExpression, where, this.#issues)
        if (found) node.templates.push(found)
      },
    )
  }
}

function newBlock(owner: DraftNode | null, name: string): DraftBlock {
  const level = owner ? owner.block.level + 1 : 0
  return { owner, name, level, nodes: [], byId: new Map(), order: null }
}

function newNode(value: Record<string, unknown>, pointer: string, block: DraftBlock): DraftNode {
  const { id, type, config } = value
  const isKnown = typeof type === 'string' && Object.hasOwn(nodeTypes, type)
  return {
    id: typeof id === 'string' ? id : '',
    type: isKnown ? (type as NodeType) : undefined,
    value,
    config: jsonTypeOf(config) === 'object' ? (config as Record<string, unknown>) : {},
    pointer,
    block,
    index: block.nodes.length,
    ...{ blocks: [], templates: [], dependencies: [], depth: 1 },
  }
}
