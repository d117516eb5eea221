import type { Json } from '../../model/json.ts'
import { MAX_DOCUMENT_DEPTH } from '../../model/limits.ts'
import { describeValue } from '../../model/text.ts'
import { numberProblem, type ParsedText, type Place, setOwn, TextProblem } from './parsed-text.ts'
import { below } from './pointer.ts'

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const word = /true|false|null/y
const space = /[ \t\r\n]*/y

/**
 * JSON with the place of every value. Stricter than JSON.parse: the same key twice is refused.
 * @throws TextProblem at the first thing that is not JSON
 */
export function parseJsonText(text: string): ParsedText {
  const reader = new JsonReader(text)
  const parsed = reader.value('', 0)
  reader.end()
  return parsed
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(pointer: string, depth: number): ParsedText {
    this.#skip()
    if (depth > MAX_DOCUMENT_DEPTH) {
      const message = `The document has more than ${MAX_DOCUMENT_DEPTH} containers in each other. Make it flatter.`
      throw new TextProblem(message, this.#at, pointer, 'TOO_LARGE')
    }
    const at = this.#at
    switch (this.#text[at]) {
      case '{':
        return this.#object(pointer, depth)
      case '[':
        return this.#array(pointer, depth)
      case '"':
        return { value: this.#string('a text', pointer), place: { at } }
      default:
        return { value: this.#scalar(pointer), place: { at } }
    }
  }

  end(): void {
    this.#skip()
    if (this.#at < this.#text.length) this.#refuse('nothing more, but there is', '')
  }

  #object(pointer: string, depth: number): ParsedText {
    const place: Place & { parts: Map<string, Place> } = { at: this.#at, parts: new Map() }
    const value: Record<string, Json> = {}
    this.#at++
    if (this.#take('}')) return { value, place }
    do {
      this.#skip()
      const keyAt = this.#at
      const key = this.#string('a key in double quotes', pointer)
      if (!this.#take(':')) this.#refuse('":" after the key', pointer)
      if (place.parts.has(key)) {
        const message = `The key ${describeValue(key)} is there twice; each may be there once. Remove one of them.`
        throw new TextProblem(message, keyAt, below(pointer, key))
      }
      const part = this.value(below(pointer, key), depth + 1)
      setOwn(value, key, part.value)
      place.parts.set(key, part.place)
    } while (this.#take(','))
    if (!this.#take('}')) this.#refuse('"," or "}"', pointer)
    return { value, place }
  }

  #array(pointer: string, depth: number): ParsedText {
    const place: Place & { parts: Place[] } = { at: this.#at, parts: [] }
    const value: Json[] = []
    this.#at++
    if (this.#take(']')) return { value, place }
    do {
      const part = this.value(below(pointer, value.length), depth + 1)
      value.push(part.value)
      place.parts.push(part.place)
    } while (this.#take(','))
    if (!this.#take(']')) this.#refuse('"," or "]"', pointer)
    return { value, place }
  }

  #string(what: string, pointer: string): string {
    if (this.#text[this.#at] !== '"') return this.#refuse(what, pointer)
    let end = this.#text.indexOf('"', this.#at + 1)
    while (end !== -1 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1)
    if (end === -1) return this.#refuse('a text that ends, with a double quote', pointer)
    try {
      const value = JSON.parse(this.#text.slice(this.#at, end + 1)) as string
      this.#at = end + 1
      return value
    } catch {
      const rule = 'a text without ends of lines, and only known escapes'
      return this.#refuse(rule, pointer)
    }
  }

  /** Whether an odd number of backslashes stands before it. */
  #isEscaped(at: number): boolean {
    let from = at
    while (this.#text[from - 1] === '\\') from--
    return (at - from) % 2 === 1
  }

  #scalar(pointer: string): Json {
    const at = this.#at
    const token = this.#match(word)
    if (token !== undefined) return JSON.parse(token) as Json
    const digits = this.#match(number)
    if (digits === undefined) return this.#refuse('a value', pointer)
    const value = Number(digits)
    const problem = numberProblem(value, digits)
    if (problem) throw new TextProblem(problem, at, pointer)
    return value
  }

  #skip(): void {
    space.lastIndex = this.#at
    space.test(this.#text)
    this.#at = space.lastIndex
  }

  #take(character: string): boolean {
    this.#skip()
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #match(form: RegExp): string | undefined {
    form.lastIndex = this.#at
    const found = form.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #refuse(expected: string, pointer: string): never {
    const rest = this.#text.slice(this.#at, this.#at + 20)
    const found = rest === '' ? 'the end of the text' : describeValue(rest)
    throw new TextProblem(`JSON expects ${expected} here: ${found}.`, this.#at, pointer)
  }
}
