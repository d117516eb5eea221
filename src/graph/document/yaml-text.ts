import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  Parser,
  type YAMLMap,
} from 'yaml'
import type { Json } from '../../model/json.ts'
import { MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import { numberProblem, type ParsedText, type Place, setOwn, TextProblem } from './parsed-text.ts'
import { below } from './pointer.ts'

/**
 * YAML 1.2 with the place of every value, as JSON. Anchors may be used as long as the whole, written
 * out, stays within the size of a document.
 * @throws TextProblem for what is not YAML, or not JSON: tags, keys that are no scalars, cycles, dates
 *   and the like are no part of YAML's JSON schema; the same key twice.
 */
export function parseYamlText(text: string): ParsedText {
  const documents = parse(text)
  if (documents.length > 1) {
    const at = documents[1]?.range[0] ?? 0
    throw new TextProblem('The text has several documents of YAML. Give one; remove "---".', at, '')
  }
  const [document] = documents
  const problem = document?.errors[0] ?? document?.warnings[0]
  if (problem) throw new TextProblem(`This is not YAML: ${problem.message}`, problem.pos[0])
  return new YamlReader().read(document?.contents as Node | null)
}

/** The first two documents of a text: more than one is refused, however many they are. */
function parse(text: string) {
  // the same key twice is looked for below: its own way compares each with each
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false, logLevel: 'silent' })
  // It gathers all problems, and a text may have a million: the first is enough. What is thrown within it comes
  // back as one more.
  let first: TextProblem | undefined
  Reflect.set(composer, 'onError', (source: ErrorSource, _code: string, message: string) => {
    first ??= new TextProblem(`This is not YAML: ${message}`, startOf(source))
    throw first
  })
  const documents: Document.Parsed[] = []
  for (const document of composer.compose(new ShallowParser().parse(text))) {
    documents.push(document)
    if (documents.length > 1) break
  }
  return documents
}

type ErrorSource = number | readonly [number, number] | { readonly offset: number }

function startOf(source: ErrorSource): number {
  if (typeof source === 'number') return source
  return 'offset' in source ? source.offset : source[0]
}

/** What it holds open is what is nested: what composes it calls itself for each level. */
class ShallowParser extends Parser {
  override *next(source: string): Generator<CST.Token, void> {
    yield* super.next(source)
    // a document and a pair or two are open beside the containers
    if (this.stack.length > 2 * MAX_DOCUMENT_DEPTH) refuseDepth(this.offset, '')
  }
}

function refuseDepth(at: number, pointer: string): never {
  const message = `The document has more than ${MAX_DOCUMENT_DEPTH} containers in each other. Make it flatter.`
  throw new TextProblem(message, at, pointer, 'TOO_LARGE')
}

type Read = ParsedText & { readonly bytes: number }

class YamlReader {
  /** What stood at each anchor; null while it is read. */
  readonly #anchors = new Map<string, Read | null>()
  #bytes = 0

  read(root: Node | null): ParsedText {
    return this.#node(root, '', 0)
  }

  #node(node: Node | null, pointer: string, depth: number): Read {
    const at = node?.range?.[0] ?? 0
    if (depth > MAX_DOCUMENT_DEPTH) refuseDepth(at, pointer)
    if (isAlias(node)) return this.#alias(node.source, at, pointer)
    const anchor = (node as { anchor?: string } | null)?.anchor
    if (anchor) this.#anchors.set(anchor, null)
    const before = this.#bytes
    const read = this.#plain(node, at, pointer, depth)
    const bytes = this.#bytes - before
    if (anchor) this.#anchors.set(anchor, { ...read, bytes })
    return { ...read, bytes }
  }

  #plain(node: Node | null, at: number, pointer: string, depth: number): ParsedText {
    this.#spend(2, at, pointer)
    if (isMap(node)) return this.#map(node, at, pointer, depth)
    if (isSeq(node)) {
      const place: Place & { parts: Place[] } = { at, parts: [] }
      const value = node.items.map((item, i) => {
        const part = this.#node(item as Node, below(pointer, i), depth + 1)
        place.parts.push(part.place)
        return part.value
      })
      return { value, place }
    }
    const value = isScalar(node) ? node.value : null
    const source = isScalar(node) ? node.source : undefined
    return { value: this.#scalar(value ?? null, at, pointer, source), place: { at } }
  }

  #map(node: YAMLMap, at: number, pointer: string, depth: number): ParsedText {
    const place: Place & { parts: Map<string, Place> } = { at, parts: new Map() }
    const value: Record<string, Json> = {}
    for (const pair of node.items) {
      const key = this.#key(pair.key as Node | null, at, pointer)
      const under = below(pointer, key)
      if (place.parts.has(key)) {
        const where = (pair.key as Node).range?.[0] ?? at
        const message = `The key ${describeValue(key)} is there twice; each may be there once. Remove one of them.`
        throw new TextProblem(message, where, under)
      }
      const part = this.#node(pair.value as Node | null, under, depth + 1)
      // of a key without a value the parser has no place
      const partAt = (pair.value as Node | null)?.range
        ? part.place
        : { at: placeOfKey(pair.key, at) }
      setOwn(value, key, part.value)
      place.parts.set(key, partAt)
    }
    return { value, place }
  }

  /** A key as JSON has it: `1` and `true` are the texts. */
  #key(key: Node | null, at: number, pointer: string): string {
    const where = key?.range?.[0] ?? at
    const value = isScalar(key) ? key.value : undefined
    if (typeof value === 'object' || value === undefined) {
      const message =
        'A key of a mapping must be a text, a number, true or false; this one is not. Quote it.'
      throw new TextProblem(message, where, pointer)
    }
    const text = typeof value === 'string' ? value : String(this.#scalar(value, where, pointer))
    this.#spend(text.length, where, pointer)
    return text
  }

  #scalar(value: unknown, at: number, pointer: string, source = String(value)): Json {
    switch (typeof value) {
      case 'string':
        this.#spend(value.length, at, pointer)
        return value
      case 'number': {
        const problem = numberProblem(value, source)
        if (problem === null) return value
        throw new TextProblem(problem, at, pointer)
      }
      case 'boolean':
        return value
      case 'object':
        if (value === null) return null
    }
    const message = `JSON has no ${String(value)}. Leave it out, or quote it as a text.`
    throw new TextProblem(message, at, pointer)
  }

  #alias(name: string, at: number, pointer: string): Read {
    const read = this.#anchors.get(name)
    if (read) {
      this.#spend(read.bytes, at, pointer)
      return { ...read, place: { ...read.place, at } }
    }
    const problem =
      read === null
        ? `"*${name}" lies within what it stands for`
        : `there is no anchor "&${name}" before "*${name}"`
    throw new TextProblem(`This is not a document: ${problem}. Write it out.`, at, pointer)
  }

  /** Anchors that hold uses of others multiply: a page may stand for gigabytes. */
  #spend(bytes: number, at: number, pointer: string): void {
    this.#bytes += bytes
    if (this.#bytes <= MAX_DOCUMENT_BYTES) return
    const message = `The document takes more than ${MAX_DOCUMENT_BYTES} bytes where its anchors are written out. Use fewer of them.`
    throw new TextProblem(message, at, pointer, 'TOO_LARGE')
  }
}

function placeOfKey(key: unknown, at: number): number {
  return (key as Node | null)?.range?.[0] ?? at
}
