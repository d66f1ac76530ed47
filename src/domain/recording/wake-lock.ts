/** What keeps the screen on: it is not wanted, is held, was refused, or this browser has none. */
export type WakeLockState = 'unwanted' | 'held' | 'refused' | 'missing';
