import type { MotionSensor } from '#ports/device/motion-sensor.ts';

/** The motion sensor of a phone, as far as the browser gives it unasked. */
export class BrowserMotionSensor implements MotionSensor {
	watch(felt: (strength: number) => void): () => void {
		const listener = ({ acceleration }: DeviceMotionEvent) => {
			const { x, y, z } = acceleration ?? {};
			if (typeof x !== 'number') return;
			felt(Math.hypot(x, y ?? 0, z ?? 0));
		};
		addEventListener('devicemotion', listener);
		return () => removeEventListener('devicemotion', listener);
	}
}
