/**
 * `millrace/graph`: workflows as documents, and the guarded requests that their steps send.
 * @module
 */
export * from './http/index.ts'
