/** The device's own acceleration. */
export interface MotionSensor {
	/**
	 * Tells its strength without gravity, m/s², again and again until the returned function is
	 * called. Silent where the device has no such sensor, or the browser would have to ask for it.
	 */
	watch(felt: (strength: number) => void): () => void;
}
