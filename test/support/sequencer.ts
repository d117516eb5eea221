import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest begins first: begun last, it would be alone at the end. */
const LONG = /\/test\/(crash\/histories|examples\/documents|crash\/model\/life)\./

/** Where tests wait: for leases that run out, for processes that start and die. Meanwhile others can compute. */
const WAITING = /\/test\/(worker|demo|crash)\//

/**
 * In which order files begin, the same everywhere: the project with most of them first, then the small ones. Within it what
 * takes long, then what waits and what computes in turns, so that there is always both.
 */
export class Sequencer extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const projects = new Map<string, TestSpecification[]>()
    for (const spec of await super.sort(specs)) {
      const { name } = spec.project
      projects.set(name, [...(projects.get(name) ?? []), spec])
    }
    return [...projects.values()].sort((a, b) => b.length - a.length).flatMap(order)
  }
}

function order(specs: TestSpecification[]): TestSpecification[] {
  const [long, others] = split(specs, LONG)
  return [...long, ...inTurns(...split(others, WAITING))]
}

/** Those that it matches, and the others. */
function split(specs: TestSpecification[], which: RegExp) {
  const matches = ({ moduleId }: TestSpecification) => which.test(moduleId)
  return [specs.filter(matches), specs.filter((spec) => !matches(spec))] as const
}

/** Both lists as one in which each is spread evenly. */
function inTurns<T>(...lists: (readonly T[])[]): T[] {
  const places = lists.flatMap((list) =>
    list.map((item, i) => ({ item, at: (i + 0.5) / list.length })),
  )
  return places.sort((one, other) => one.at - other.at).map(({ item }) => item)
}
