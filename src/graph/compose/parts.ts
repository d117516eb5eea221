/** A step that is registered in code: its name, or what `defineStep` gave. */
export type StepName = string | { readonly name: string }

/** What `compose` puts together: a step, or what an operator made of others. */
export type Part = StepName | Composed

/** What an operator has made. */
export interface Composed {
  readonly '~composed': true
}

/** What each operator keeps; read by `composeDocument` alone. */
export type Operation = Composed &
  (
    | { readonly do: 'sequence' | 'parallel' | 'race'; readonly parts: readonly Part[] }
    | {
        readonly do: 'branch'
        readonly condition: string
        readonly then: Part
        readonly otherwise: Part | undefined
      }
    | {
        readonly do: 'loop'
        readonly body: Part
        readonly while: string
        readonly maxIterations: number
      }
  )

const composed = { '~composed': true } as const

/**
 * One after the other: each gets what the one before gave.
 * @example sequence('charge', 'ship')
 */
export function sequence(...parts: Part[]): Composed {
  return make({ ...composed, do: 'sequence', parts })
}

/**
 * Side by side, each with the same input; gives `{ b0, b1, … }`, what each gave.
 * @example parallel('reserve', sequence('charge', 'receipt'))
 */
export function parallel(...parts: Part[]): Composed {
  return make({ ...composed, do: 'parallel', parts })
}

/**
 * Side by side, each with the same input, until the first has ended; the others are cancelled. Gives what the
 * winner gave.
 * @example race('ask the bank', 'ask the other bank')
 */
export function race(...parts: Part[]): Composed {
  return make({ ...composed, do: 'race', parts })
}

/**
 * One of two. Gives what it gave; without `otherwise`, what came in, if the condition is false.
 * @param condition an expression, with braces or without, that may read `input`, what came in, beside what all
 *   expressions read
 * @example branch('input.amount > 1000', 'review', 'approve')
 */
export function branch(condition: string, then: Part, otherwise?: Part): Composed {
  return make({ ...composed, do: 'branch', condition, then, otherwise })
}

/**
 * Again as long as `while` is true, which is asked after each time: each time gets what the time before gave.
 * Gives what the last time gave.
 * @param options.while an expression that may read `output`, what this time gave, and `loop.index`, from 0
 * @param options.maxIterations times at most; more fail it
 * @example loop('poll', { while: 'output.status == "open"', maxIterations: 20 })
 */
export function loop(
  body: Part,
  options: { readonly while: string; readonly maxIterations: number },
): Composed {
  const { while: condition, maxIterations } = options
  return make({ ...composed, do: 'loop', body, while: condition, maxIterations })
}

function make(operation: Operation): Composed {
  return Object.freeze(operation)
}
