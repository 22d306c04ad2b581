/** What a workspace that is paid by volume can keep, in days: https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure */
export const retentionDays = { least: 30, most: 730 } as const

/** Throws a RangeError for what no workspace keeps. */
export function retentionOf(days: number): number {
  if (!Number.isInteger(days) || days < retentionDays.least || days > retentionDays.most) {
    throw new RangeError(
      `Log Analytics keeps logs for ${retentionDays.least} to ${retentionDays.most} days, not ${days}`,
    )
  }
  return days
}
