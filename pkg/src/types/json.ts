// JSON values as they arrive from the server.

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
