import { MAX_PATTERN_STATES } from '../../model/limits.ts'

/** Why a regular expression is not taken. */
export class PatternProblem extends Error {}

type Test = (code: number) => boolean
type Step =
  | { readonly do: 'take'; readonly test: Test }
  | { readonly do: 'fork'; to: number[] }
  | { readonly do: 'assert'; readonly what: '^' | '$' | 'b' | 'B' }
  | { readonly do: 'match' }

/** A part of an expression, before it is known how often it stands in the whole. */
type Part =
  | { readonly is: 'take'; readonly test: Test }
  | { readonly is: 'assert'; readonly what: '^' | '$' | 'b' | 'B' }
  | { readonly is: 'all'; readonly parts: readonly Part[] }
  | { readonly is: 'any'; readonly parts: readonly Part[] }
  | { readonly is: 'times'; readonly part: Part; readonly least: number; readonly most: number }

/**
 * A regular expression whose work for a text is at most its states for each character: all ways through it are
 * followed at once, so none is tried again. Without what cannot be had so: references back and looking around.
 * @throws PatternProblem for these, for what is no regular expression, and for more than 256 states
 * @example new LinearPattern('^(a+)+$').test('a'.repeat(100_000) + 'b') // false, at once
 */
export class LinearPattern {
  readonly #steps: Step[] = []
  /** The turn in which each step was last reached. */
  readonly #reached: Uint32Array
  readonly #source: string

  constructor(pattern: string) {
    this.#source = pattern
    try {
      new RegExp(pattern, 'u')
    } catch (error) {
      throw new PatternProblem(`is no regular expression (${(error as Error).message})`)
    }
    if (pattern.length > 4 * MAX_PATTERN_STATES) tooMany()
    this.#build(new PatternReader(pattern).read())
    this.#push({ do: 'match' })
    this.#reached = new Uint32Array(this.#steps.length)
  }

  /** What tells it from others: Ajv keeps one of each. */
  toString(): string {
    return this.#source
  }

  /** Whether it matches anywhere in a text. */
  test(text: string): boolean {
    this.#reached.fill(0)
    let [turn, before] = [0, -1]
    let open: number[] = []
    for (let at = 0; ; ) {
      const code = text.codePointAt(at) ?? -1
      turn++
      const here: number[] = []
      for (const start of [...open, 0])
        if (this.#follow(start, turn, before, code, here)) return true
      if (code === -1) return false
      open = here
        .filter((step) => (this.#steps[step] as { test: Test }).test(code))
        .map((i) => i + 1)
      before = code
      at += code > 0xffff ? 2 : 1
    }
  }

  /** Whether the end can be reached without a character; gathers the steps that take one. */
  #follow(start: number, turn: number, before: number, code: number, here: number[]): boolean {
    const stack = [start]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.#reached[at] === turn) continue
      this.#reached[at] = turn
      const step = this.#steps[at] as Step
      if (step.do === 'match') return true
      if (step.do === 'take') here.push(at)
      else if (step.do === 'fork') stack.push(...step.to)
      else if (holds(step.what, before, code)) stack.push(at + 1)
    }
    return false
  }

  #push(step: Step): number {
    if (this.#steps.push(step) > MAX_PATTERN_STATES) tooMany()
    return this.#steps.length - 1
  }

  #fork(): { at: number; to: number[] } {
    const step = { do: 'fork' as const, to: [] as number[] }
    return { at: this.#push(step), to: step.to }
  }

  #build(part: Part): void {
    switch (part.is) {
      case 'take':
        this.#push({ do: 'take', test: part.test })
        return
      case 'assert':
        this.#push({ do: 'assert', what: part.what })
        return
      case 'all':
        for (const one of part.parts) this.#build(one)
        return
      case 'any':
        this.#buildAny(part.parts)
        return
      case 'times':
        this.#buildTimes(part)
    }
  }

