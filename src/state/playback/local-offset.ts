/** Minutes that this device's local time lies behind UTC at a moment. */
export const offsetOf = (ms: number): number => new Date(ms).getTimezoneOffset();
