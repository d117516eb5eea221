/** The user's own code, which the programs call. */
export declare const mail: { send(to: string, subject: string): Promise<{ id: string }> }

type Response = { status(code: number): Response; json(body: unknown): void }
type Request = { body: { cents: number } }
type App = {
  use(middleware: unknown): App
  post(path: string, handler: (req: Request, res: Response) => Promise<void>): App
}
/** As much of express as the programs use. */
export declare const express: { (): App; json(): unknown }
export declare const stock: {
  reserve(sku: string): Promise<{ hold: string }>
  release(hold: string): Promise<void>
}
export declare const bank: {
  charge(order: { amount: number; idempotencyKey: string }): Promise<{ id: string }>
  refund(id: string): Promise<void>
}
