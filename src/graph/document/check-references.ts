import { describeValue } from '../../model/text.ts'
import type { Reference } from '../expression/index.ts'
import { type AncestorQuestion, askAncestors } from './ancestors.ts'
import { type Draft, type DraftBlock, type DraftNode, enclosing } from './draft.ts'
import type { FoundTemplate } from './templates.ts'

/** What every expression may read. */
const ROOTS = ['trigger', 'steps', 'run', 'secrets'] as const

const secretForm = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

/** Where a secret is sent, and stored nowhere. */
const secretPlaces = /^(http\/config\/(url|headers|body)|sql\/config\/params)(\/|$)/

/** Checks what expressions read: names that there are, of steps that have ended by then. */
export function checkReferences(draft: Draft): void {
  const questions = new Map<DraftBlock, AncestorQuestion[]>()
  const check = new ReferenceCheck(draft, (question) => {
    const { block } = question.ancestor
    const others = questions.get(block)
    if (others) others.push(question)
    else questions.set(block, [question])
  })
  for (const template of draft.templates) check.template(template, null)
  for (const block of draft.blocks)
    for (const node of block.nodes)
      for (const template of node.templates) check.template(template, node)
  for (const [block, asked] of questions) askAncestors(block, asked)
}

class ReferenceCheck {
  readonly #draft: Draft
  readonly #ask: (question: AncestorQuestion) => void

  constructor(draft: Draft, ask: (question: AncestorQuestion) => void) {
    this.#draft = draft
    this.#ask = ask
  }

  /** @param node null: the output of the document, which is made when all steps have ended */
  template(template: FoundTemplate, node: DraftNode | null): void {
    const where = node ? template.pointer.slice(node.pointer.length) : template.pointer
    const names = node ? [...ROOTS, ...namesWithin(node, where)] : [...ROOTS]
    for (const reference of template.references) {
      const [root] = reference.path
      if (this.#draft.issues.isFull) return
      if (!names.includes(String(root))) {
        const guess = this.#draft.issues.guess(String(root), names)
        this.#refuse(
          template,
          reference,
          `there is no ${describeValue(String(root))} to read.${guess} There are: ${names.join(', ')}`,
        )
      } else if (root === 'steps') this.#step(template, reference, node, where)
      else if (root === 'secrets') this.#secret(template, reference, node, where)
    }
  }

  #step(
    template: FoundTemplate,
    reference: Reference,
    node: DraftNode | null,
    where: string,
  ): void {
    const [, id, member] = reference.path
    if (id === undefined) return
    const name = String(id)
    const step = this.#draft.byId.get(name)
    if (!step) {
      const guess = this.#draft.issues.guess(name, this.#draft.byId.keys())
      this.#refuse(
        template,
        reference,
        `there is no step ${describeValue(name)}.${guess || ' Name a step'}`,
      )
      return
    }
    if (member !== undefined && member !== 'output') {
      const shown = describeValue(String(member))
      this.#refuse(template, reference, `a step has no ${shown}. Read steps.${name}.output`)
      return
    }
    const problem = node ? this.#race(step, node, where, template, reference) : nested(step)
    if (problem) this.#refuse(template, reference, problem)
  }

  /** Why a node cannot read a step, where that needs no walk; else the question is asked later. */
  #race(
    step: DraftNode,
    node: DraftNode,
    where: string,
    template: FoundTemplate,
    reference: Reference,
  ): string | null {
    const shown = describeValue(step.id)
    const isAfter = where === '/config/while'
    if (isAfter && step.block.owner === node) return null
    if (step === node)
      return `a step cannot read itself${isAfter ? '; loop.last is what the block gave' : ''}`
    const blocks = enclosing(node)
    const level = blocks.indexOf(step.block)
    if (level === -1) return nested(step)
    const mine = level === 0 ? node : (blocks[level - 1]?.owner as DraftNode)
    if (mine === step)
      return `step ${shown} is the block that this is within, and has no output yet`
    const remedy = `Add ${shown} to depends_on of ${describeValue(mine.id)}`
    const refuse = () =>
      this.#refuse(template, reference, `step ${shown} need not have ended by then. ${remedy}`)
    this.#ask({ node: mine, ancestor: step, refuse })
    return null
  }

  #secret(
    template: FoundTemplate,
    reference: Reference,
    node: DraftNode | null,
    where: string,
  ): void {
    const [, name] = reference.path
    if (name === undefined)
      this.#refuse(
        template,
        reference,
        'all secrets at once are not to be had. Name one: secrets.name',
      )
    else if (!secretForm.test(String(name)))
      this.#refuse(
        template,
        reference,
        `${describeValue(String(name))} cannot be the name of a secret: it is letters, digits and "_.-", no digit first`,
      )
    else if (!node || !secretPlaces.test(`${node.type}${where}`))
      this.#refuse(
        template,
        reference,
        'a secret would be stored here, for everybody to see. Secrets are for url, headers and body of http, and params of sql',
      )
  }

  #refuse({ pointer, text }: FoundTemplate, { offset, path }: Reference, problem: string): void {
    const shown = describeValue(path.map(String).join('.'))
    const message = `The expression ${describeValue(text)} reads ${shown}, but ${problem}.`
    this.#draft.issues.add('EXPRESSION_ERROR', pointer, message.replace(/\?\.$/, '?'), {
      offset: text.includes('{{') ? offset : Math.max(0, offset - 3),
    })
  }
}

/** What a step within a block that the reader is not in is read by. */
function nested(step: DraftNode): string | null {
  const { owner } = step.block
  if (!owner) return null
  return `step ${describeValue(step.id)} is within the block of ${describeValue(owner.id)}. Read the output of that`
}

/** The names that blocks give to the expressions within them. */
function namesWithin(node: DraftNode, where: string): string[] {
  const names: string[] = []
  if (node.type === 'loop' && where === '/config/while') names.push('loop')
  for (const { owner } of enclosing(node)) {
    if (owner?.type === 'loop') names.push('loop')
    if (owner?.type === 'map')
      names.push(typeof owner.config.as === 'string' ? owner.config.as : 'item', 'index')
  }
  return names
}
