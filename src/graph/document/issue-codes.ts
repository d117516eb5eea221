/** What may be wrong with a document. The first nine are the codes of the Workflow Automation Engine. */
export const issueCodes = {
  NO_STEPS: 'The document, or a block, has no steps',
  TOO_MANY_STEPS: 'There are more steps than there may be, those in blocks included',
  UNKNOWN_STEP_TYPE: 'The type of a step does not exist',
  DUPLICATE_STEP_ID: 'Two steps have the same id; ids are unique in the whole document',
  INVALID_DEPENDENCY: 'A step depends on one that does not exist, or is in another block',
  CYCLE_DETECTED: 'Steps depend on each other in a circle; `details.path` is the way round',
  MAX_DEPTH_EXCEEDED: 'A chain of steps is too long, or there are too many blocks in each other',
  EXPRESSION_ERROR:
    'An expression cannot be read, or reads what is not there, or not yet; `details.offset` is where',
  VALIDATION_ERROR: 'A field is missing, is none that there is, or has a value that it cannot have',
  SYNTAX_ERROR: 'The text is not JSON or YAML',
  TOO_LARGE: 'The document is larger or deeper than a document may be',
  INVALID_BRANCH:
    'A branch names a step that does not exist, is in another block, or does not depend on the choice',
  UNREACHABLE_STEP: 'No choice lets a step run',
  UNKNOWN_STEP: 'A step is named that is not registered',
} as const
