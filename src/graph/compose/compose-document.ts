import { DefinitionError } from '../../model/errors.ts'
import { MAX_NODE_ID } from '../../model/limits.ts'
import { nearest } from '../../model/nearest.ts'
import { describeValue } from '../../model/text.ts'
import {
  type GraphDocument,
  type GraphIssue,
  type GraphNode,
  readGraph,
  SCHEMA_URL,
  toDefinitionError,
} from '../document/index.ts'
import { toPointer } from '../document/pointer.ts'
import { type Places, readsOf } from './names-in-expressions.ts'
import type { Operation, Part } from './parts.ts'

/** Operators within each other. */
const MAX_DEPTH = 100

/** Where a part begins: after which nodes, and the expression of what it gets. */
type Entry = { readonly after: readonly string[]; readonly value: string }

/** What a part has become. Whatever it is, one node is its last; `pick` finds what the part gave in its output. */
type Fragment = { readonly nodes: GraphNode[]; readonly last: string; readonly pick: Pick }

/** An expression of what a part gave. @param output the expression of what its last node gave */
type Pick = (output: string) => string

const all: Pick = (output) => output
const result: Pick = (output) => `${output}.result`

/**
 * The document of steps in sequence; operators put others together. The first gets the input of the run, the
 * run gives what the last gave.
 * @param known names of the steps that are registered
 * @throws DefinitionError (MR030) at once, with every unknown name and whatever else is wrong
 * @example composeDocument('on call', ['page', parallel('mail', 'call')], ['page', 'mail', 'call'])
 */
export function composeDocument(
  name: string,
  parts: readonly Part[],
  known: Iterable<string>,
): GraphDocument {
  const composer = new Composer(new Set(known))
  const start: Entry = { after: [], value: 'trigger.data' }
  const whole = composer.sequence(parts, start, 'parts', 0)
  if (composer.issues.length > 0) throw toDefinitionError(composer.issues)
  return readGraph({
    $schema: SCHEMA_URL,
    name,
    output: braced(givenBy(whole)),
    steps: whole.nodes,
  })
}

class Composer {
  readonly issues: GraphIssue[] = []
  readonly #known: ReadonlySet<string>
  readonly #ids = new Map<string, number>()

  constructor(known: ReadonlySet<string>) {
    this.#known = known
  }

  /** @param where as messages name it: 'parts[0].then' */
  part(part: Part, entry: Entry, where: string, depth: number): Fragment {
    if (typeof part === 'string') return this.#step(part, entry, where)
    if (typeof part !== 'object' || part === null) return this.#refusePart(part, where)
    if (!('~composed' in part)) {
      const { name, handler } = part as { name?: unknown; handler?: unknown }
      if (typeof name !== 'string') return this.#refusePart(part, where)
      // who has the step itself need not look for its name
      return this.#step(name, entry, where, typeof handler === 'function')
    }
    if (depth >= MAX_DEPTH)
      throw new DefinitionError(
        `The composition has more than ${MAX_DEPTH} operators in each other, at ${where.slice(0, 80)}. Make it flatter.`,
      )
    const operation = part as Operation
    switch (operation.do) {
      case 'sequence':
        return this.sequence(operation.parts, entry, `${where}.sequence`, depth + 1)
      case 'branch':
        return this.#branch(operation, entry, where, depth + 1)
      case 'loop':
        return this.#loop(operation, entry, where, depth + 1)
      default:
        return this.#sideBySide(operation, entry, where, depth + 1)
    }
  }

  sequence(parts: readonly Part[], entry: Entry, where: string, depth: number): Fragment {
    if (parts.length === 0)
      this.#refuse('NO_STEPS', where, `${where} has no steps. Give at least one.`)
    const nodes: GraphNode[] = []
    let whole: Fragment = { nodes, last: '', pick: all }
    for (const [i, part] of parts.entries()) {
      const before = i === 0 ? entry : { after: [whole.last], value: givenBy(whole) }
      const { nodes: more, ...end } = this.part(part, before, `${where}[${i}]`, depth)
      for (const node of more) nodes.push(node)
      whole = { nodes, ...end }
    }
    return whole
  }

  #step(step: string, entry: Entry, where: string, isKnown = false): Fragment {
    if (!isKnown && !this.#known.has(step)) {
      const guess = nearest(step.slice(0, 128), this.#known)
      const meant = guess.length > 0 ? ` Did you mean ${describeValue(guess[0])}?` : ''
      const message = `${where} is the step ${describeValue(step)}, which is not registered.${meant || ' Define it with defineStep, before this.'}`
      this.#refuse('UNKNOWN_STEP', where, message)
    }
    const id = this.#id(step)
    const config = { step, input: braced(entry.value) }
    return { nodes: [{ id, type: 'step', ...after(entry), config }], last: id, pick: all }
  }

