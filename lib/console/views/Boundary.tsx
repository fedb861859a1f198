import { Component, type ComponentChildren } from "preact";

interface BoundaryProps {
  readonly children: ComponentChildren;
}

interface BoundaryState {
  readonly problem: string | undefined;
}

/** What cannot be drawn is said in its place, and takes nothing else with it: a stop above all. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { problem: undefined };

  override componentDidCatch(error: unknown): void {
    this.setState({ problem: error instanceof Error ? error.message : String(error) });
  }

  override render({ children }: BoundaryProps, { problem }: BoundaryState) {
    return problem === undefined ? (
      children
    ) : (
      <p class="problem" role="alert">
        This cannot be shown: {problem}
      </p>
    );
  }
}
