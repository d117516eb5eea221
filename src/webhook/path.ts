/** Paths that were drawn (160 bits), and those that the Workflow Automation Engine has drawn (96). */
const form = /^wh_[A-Za-z0-9]{24,64}$/

/** Whether there may be a webhook there: nobody has to be asked about other paths. */
export function isWebhookPath(text: string): boolean {
  return form.test(text)
}
