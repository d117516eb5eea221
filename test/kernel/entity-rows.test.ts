import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKernel } from '../support/kernel.ts'
import { makeOrders } from '../support/orders.ts'
import { refusal } from '../support/refusal.ts'
import { until } from '../support/until.ts'

const kernel = await openKernel()
await makeOrders(kernel)
await kernel.makeTenant('second')
await makeOrders(kernel, 'second')
/** A user of the database who has rights on their own table only. */
let user: pg.Client
const role = `clerk_${kernel.name}`

beforeAll(async () => {
  const admin = await kernel.connect(true)
  await admin.query(`create role ${role} login password 'p' in role pg_read_all_settings`)
  await admin.query(`
    create schema shop;
    create table shop.orders (note text, gone int, id bigint primary key, "of ""x""" text);
    alter table shop.orders drop column gone;
    grant usage on schema shop to ${role};
    grant all on shop.orders to ${role};
    create trigger starts after insert on shop.orders for each row
      execute function millrace.start_entity_of_row('orders', 'id');
    create trigger keeps before delete or update of id on shop.orders for each row
      execute function millrace.keep_entity_row('orders', 'id');
    create trigger keeps_all before truncate on shop.orders for each statement
      execute function millrace.keep_entity_row('orders', 'id')`)
  const url = new URL(kernel.url)
  url.username = role
  url.password = 'p'
  user = new pg.Client({ connectionString: url.href })
  await user.connect()
})
afterAll(async () => {
  await user.end()
  const admin = await kernel.connect(true)
  await admin.query(`drop owned by ${role}; drop role ${role}`)
})

const find = (id: string, more: object = {}, tenant = 'default') =>
  kernel.call<{ id: string; state: string }>('get_entity', null, {
    ...{ entity: { machine: 'orders', id, ...more }, tenant },
  })

test('what is inserted is started by whoever inserts it, who has no right on the engine', async () => {
  await refusal(
    user.query('select * from millrace.entities').catch((error) => {
      throw Object.assign(error, { code: 'MR042', hint: 'None.', detail: '{}' })
    }),
    ...(['MR042', 'permission denied'] as const),
  )
  await user.query(
    `insert into shop.orders (note, id) values ('a, "b" \\ (c', 17), (null, 18), ('', 19)`,
  )
  for (const id of ['17', '18', '19']) expect(await find(id)).toMatchObject({ state: 'new' })
  const [row] = await kernel.query('select * from millrace.get_history(null, $1)', [
    { entity: { machine: 'orders', id: '17' } },
  ])
  expect(row).toMatchObject({ executed_by: `role:${role}`, seq: 1 })
})

test('with the transaction of the insert, or not at all', async () => {
  await user.query('begin')
  await user.query('insert into shop.orders (id) values (20)')
  await user.query('rollback')
  await refusal(find('20'), 'MR043', '"20"')
})

test('a row with a live instance stays, and keeps its id', async () => {
  await user.query(`insert into shop.orders (id, note) values (30, 'x')`)
  const { id } = await find('30')
  const details = await refusal(
    user.query('delete from shop.orders where id = 30'),
    'MR018',
    '"30"',
  )
  expect(details).toEqual({ instance_id: id, state: 'new' })
  await refusal(user.query('update shop.orders set id = 31 where id = 30'), 'MR018', '"new"')
  await user.query(`update shop.orders set id = 30, note = 'y' where id = 30`)
  await refusal(user.query('truncate shop.orders'), 'MR018', 'shop.orders')
  await kernel.call('transition', id, { name: 'cancel' })
  expect((await user.query('delete from shop.orders where id = 30')).rowCount).toBe(1)
})

test('what has ended, or is of another tenant or machine, keeps no row', async () => {
  await kernel.call('define_machine', {
    workflow: { name: 'else', table: 'goods' },
    states: [{ name: 'new', initial: true }, { name: 'old' }],
  })
  await kernel.query(`
    create table goods (id text);
    create trigger keeps before delete on goods for each row
      execute function millrace.keep_entity_row('orders', 'id', 'default', 'goods');
    create trigger keeps_all before truncate on goods for each statement
      execute function millrace.keep_entity_row('orders', 'id', 'default', 'goods');
    insert into goods values ('a'), ('b')`)
  const start = (options: object, machine = 'orders') =>
    kernel.call<{ instance_id: string }>('start_entity', machine, 'a', {
      ...{ entity_table: 'goods', ...options },
    })
  await start({}, 'else')
  await start({ tenant: 'second' })
  const { instance_id: id } = await start({})
  await refusal(kernel.query(`delete from goods where id = 'a'`), 'MR018', '"orders"')
  await refusal(kernel.query('truncate goods'), 'MR018', '"orders"')
  await kernel.call('transition', id, { name: 'cancel' })
  await kernel.query(`delete from goods where id = 'a'`)
  await kernel.query('truncate goods')
})

