import pg from 'pg'
import type { Tx } from '../kernel/database.ts'
import { work } from './work.ts'

/** What somebody ordered. */
export type Order = { readonly number: number; readonly item: number; readonly quantity: number }

/** Kinds of things that the shop sells, and how many it has of each. */
export const ITEMS = 50
const STOCK = 1_000_000

/** A reservation as it stands in the shop's table. */
export type Reservation = { readonly run: string; readonly receipt: string }

/** The tables of a user, beside the engine's: nothing here knows of workflows but the run's id. */
export class Shop {
  readonly bank: Bank
  readonly #pool: pg.Pool
  readonly #schema: string

  constructor(connectionString: string, schema: string) {
    this.#schema = schema
    this.#pool = new pg.Pool({ connectionString, max: 8, application_name: 'millrace demo shop' })
    this.#pool.on('error', () => {})
    this.bank = new Bank(this.#pool, schema)
  }

  /** Makes the tables. Reservations have no unique key: a second one would stand there. */
  async create(): Promise<void> {
    const schema = this.#schema
    await this.#pool.query(
      `create schema ${schema};
       create table ${schema}.stock (item int primary key, quantity int not null);
       insert into ${schema}.stock select i, ${STOCK} from generate_series(1, ${ITEMS}) i;
       create table ${schema}.reservations (run uuid not null, number int not null, item int not null,
         quantity int not null, receipt uuid not null, approved_at timestamptz);
       create table ${schema}.payments (key text primary key, cents int not null,
         id uuid not null default gen_random_uuid())`,
    )
  }

  /** Takes what was ordered out of the stock, in the transaction of the caller. */
  async reserve(tx: Tx, by: { run: string; order: Order; receipt: string }): Promise<void> {
    const { number, item, quantity } = by.order
    await tx.query(
      `insert into ${this.#schema}.reservations (run, number, item, quantity, receipt)
       values ($1, $2, $3, $4, $5)`,
      [by.run, number, item, quantity, by.receipt],
    )
    await tx.query(`update ${this.#schema}.stock set quantity = quantity - $2 where item = $1`, [
      item,
      quantity,
    ])
  }

  /** Runs whose orders are reserved and that nobody has approved yet. */
  async unapproved(): Promise<string[]> {
    const { rows } = await this.#pool.query<{ run: string }>(
      `select run from ${this.#schema}.reservations where approved_at is null limit 200`,
    )
    return rows.map(({ run }) => run)
  }

  async approved(runs: readonly string[]): Promise<void> {
    await this.#pool.query(
      `update ${this.#schema}.reservations set approved_at = clock_timestamp() where run = any ($1)`,
      [runs],
    )
  }

  async reservations(): Promise<Reservation[]> {
    const { rows } = await this.#pool.query<Reservation>(
      `select run, receipt from ${this.#schema}.reservations`,
    )
    return rows
  }

  /** How much of the stock is gone, and how much of it is reserved: the same, if all is well. */
  async stock(): Promise<{ gone: number; reserved: number }> {
    const { rows } = await this.#pool.query(
      `select (select sum(${STOCK} - quantity) from ${this.#schema}.stock)::int as gone,
              (select coalesce(sum(quantity), 0) from ${this.#schema}.reservations)::int as reserved`,
    )
    return rows[0]
  }

  async close(): Promise<void> {
    await this.#pool.end()
  }
}

/** Somebody else's service: it takes each key once, however often it is asked, as payment APIs do. */
class Bank {
  readonly #pool: pg.Pool
  readonly #schema: string

  constructor(pool: pg.Pool, schema: string) {
    this.#pool = pool
    this.#schema = schema
  }

  async charge(key: string, cents: number): Promise<{ payment: string }> {
    await work()
    const { rows } = await this.#pool.query(
      `insert into ${this.#schema}.payments (key, cents) values ($1, $2)
       on conflict (key) do update set cents = excluded.cents returning id`,
      [key, cents],
    )
    return { payment: rows[0].id }
  }

  /** How many payments were made. */
  async payments(): Promise<number> {
    const { rows } = await this.#pool.query(
      `select count(*)::int as n from ${this.#schema}.payments`,
    )
    return rows[0].n
  }
}
