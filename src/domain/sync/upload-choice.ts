/**
 * What of a camera is copied to the relay. `events`: what was recorded within a day, and of what is
 * older only the minutes around events.
 */
export const UPLOAD_CHOICES = ['nothing', 'events', 'everything'] as const;
export type UploadChoice = (typeof UPLOAD_CHOICES)[number];
