import { captureContract } from '../../contracts/capture.ts';
import { FakeCapture, FakeCaptured } from '../../fakes/capture.ts';

captureContract(
	() => new FakeCapture(),
	(captured) => {
		if (captured instanceof FakeCaptured) captured.delivered += 1;
	},
);
