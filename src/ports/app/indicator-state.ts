/** What tab icon, badge and title show. `blind`: armed, but nothing is being saved. */
export type IndicatorState = 'off' | 'recording' | 'blind';