  #sideBySide(
    { do: type, parts }: Operation & { do: 'sequence' | 'parallel' | 'race' },
    entry: Entry,
    where: string,
    depth: number,
  ): Fragment {
    if (parts.length < 2) {
      const message = `${where} is a ${type} of ${parts.length}; it needs two parts. Give more.`
      this.#refuse('VALIDATION_ERROR', where, message)
    }
    const id = this.#id(type)
    const inside: Entry = { after: [], value: entry.value }
    const inner = parts.map((part, i) => this.part(part, inside, `${where}.${type}[${i}]`, depth))
    const config = { branches: inner.map(({ nodes }) => nodes) }
    const node = { id, type, ...after(entry), config } as GraphNode
    const picks = inner.map(({ pick }) => pick)
    return { nodes: [node], last: id, pick: type === 'race' ? pickWinner(picks) : pickAll(picks) }
  }

  #branch(
    { condition, then, otherwise }: Operation & { do: 'branch' },
    entry: Entry,
    where: string,
    depth: number,
  ): Fragment {
    const id = this.#id('condition')
    const taken: Entry = { after: [id], value: entry.value }
    const yes = this.part(then, taken, `${where}.then`, depth)
    const no =
      otherwise === undefined ? null : this.part(otherwise, taken, `${where}.otherwise`, depth)
    const expression = this.#expression(condition, { input: entry.value }, `${where}.condition`)
    const first = (fragment: Fragment) =>
      fragment.nodes.filter((node) => node.depends_on?.includes(id)).map((node) => node.id)
    const config = {
      expression,
      true_branch: first(yes),
      ...(no && { false_branch: first(no) }),
    }
    const join = this.#id('branch')
    const other = no ? givenBy(no) : entry.value
    const value = braced(`${givenBy(yes)} if ${outputOf(id)}.result else ${other}`)
    const nodes: GraphNode[] = [
      { id, type: 'condition', ...after(entry), config },
      ...yes.nodes,
      ...(no?.nodes ?? []),
      {
        ...{ id: join, type: 'transform', depends_on: [id, yes.last, ...(no ? [no.last] : [])] },
        config: { expression: value },
      },
    ]
    return { nodes, last: join, pick: result }
  }

  /** Its first node tells apart what came in and what the time before gave. */
  #loop(
    { body, while: condition, maxIterations }: Operation & { do: 'loop' },
    entry: Entry,
    where: string,
    depth: number,
  ): Fragment {
    const id = this.#id('loop')
    const input = this.#id('loop input')
    const inside: Entry = { after: [input], value: result(outputOf(input)) }
    const inner = this.part(body, inside, `${where}.body`, depth)
    const expression = braced(`${inner.pick('loop.last')} if loop.index > 0 else ${entry.value}`)
    const config = {
      while: this.#expression(condition, { output: givenBy(inner) }, `${where}.while`),
      max_iterations: maxIterations,
      steps: [
        { id: input, type: 'transform', config: { expression } } satisfies GraphNode,
        ...inner.nodes,
      ],
    }
    const node: GraphNode = { id, type: 'loop', ...after(entry), config }
    return { nodes: [node], last: id, pick: (output) => inner.pick(`(${output} | last)`) }
  }

  #expression(text: unknown, names: Places, where: string): string {
    const { expression, problem } = readsOf(text, names)
    if (problem !== null) this.#refuse('EXPRESSION_ERROR', where, `${where}: ${problem}`)
    return expression
  }

  /** The name; if it was there before, with a number. */
  #id(name: string): string {
    const plain = name.slice(0, MAX_NODE_ID - 8)
    let id = plain
    let count = this.#ids.get(plain) ?? 1
    while (this.#ids.has(id)) id = `${plain} ${++count}`
    this.#ids.set(plain, count)
    if (id !== plain) this.#ids.set(id, 1)
    return id
  }

  #refusePart(part: unknown, where: string): Fragment {
    const message = `${where} is ${describeValue(part)}; give the name of a step, a step, or what an operator made.`
    this.#refuse('VALIDATION_ERROR', where, message)
    return { nodes: [], last: '', pick: all }
  }

  #refuse(code: GraphIssue['code'], where: string, message: string): void {
    const pointer = toPointer(where.split(/[.[\]]+/).filter((step) => step !== ''))
    this.issues.push({ code, message, pointer })
  }
}

function after({ after: ids }: Entry): { depends_on?: string[] } {
  return ids.length === 0 ? {} : { depends_on: [...ids] }
}

/** The expression of what a part gave, in its own block. */
function givenBy({ last, pick }: Fragment): string {
  return pick(outputOf(last))
}

function pickAll(picks: readonly Pick[]): Pick {
  if (picks.every((pick) => pick === all)) return all
  return (output) => `{${picks.map((pick, i) => `"b${i}": ${pick(`${output}.b${i}`)}`).join(', ')}}`
}

/** What the winner gave; which one that is matters where they give it in different ways. */
function pickWinner(picks: readonly Pick[]): Pick {
  return (output) => {
    const values = picks.map((pick) => pick(`${output}.output`))
    if (new Set(values).size === 1) return values[0] as string
    const last = values.length - 1
    return values
      .slice(0, last)
      .reduceRight(
        (rest, value, i) => `(${value} if ${output}.winner == "b${i}" else ${rest})`,
        values[last] as string,
      )
  }
}

function outputOf(id: string): string {
  const isPlain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(id)
  return `${isPlain ? `steps.${id}` : `steps[${JSON.stringify(id)}]`}.output`
}

function braced(expression: string): string {
  return `{{ ${expression} }}`
}