  #buildAny(parts: readonly Part[]): void {
    const fork = this.#fork()
    const ends: number[][] = []
    for (const part of parts) {
      fork.to.push(this.#steps.length)
      this.#build(part)
      ends.push(this.#fork().to)
    }
    for (const end of ends) end.push(this.#steps.length)
  }

  #buildTimes({ part, least, most }: Part & { is: 'times' }): void {
    for (let i = 0; i < least; i++) this.#build(part)
    if (most === Number.POSITIVE_INFINITY) {
      const fork = this.#fork()
      fork.to.push(this.#steps.length)
      this.#build(part)
      this.#fork().to.push(fork.at)
      fork.to.push(this.#steps.length)
      return
    }
    const ends: number[][] = []
    for (let i = least; i < most; i++) {
      const fork = this.#fork()
      fork.to.push(this.#steps.length)
      this.#build(part)
      ends.push(fork.to)
    }
    for (const end of ends) end.push(this.#steps.length)
  }
}

/** Reads what RegExp has found to be right, so it need not ask twice. */
class PatternReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Part {
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    return parts.length === 1 ? (parts[0] as Part) : { is: 'any', parts }
  }

  #sequence(): Part {
    const parts: Part[] = []
    while (this.#at < this.#text.length && !/[|)]/.test(this.#text[this.#at] as string))
      parts.push(this.#repeated(this.#atom()))
    return { is: 'all', parts }
  }

  #atom(): Part {
    if (this.#take('(')) return this.#group()
    if (this.#take('^')) return { is: 'assert', what: '^' }
    if (this.#take('$')) return { is: 'assert', what: '$' }
    const source = this.#token(
      /\[(?:[^\]\\]|\\[\s\S])*\]|\\(?:[pP]\{[^}]*\}|u\{[\da-fA-F]+\}|u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|c[A-Za-z]|[\s\S])|[\s\S]/uy,
    )
    if (source === '\\b') return { is: 'assert', what: 'b' }
    if (source === '\\B') return { is: 'assert', what: 'B' }
    if (/^\\[1-9k]/.test(source)) refuse(`refers back, with ${source}`)
    return { is: 'take', test: testOf(source) }
  }

  #group(): Part {
    if (this.#take('?') && !this.#take(':')) {
      const kind = this.#token(/<[^=!>]*>|<?[=!]|[\s\S]/uy)
      if (!/^<[^=!]/.test(kind)) refuse(`looks around, with (?${kind}`)
    }
    const part = this.read()
    this.#take(')')
    return part
  }

  #repeated(part: Part): Part {
    const found = this.#token(/(?:[*+?]|\{\d+(?:,\d*)?\})?\??/uy)
    if (found === '') return part
    const [, least = '0', comma, most] = /\{(\d+)(,)?(\d*)/.exec(found) ?? []
    const infinite = Number.POSITIVE_INFINITY
    if (found[0] === '*') return { is: 'times', part, least: 0, most: infinite }
    if (found[0] === '+') return { is: 'times', part, least: 1, most: infinite }
    if (found[0] === '?') return { is: 'times', part, least: 0, most: 1 }
    const from = Number(least)
    const to = comma === undefined ? from : most === '' ? infinite : Number(most)
    // what matches nothing needs no states, however often it does
    if (from > MAX_PATTERN_STATES || (to !== infinite && to > MAX_PATTERN_STATES)) tooMany()
    return { is: 'times', part, least: from, most: to }
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #token(form: RegExp): string {
    form.lastIndex = this.#at
    const found = form.exec(this.#text)?.[0] ?? ''
    this.#at += found.length
    return found
  }
}

/** Whether a character is one of those that an atom stands for; RegExp knows, and is asked once for each of the first 256. */
function testOf(source: string): Test {
  const points = [...source]
  if (points.length === 1 && source !== '.') {
    const wanted = source.codePointAt(0)
    return (code) => code === wanted
  }
  const atom = new RegExp(`^${source}$`, 'u')
  const known = new Int8Array(256).fill(-1)
  return (code) => {
    if (code > 255) return atom.test(String.fromCodePoint(code))
    if (known[code] === -1) known[code] = atom.test(String.fromCodePoint(code)) ? 1 : 0
    return known[code] === 1
  }
}

function holds(what: '^' | '$' | 'b' | 'B', before: number, after: number): boolean {
  if (what === '^') return before === -1
  if (what === '$') return after === -1
  return (isWord(before) !== isWord(after)) === (what === 'b')
}

function isWord(code: number): boolean {
  return code !== -1 && /^\w$/.test(String.fromCodePoint(code))
}

function refuse(problem: string): never {
  throw new PatternProblem(`${problem}, which cannot be done in a bounded time`)
}

function tooMany(): never {
  throw new PatternProblem(`has more than ${MAX_PATTERN_STATES} states; its repetitions count`)
}
