/** What may be wrong with the document of a machine. */
export const machineIssueCodes = {
  VALIDATION_ERROR: 'A field is missing, is none that there is, or has a value that it cannot have',
  SYNTAX_ERROR: 'The text is not JSON or YAML',
  TOO_LARGE: 'The document is larger or deeper than a document may be',
  EXPRESSION_ERROR:
    'An expression cannot be read, reads what is not there, or is more than machines evaluate; `details.offset` is where',
  INITIAL_STATE: 'No state is initial, or several are',
  DUPLICATE_STATE: 'Two states have the same name',
  UNKNOWN_STATE: 'A transition names a state that does not exist',
  DUPLICATE_TRANSITION: 'Two transitions from one state have the same name',
  UNKNOWN_TRANSITION: 'four_eyes names a transition that does not exist',
  TIMER_ROUND: 'Timers alone lead round, each in less than a second',
  UNREACHABLE_STATE: 'No way leads from the initial state to a state',
} as const

/** What is told of a machine that is right. */
export const machineNoteCodes = {
  NOT_ENFORCED: 'Conditions that are kept and shown, and not enforced',
  DEAD_END: 'A state that is not final, and that nothing leaves',
  LEAVES_NOTHING: 'A transition from * for which no state is left',
} as const
