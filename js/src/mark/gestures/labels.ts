import type { Frame, Scene } from "../../core/draw/scene.js";
import { labelAt } from "../../core/draw/scene_layout.js";
import type { Facts } from "../../core/picture/facts.js";
import { alone, toggled } from "../../core/picture/hidden.js";
import type { OptionsModel } from "../../synced/OptionsModel.js";

interface Mark {
  readonly facts: Facts;
  readonly optionsModel: OptionsModel;
}

/** A click on the label of a channel hides it, with Alt all others; its full name is shown on hover. */
export class Labels {
  private readonly listeners = new AbortController();

  constructor(
    private readonly figure: HTMLElement,
    private readonly mark: Mark,
    private readonly drawn: () => [Scene, Frame] | undefined,
  ) {
    const { signal } = this.listeners;
    figure.addEventListener("pointermove", (event) => this.point(event), { signal });
    figure.addEventListener("click", (event) => this.click(event), { signal });
  }

  remove(): void {
    this.listeners.abort();
  }

  private point(event: MouseEvent): void {
    const { facts } = this.mark;
    const channel = this.under(event);
    this.figure.classList.toggle("cam1d-clickable", channel !== null);
    this.figure.title =
      channel === null
        ? ""
        : `${facts.channel_names[channel]} ${facts.channel_units[channel]}`.trim() +
          ": click to hide it, Alt + click to hide all others";
  }

  private click(event: MouseEvent): void {
    const channel = this.under(event);
    if (channel !== null) {
      const { facts, optionsModel } = this.mark;
      const { hidden } = optionsModel.current;
      const count = facts.channel_names.length;
      optionsModel.change({ hidden: event.altKey ? alone(hidden, channel, count) : toggled(hidden, channel) });
    }
  }

  private under({ clientX, clientY }: MouseEvent): number | null {
    const { left, top } = this.figure.getBoundingClientRect();
    const drawn = this.drawn();
    return drawn ? labelAt(clientX - left, clientY - top, ...drawn) : null;
  }
}
