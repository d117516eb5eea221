import { WorkflowEngineError } from '../../model/errors.ts'

/** What the Workflow Automation Engine refuses by a code of its own, for which we have none. */
export class CompatError extends WorkflowEngineError {
  static override readonly defaultCode = 'MR060'
  readonly compatCode: string
  readonly status: number

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.compatCode = code
  }
}
