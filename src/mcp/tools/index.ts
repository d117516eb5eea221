import type { Tool } from '../tool.ts'
import { entityTools } from './entities.ts'
import { readingTools } from './reading.ts'
import { steeringTools } from './steering.ts'
import { workflowTools } from './workflows.ts'

/** All tools, in the order in which they are listed. */
export const tools: readonly Tool[] = [
  ...workflowTools,
  ...readingTools,
  ...steeringTools,
  ...entityTools,
]
