/**
 * `millrace/flow`: steps and what they depend on, typed.
 * @module
 */

export type { Json } from '../model/json.ts'
export { compileFlow, extractFlowShape } from './compile-flow.ts'
export type * from './extract.ts'
export { Flow } from './flow.ts'
export type { Env, FlowContext } from './flow-context.ts'
export type { FlowOptions } from './flow-options.ts'
export type {
  AnyDeps,
  AnySteps,
  ContainmentPattern,
  DepsInput,
  FlowOutput,
  RuntimeOptions,
  Seconds,
  Simplify,
  SkippableMode,
  StepMeta,
  WhenExhaustedMode,
  WhenUnmetMode,
} from './inference.ts'
export { compareFlowShapes } from './shape.ts'
