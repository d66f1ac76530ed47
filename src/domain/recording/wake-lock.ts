/** State of the screen wake lock. `missing`: this browser has no such API. */
export type WakeLockState = 'unwanted' | 'held' | 'refused' | 'missing';
