import type { MotionSensor } from '#ports/device/motion-sensor.ts';

/** The motion sensor of a phone, where the browser needs no permission prompt. */
export class BrowserMotionSensor implements MotionSensor {
	watch(onMotion: (strength: number) => void): () => void {
		const listener = ({ acceleration }: DeviceMotionEvent) => {
			const { x, y, z } = acceleration ?? {};
			if (typeof x !== 'number') return;
			onMotion(Math.hypot(x, y ?? 0, z ?? 0));
		};
		addEventListener('devicemotion', listener);
		return () => removeEventListener('devicemotion', listener);
	}
}
