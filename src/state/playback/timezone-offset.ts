/** Minutes that this device's local time lies behind UTC at a moment. */
export const timezoneOffsetAt = (ms: number): number => new Date(ms).getTimezoneOffset();
