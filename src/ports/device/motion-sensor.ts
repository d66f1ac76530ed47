/** The acceleration of the device. */
export interface MotionSensor {
	/**
	 * Reports its magnitude without gravity, in m/s², until the returned function is called. Silent
	 * without a sensor, or where the browser would have to prompt for it.
	 */
	watch(onMotion: (strength: number) => void): () => void;
}
