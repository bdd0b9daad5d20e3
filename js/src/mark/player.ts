/** Steps at a constant pace, and waits while a picture is not available. */
export class Player {
  private timer = 0;

  constructor(
    private readonly step: () => void,
    private readonly ready: () => boolean,
    private readonly pace = 900,
  ) {}

  get playing(): boolean {
    return this.timer !== 0;
  }

  toggle(): void {
    if (this.playing) {
      window.clearInterval(this.timer);
      this.timer = 0;
    } else {
      this.timer = window.setInterval(() => this.ready() && this.step(), this.pace);
    }
  }
}
