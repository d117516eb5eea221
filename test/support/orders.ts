import type { Kernel } from './kernel.ts'

/** open -> paid (late after an hour) -> closed (final); open -> void (final); refund goes back. Version 2 calls open new. */
export async function makeOrders(kernel: Kernel, tenant = 'default', name = 'orders') {
  for (const [version, first] of [
    ['1', 'open'],
    ['2', 'new'],
  ] as const) {
    const document = {
      workflow: { name, version, table: 'shop' },
      states: [
        { name: first, initial: true },
        { name: 'paid', sla: '1 hour' },
        { name: 'closed', final: true },
        { name: 'void', final: true },
      ],
      transitions: [
        { from: first, to: 'paid', name: 'pay' },
        { from: first, to: 'void', name: 'cancel' },
        { from: 'paid', to: first, name: 'refund' },
        { from: 'paid', to: 'closed', name: 'close', ...(version === '2' && { after: '2 days' }) },
      ],
    }
    await kernel.call('define_machine', document, { tenant })
  }
}

/** Starts an order on version 1, unless it is said otherwise, and moves it along these transitions. */
export async function makeOrder(
  kernel: Kernel,
  entity: string,
  moves: readonly string[] = [],
  options: { tenant?: string; version?: string; entity_table?: string; machine?: string } = {},
): Promise<string> {
  const { machine = 'orders', tenant = 'default', ...more } = options
  const { instance_id: id } = await kernel.call<{ instance_id: string }>(
    ...([
      'start_entity',
      machine,
      entity,
      { version: '1', entity_table: 'shop', tenant, ...more },
    ] as const),
  )
  for (const name of moves) await kernel.call('transition', id, { name, tenant })
  return id
}
