/** Minutes by which this device's local time is behind UTC. */
export const timezoneOffsetAt = (ms: number): number => new Date(ms).getTimezoneOffset();
