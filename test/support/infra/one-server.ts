/** The config of a production on one server, whole enough for a plan. */
export const oneServer = {
  "atlas:cloud": "compose",
  "atlas:environment": "production",
  "atlas:domain": "optimizer.atlas-test.dev",
  "atlas:origins": "https://app.atlas-test.dev",
  "atlas:image": `registry.atlas-test.dev/atlas@sha256:${"1".repeat(64)}`,
}
