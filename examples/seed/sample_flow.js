// A flow: steps get what those they depend on gave; the two in the middle run side by side.
import { Flow } from 'millrace/flow'

export const figures = new Flow({ slug: 'sample_flow', maxAttempts: 3, baseDelay: '1 s' })
  .array({ slug: 'numbers' }, ({ upTo = 4 }) => Array.from({ length: upTo }, (_, i) => i + 1))
  .step({ slug: 'sum', dependsOn: ['numbers'] }, ({ numbers }) =>
    numbers.reduce((sum, n) => sum + n, 0),
  )
  .map({ slug: 'squares', array: 'numbers' }, (n) => n * n)
  .step({ slug: 'report', dependsOn: ['sum', 'squares'] }, ({ sum, squares }) => {
    return `sum ${sum}, squares ${squares.join(' ')}`
  })
