/** What the app shows where the page itself is not seen: `blind` is armed, but nothing is saved. */
export type IndicatorState = 'off' | 'recording' | 'blind';
