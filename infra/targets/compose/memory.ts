/**
 * How much memory each part may use, in mebibytes, where the stack gives it no size: a part that asks for more is ended and
 * started again, in place of one that the kernel chooses among all. Files in a tmpfs count too.
 */

/**
 * 30 for its zones; for each worker process 1024 connections of some 50 KB, by its default buffers; and the bodies that it
 * collects in /tmp before it passes them on: fifty of the largest at a time.
 * https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffers
 */
export const nginxMemory = 1024

/** Docker's 64 are less than what parallel queries may ask for. */
export const postgresShared = 256

/**
 * Its defaults are 128 of shared buffers and 64 for each of three workers that vacuum; a connection has a process of some 10
 * and sorts in 4. The rest of the limit holds what the kernel has read of its files.
 * https://www.postgresql.org/docs/17/runtime-config-resource.html
 */
export const postgresMemory = (connections: number): number => 128 + 3 * 64 + postgresShared + 16 * connections

/**
 * While it writes its file anew, a process of its own holds what the first one changes meanwhile: up to twice the data
 * (https://redis.io/docs/latest/operate/oss_and_stack/management/admin/). 64 are for its program and the clients' buffers.
 */
export const redisMemory = (dataMebibytes: number): number => 2 * dataMebibytes + 64

/** A dozen targets are some thousand series, far below it; it gives memory back before its limit, of which it takes nine tenths. */
export const prometheusMemory = 1024

/** Twice what its makers call the least: https://grafana.com/docs/grafana/latest/setup-grafana/installation/ */
export const grafanaMemory = 1024
