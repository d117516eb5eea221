import { Gate } from '../dag/gate.ts'
import { defineWorkflow, type WorkflowDefinition } from '../workflow/define-workflow.ts'
import { engineSteps } from '../workflow/engine-steps.ts'
import type { WorkflowContext } from '../workflow/workflow-context.ts'
import type { AllWorkflowOptions } from '../workflow/workflow-options.ts'
import type { FlowStep, FlowWork } from './flow-step.ts'
import type { Place } from './place.ts'
import { doHere } from './work.ts'

/** What a run of a part is started with. */
type PartInput = { readonly given: unknown; readonly flowInput: unknown; readonly from?: number }

/** Whether a step is done by runs of its own, which any worker that takes their queue may have. */
export function isPart({ queue, work }: FlowStep): boolean {
  return queue !== null || (work.type === 'map' && work.blockSize !== null)
}

/** Of which workflow these are. A slug has no dot, so it is no flow's. */
function partId(flow: string, step: string): string {
  return `${flow}.${step}`
}

/** The workflow whose runs do a step, or a block of its items. */
export function makePart(
  flow: string,
  step: FlowStep,
  options: AllWorkflowOptions,
): WorkflowDefinition {
  const maxAttempts = options.retry?.maxAttempts ?? 3
  const handler = ({ input, step: steps }: WorkflowContext) => {
    const { given, flowInput, from = 0 } = input as PartInput
    const gate = new Gate(1)
    const engine = engineSteps(steps)
    return doHere(step, given, { flow, flowInput, steps, engine, gate, from, maxAttempts })
  }
  const { version, retry, retention } = options
  const mine: AllWorkflowOptions = {
    ...(version === undefined ? {} : { version }),
    ...(retry === undefined ? {} : { retry }),
    ...(retention === undefined ? {} : { retention }),
    ...(step.queue === null ? {} : { queue: step.queue }),
  }
  const part = defineWorkflow(partId(flow, step.id), handler as never, mine, [])
  return Object.freeze({ ...part, partOf: flow })
}

/** Has a step done by a run of its own, or several: one for each block of a map. */
export function doElsewhere(step: FlowStep, given: unknown, place: Place): Promise<unknown> {
  const workflow = { id: partId(place.flow, step.id) }
  const { flowInput, steps } = place
  if (step.work.type !== 'map') return steps.invoke(step.id, workflow, { given, flowInput })
  return doBlocks(step, step.work, given as readonly unknown[], place)
}

async function doBlocks(
  step: FlowStep,
  { blockSize, concurrency }: Extract<FlowWork, { type: 'map' }>,
  items: readonly unknown[],
  place: Place,
): Promise<unknown[]> {
  const size = blockSize ?? items.length
  const gate = new Gate(Math.max(1, Math.floor(concurrency / Math.min(size, concurrency))))
  const { flowInput, flow, engine } = place
  const workflow = { id: partId(flow, step.id) }
  const { steps, giveUp } = engine.group()
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => i * size)
  const outputs = await Promise.all(
    starts.map((from) =>
      gate.pass(() => {
        const input: PartInput = { given: items.slice(from, from + size), flowInput, from }
        return steps.invoke(step.id, workflow, input).catch((error: unknown) => {
          const left = giveUp(new Error(`Another block of map "${step.id}" has failed.`))
          // the run may go on without them; its end calls them off by itself
          if (step.whenExhausted !== 'fail') {
            const reason = `another block of map "${step.id}" has failed`
            engine.callOffAside(step.id, { ...left, reason })
          }
          throw error
        })
      }),
    ),
  )
  return (outputs as unknown[][]).flat()
}
