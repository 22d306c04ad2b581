/**
 * The images of those who collect and show, by whole version.
 *
 * Prometheus 3.13 is the newest line with long support, 3.13.2 its newest tag that was seen:
 * https://github.com/prometheus/prometheus/releases/tag/v3.13.0 (which says so), …/v3.13.2
 */
export const prometheusImage = "prom/prometheus:v3.13.2"

/** The newest that was seen; two security fixes came with it: https://github.com/grafana/grafana/releases/tag/v13.2.1 */
export const grafanaImage = "grafana/grafana:13.2.1"
