import type { Kernel } from './kernel.ts'

/** A machine of this name: open -> paid -> closed (final), open -> void (final). */
export async function makeMachine(kernel: Kernel, name: string, tenant = 'default'): Promise<void> {
  await kernel.query('select millrace.define_machine($1, $2)', [
    {
      workflow: { name },
      states: [
        { name: 'open', initial: true },
        { name: 'paid' },
        { name: 'closed', final: true },
        { name: 'void', final: true },
      ],
      transitions: [
        { from: 'open', to: 'paid', name: 'pay' },
        { from: 'open', to: 'void', name: 'cancel' },
        { from: 'paid', to: 'open', name: 'refund' },
        { from: 'paid', to: 'closed', name: 'close' },
      ],
    },
    { tenant },
  ])
}