test('who deletes waits for who moves', async () => {
  await user.query('insert into shop.orders (id) values (40), (41)')
  const mover = await kernel.connect()
  const { id } = await find('40')
  await mover.query('begin')
  await mover.query('select millrace.transition($1, $2)', [id, { name: 'cancel' }])
  const deleted = user.query('delete from shop.orders where id = 40')
  // what others wait for only the superuser sees
  const admin = await kernel.connect(true)
  const text = `select from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`
  await until('the delete waits', async () => (await admin.query(text, [role])).rowCount === 1)
  await mover.query('commit')
  expect((await deleted).rowCount).toBe(1)
})

describe('arguments', () => {
  const table = async (name: string, args: string, columns = 'id text', level = 'for each row') => {
    await kernel.query(`create table ${name} (${columns})`)
    await kernel.query(
      `create trigger starts after insert on ${name} ${level} execute function millrace.start_entity_of_row(${args})`,
    )
  }

  test('a tenant and a table', async () => {
    await table('bills', `'orders', 'id', 'second', 'bills'`)
    await kernel.query(`insert into bills values ('b')`)
    expect(await find('b', { table: 'bills' }, 'second')).toMatchObject({ state: 'new' })
    await refusal(find('b', { table: 'bills' }), 'MR043', '"b"')
  })

  test('the tenant of the caller, and who that is', async () => {
    await table('notes', `'orders', 'id', '*'`)
    await refusal(kernel.query(`insert into notes values ('n')`), 'MR042', 'no tenant')
    const client = await kernel.connect()
    await client.query(
      `select set_config('request.jwt.claims', '{"tenant": "second", "sub": "ada"}', false)`,
    )
    await client.query(`insert into notes values ('n')`)
    const [row] = await kernel.query('select * from millrace.get_history(null, $1)', [
      { entity: { machine: 'orders', id: 'n' }, tenant: 'second' },
    ])
    expect(row).toMatchObject({ executed_by: 'ada' })
  })

  test('a statement starts all of its rows together', async () => {
    await table(
      'many',
      `'orders', 'id', 'default', 'many'`,
      'id int, note text',
      'referencing new table as new_rows for each statement',
    )
    await kernel.query(`insert into many select i, 'n' from generate_series(1, 1500) i`)
    const counts = await kernel.query(
      `select * from millrace.count_entities('orders', '{"entity_table": "many"}')`,
    )
    expect(counts[0]).toMatchObject({ state: 'new', count: '1500' })
    await kernel.query('insert into many select 1 where false')
  })

  test('refused: no such machine, column or tenant, a row without an id, too few', async () => {
    const insert = async (name: string, args: string, id = `'x'`) => {
      await table(name, args)
      return kernel.query(`insert into ${name} values (${id})`)
    }
    await refusal(insert('r1', `'none', 'id'`), 'MR040', '"none"')
    await refusal(insert('r2', `'orders', 'number'`), 'MR001', '"number"')
    await refusal(insert('r3', `'orders', 'id', 'nobody'`), 'MR042', 'nobody')
    await refusal(insert('r4', `'orders', 'id'`, 'null'), 'MR001', 'r4')
    await refusal(insert('r5', `'orders'`), 'MR001', 'arguments')
    await refusal(insert('r6', `'orders', 'id'`, `repeat('x', 201)`), 'MR001', '200')
  })

  test('started already, it stays the one', async () => {
    await kernel.call('start_entity', 'orders', 'mine', {})
    await table('again', `'orders', 'id'`)
    await kernel.query(`insert into again values ('mine')`)
    const rows = await kernel.query(`select * from millrace.get_entities('{"entity_id": "mine"}')`)
    expect(rows).toHaveLength(1)
  })
})

test('no code of the table’s owner runs as the engine’s', async () => {
  await kernel.query(`
    create type shade as (name text);
    create function spy(shade) returns json language sql as 'select to_json(current_user::text)';
    create cast (shade as json) with function spy(shade);
    create table things (s shade, id text);
    create function spy_row(things) returns text language plpgsql as $$ begin raise 'as %', current_user; end $$;
    create cast (things as text) with function spy_row(things);
    create trigger starts after insert on things for each row
      execute function millrace.start_entity_of_row('orders', 'id')`)
  await kernel.query(`insert into things values (row('a,"b'), 'thing')`)
  expect(await find('thing')).toMatchObject({ state: 'new' })
})
