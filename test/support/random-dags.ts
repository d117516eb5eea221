import fc from 'fast-check'

/** What the handler of a step does, at each attempt. */
export type Deed = {
  readonly ms: number
  /** Attempts that fail before one succeeds; Infinity: none does. */
  readonly failures: number
}

/** A step of a flow or graph at random. What it depends on: places of those before it. */
export type RandomStep = {
  readonly type: 'single' | 'map' | 'delay' | 'race' | 'signal' | 'far' | 'loop'
  readonly dependsOn: readonly number[]
  readonly deed: Deed
  /** Runs only if the input says so; undefined: always. */
  readonly condition: boolean | undefined
  readonly exhausted: 'fail' | 'skip' | 'skip-cascade'
  readonly unmet: 'skip' | 'skip-cascade'
  readonly items: number
}

const deed = fc.record({
  ms: fc.constantFrom(0, 1, 5, 15),
  failures: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
  ),
})

/** Steps whose failures are all dealt with: which of several fails a run first is no matter of the steps. */
export const randomSteps: fc.Arbitrary<RandomStep[]> = fc
  .array(
    fc.record({
      type: fc.constantFrom<RandomStep['type'][]>(
        ...([
          'single',
          'single',
          'single',
          'map',
          'delay',
          'race',
          'signal',
          'far',
          'loop',
        ] as const),
      ),
      before: fc.array(fc.nat(), { maxLength: 3 }),
      deed,
      condition: fc.option(fc.boolean(), { nil: undefined, freq: 3 }),
      exhausted: fc.constantFrom<('skip' | 'skip-cascade')[]>('skip', 'skip-cascade'),
      unmet: fc.constantFrom<('skip' | 'skip-cascade')[]>('skip', 'skip-cascade'),
      items: fc.nat({ max: 4 }),
    }),
    { minLength: 3, maxLength: 12 },
  )
  .map((steps) =>
    steps.map(({ before, ...step }, place) => ({
      ...step,
      dependsOn: place === 0 ? [] : [...new Set(before.map((n) => n % place))].sort(),
    })),
  )
