/** Somebody's recorder: what a rig of an experiment works with. */
export class Recorder {
  readonly frames: number = 0;
  readonly isRecording: boolean = false;

  warmUp(): Promise<void> {
    return Promise.resolve();
  }

  record(reference: string): Promise<string> {
    return Promise.resolve(`${reference}.avi`);
  }

  finish(): Promise<void> {
    return Promise.resolve();
  }

  putAway(): Promise<void> {
    return Promise.resolve();
  }
}
